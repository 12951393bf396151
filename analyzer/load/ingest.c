/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/derivation.h"
#include "analyzer/load/state.h"
#include "format/base/hex.h"
#include "format/wire/records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The loop over records: which capture they belong to, what is refused and counted, and the one
 * transaction around it all.
 */

#define CAPTURES_MAX 1000 /* in one stream */

void capture_state_free(struct capture_state *c)
{
	struct id_map *maps[] = {&c->binaries,     &c->chains,      &c->kernel_frames,
				 &c->open_spans,   &c->causes,      &c->histograms,
				 &c->task_types,   &c->task_chains, &c->task_dumps,
				 &c->dumped_tasks, &c->debug_bytes};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		id_map_free(maps[i]);
	defined_free(&c->defined);
	known_codes_close(&c->code);
	observations_free(&c->observations);
	free(c->binary.at);
	free(c->chain.at);
	free(c->histogram.at);
	free(c->task_type.at);
	free(c->open_task.part);
	free(c);
}

/* 0; -EEXIST: the database has it already; or another negative errno. */
static int capture_unknown(sqlite3 *db, const char *capture_id)
{
	char sql[96];
	int64_t known;
	int err;

	snprintf(sql, sizeof(sql), "SELECT id FROM capture WHERE capture_id = '%s'", capture_id);
	err = database_read(db, sql, 0, &known);
	return err ? err : known ? -EEXIST : 0;
}

/* The state of the capture that a chunk belongs to; a new one at its first chunk. */
static int capture_of_chunk(struct ingest *in, const struct hud_chunk *chunk,
			    struct ingest_result *result, struct capture_state **out)
{
	struct capture_state *c;
	int err;

	for (size_t i = in->capture.count; i-- > 0;) {
		*out = in->capture.at[i];
		if (memcmp((*out)->id, chunk->capture_id, sizeof((*out)->id)) == 0)
			return 0;
	}
	hex_text(chunk->capture_id, sizeof(chunk->capture_id), result->capture_id);
	err = inserts_flush(&in->inserts);
	if (!err)
		err = capture_unknown(in->db, result->capture_id);
	if (err)
		return err;
	if (in->capture.count == CAPTURES_MAX)
		return -E2BIG;
	err = LIST_ADD(in->capture);
	if (err)
		return err;
	c = calloc(1, sizeof(*c));
	in->capture.at[in->capture.count - 1] = c;
	if (!c)
		return -ENOMEM;
	memcpy(c->id, chunk->capture_id, sizeof(c->id));
	c->row = ingest_row_id(in, ROW_CAPTURE);
	*out = c;
	return 0;
}

/* Sequence numbers of chunks only grow: a lower one is a copy of a chunk that was read. */
void capture_chunk_begin(struct capture_state *c, const struct hud_chunk *chunk)
{
	c->skip_chunk = c->chunks && chunk->sequence < c->next_sequence;
	if (c->skip_chunk) {
		c->repeated_chunks++;
		return;
	}
	c->chunks++;
	c->next_sequence = chunk->sequence + 1;
	if (chunk->end_ns > c->last_ns)
		c->last_ns = chunk->end_ns;
}

/* Records that make no sense are counted; only what ends loading is an error. */
static int count_refused(struct capture_state *c, int err)
{
	c->invalid += err == -EINVAL;
	c->backward += err == -ERANGE;
	return err == -EINVAL || err == -ERANGE ? 0 : err;
}

static int take_symbols(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	const struct resolver *resolver = in->options->resolver;

	return resolver->symbols ? resolver->symbols(resolver->context, c->id, r) : 0;
}

static int take(struct ingest *in, struct capture_state *c, const struct hud_record *r,
		const struct hud_chunk *chunk)
{
	if (c->skip_chunk && r->type != HUD_LOST)
		return 0;
	switch (record_group(r->type)) {
	case RECORD_DEFINITION:
		return defined_add(&c->defined, in->inserts.last, r, chunk->end_ns);
	case RECORD_EVENT:
		c->events++;
		return ingest_event(in, c, r);
	case RECORD_RECORDING:
		return ingest_event(in, c, r);
	case RECORD_SYMBOL:
		return take_symbols(in, c, r);
	case RECORD_UNKNOWN: /* of a newer recorder */
		break;
	}
	return 0;
}

