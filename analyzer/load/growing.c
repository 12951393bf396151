/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/growing.h"
#include "analyzer/load/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_SPANS_MOST 20000

struct growing {
	struct ingest in;
	struct capture_state *capture; /* NULL: no chunk yet */
	uint64_t sequence;             /* of the chunk that the last record was in */
	bool lost_reported;            /* in.pending has its row */
};

int growing_open(sqlite3 *db, const struct ingest_options *options, struct growing **out)
{
	struct growing *g = calloc(1, sizeof(*g));
	int err;

	*out = g;
	if (!g)
		return -ENOMEM;
	g->in = ingest_begin(db, options);
	g->in.growing = true;
	err = inserts_open(&g->in.inserts, db);
	if (!err)
		return 0;
	growing_close(g);
	*out = NULL;
	return err;
}

void growing_close(struct growing *g)
{
	if (!g)
		return;
	inserts_close(&g->in.inserts);
	if (g->capture)
		capture_state_free(g->capture);
	free(g);
}

static int begin_capture(struct growing *g, const struct hud_chunk *chunk)
{
	struct capture_state *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	memcpy(c->id, chunk->capture_id, sizeof(c->id));
	c->row = ingest_row_id(&g->in, ROW_CAPTURE);
	g->capture = c;
	return 0;
}

/* Goes to the chunk of the next record, unless it is there. */
static int enter_chunk(struct growing *g, const struct hud_chunk *chunk)
{
	struct capture_state *c = g->capture;
	int err;

	if (c && memcmp(c->id, chunk->capture_id, sizeof(c->id)) != 0)
		return -EXDEV;
	if (c && chunk->sequence == g->sequence)
		return 0;
	err = c ? 0 : begin_capture(g, chunk);
	if (err)
		return err;
	g->sequence = chunk->sequence;
	capture_chunk_begin(g->capture, chunk);
	return 0;
}

int growing_add(struct growing *g, const struct hud_record *r, const struct hud_chunk *chunk,
		uint64_t bytes)
{
	int err = chunk ? enter_chunk(g, chunk) : 0;

	if (err)
		return err;
	if (!g->capture) {
		if (r->type == HUD_LOST)
			g->in.pending = *(const struct hud_lost *)(const void *)r;
		return 0;
	}
	g->capture->bytes = bytes;
	return ingest_record(&g->in, g->capture, r, chunk);
}

static int write_pending(struct growing *g)
{
	const struct hud_lost *p = &g->in.pending;

	if (g->lost_reported || !p->count)
		return 0;
	g->lost_reported = true;
	return ingest_loss(&g->in, g->capture->row, p->cause, p->count, p->from_ns, p->to_ns);
}

/*
 * Rows of spans that were seen open, so that their ends find them. Of a long recording they would
 * become ever more; without one the end replaces the row all the same, since it has its thread and
 * start.
 */
static void forget_open_spans(struct capture_state *c)
{
	if (c->open_spans.used > OPEN_SPANS_MOST)
		id_map_free(&c->open_spans);
}

int growing_write(struct growing *g, int64_t *capture)
{
	struct capture_state *c = g->capture;
	int err;

	*capture = 0;
	if (!c || !c->defined.session_known)
		return 0;
	forget_open_spans(c);
	err = write_pending(g);
	if (!err)
		err = inserts_flush(&g->in.inserts);
	/* Each histogram replaces the one before. */
	if (!err && c->histogram.count)
		err = database_run(g->in.db, "DELETE FROM poll_bucket; DELETE FROM poll_site");
	if (!err)
		err = ingest_definitions(&g->in, c);
	if (!err)
		err = ingest_stacks(&g->in, c);
	if (!err)
		err = ingest_task_types(&g->in, c, false);
	if (!err)
		err = inserts_flush(&g->in.inserts);
	if (!err)
		*capture = c->row;
	return err;
}

struct growing_state growing_state(const struct growing *g)
{
	const struct capture_state *c = g->capture;

	if (!c || !c->defined.session_known)
		return (struct growing_state) {0};
	return (struct growing_state) {
		.start_ns = (int64_t)c->defined.session.start_ns,
		.end_ns = (int64_t)capture_end_ns(c),
		.clock_ns = (int64_t)c->clock_ns,
		.events = c->events,
		.ended = c->ended,
	};
}