int ingest_record(struct ingest *in, struct capture_state *c, const struct hud_record *r,
		  const struct hud_chunk *chunk)
{
	return count_refused(c, take(in, c, r, chunk));
}

static int read_all(struct ingest *in, struct capture_reader *reader, struct ingest_result *result)
{
	const struct ingest_options *o = in->options;
	struct capture_state *c = NULL;
	const struct hud_record *r;
	uint64_t chunks = 0;
	int err;

	while (!(err = capture_reader_next(reader, &r)) && r) {
		const struct hud_chunk *chunk = capture_reader_chunk(reader);
		struct capture_reader_state state = capture_reader_state(reader);

		if (chunk && (!c || state.chunks != chunks)) {
			err = capture_of_chunk(in, chunk, result, &c);
			if (err)
				return err;
			capture_chunk_begin(c, chunk);
			c->bytes = state.bytes;
			chunks = state.chunks;
		}
		if (o->progress)
			o->progress(o->progress_context, INGEST_READING, state.bytes, 0);
		if (!c && r->type == HUD_LOST)
			in->pending = *(const struct hud_lost *)(const void *)r;
		else if (c)
			err = ingest_record(in, c, r, chunk);
		if (err)
			return err;
	}
	if (c)
		c->bytes = capture_reader_state(reader).bytes;
	return err;
}

static int finish(struct ingest *in, struct capture_state *c, struct ingest_result *result)
{
	const struct ingest_options *o = in->options;
	int err;

	result->phase = INGEST_SYMBOLIZING;
	err = ingest_tasks_end(in, c);
	if (!err)
		err = inserts_flush(&in->inserts);
	if (!err)
		err = ingest_definitions(in, c);
	if (!err)
		err = ingest_stacks(in, c);
	if (!err)
		err = ingest_task_types(in, c, true);
	if (!err)
		err = inserts_flush(&in->inserts);
	if (!err)
		err = ingest_binary_problems(in, c);
	if (err)
		return err;
	result->phase = INGEST_DERIVING;
	if (o->progress)
		o->progress(o->progress_context, INGEST_DERIVING, 0, 0);
	result->last_capture = c->row;
	result->captures++;
	return derivation_run(in->db, c->row, &c->observations);
}

/* Captures without a session record are left out. */
static int finish_all(struct ingest *in, struct ingest_result *result)
{
	const struct hud_lost *p = &in->pending;
	int err = 0;

	for (size_t i = 0; !err && i < in->capture.count; i++) {
		struct capture_state *c = in->capture.at[i];

		if (!c->defined.session_known)
			continue;
		if (!result->captures && p->count)
			err = ingest_loss(in, c->row, p->cause, p->count, p->from_ns, p->to_ns);
		if (!err)
			err = finish(in, c, result);
	}
	return err ? err : result->captures ? 0 : -ENODATA;
}

static void close_all(struct ingest *in)
{
	inserts_close(&in->inserts);
	for (size_t i = 0; i < in->capture.count; i++) {
		if (in->capture.at[i])
			capture_state_free(in->capture.at[i]);
	}
	free(in->capture.at);
}

struct ingest ingest_begin(sqlite3 *db, const struct ingest_options *options)
{
	return (struct ingest) {
		.db = db,
		.options = options,
		.unmapped = {.function = "unmapped", .site = "unmapped"},
		.anonymous = {.function = "anonymous memory", .site = "anonymous memory"},
	};
}

int ingest(sqlite3 *db, capture_source source, void *source_context,
	   const struct ingest_options *options, struct ingest_result *result)
{
	struct ingest in = ingest_begin(db, options);
	struct capture_reader *reader = NULL;
	int err;

	*result = (struct ingest_result) {.phase = INGEST_READING};
	err = capture_reader_open(source, source_context, &reader);
	if (err)
		return err;
	err = database_run(db, "SAVEPOINT ingest");
	if (err)
		goto out_reader;
	err = inserts_open(&in.inserts, db);
	if (!err)
		err = read_all(&in, reader, result);
	if (!err)
		err = finish_all(&in, result);
	close_all(&in);
	if (!err)
		err = database_run(db, "RELEASE ingest");
	if (err && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK TO ingest; RELEASE ingest", NULL, NULL, NULL);
out_reader:
	capture_reader_close(reader);
	return err;
}
