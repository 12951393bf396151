/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/blocking_parts.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/derive/blocking_divide.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Only a stack inside a poll leads to a site. A sample in the poll whose stack shows something else
 * still counts: at the site `unknown`. So does a sleep of the runtime's own in a poll or beside
 * one, for one of its locks; with its stack, which shows what it waited for. What blocked the main
 * future has stacks inside its block_on.
 */

static const char polls_sql[] =
	"SELECT b.id, b.wall_ns, b.run_queue_ns, p.sleep_ns, c.threshold_ns, b.thread, b.start_ns,"
	"b.end_ns, p.start_max_ns, b.sample_run, o.id, o.cause,"
	"CASE WHEN b.main OR k.class IN ('poll', 'runtime') THEN o.user_stack END "
	"FROM capture AS c CROSS JOIN blocking_poll AS b ON b.capture = c.id "
	"LEFT JOIN poll AS p ON p.id = b.poll LEFT JOIN offcpu_span AS o ON o.id = b.offcpu_span "
	"LEFT JOIN stack AS k ON k.id = o.user_stack WHERE c.id = ?1 ORDER BY b.id";

enum poll_column {
	POLL_ID,
	POLL_WALL_NS,
	POLL_RUN_QUEUE_NS,
	POLL_SLEEP_NS,
	POLL_THRESHOLD_NS,
	POLL_THREAD,
	POLL_START_NS,
	POLL_END_NS,
	POLL_SEEN_NS,
	POLL_SAMPLE_RUN,
	POLL_OFFCPU_SPAN,
	POLL_CAUSE,
	POLL_STACK,
};

static const char run_sql[] =
	"SELECT s.cause, CASE WHEN NOT r.poll OR e.class = 'poll' THEN e.stack END "
	"FROM sample_run AS r "
	"JOIN observation AS e ON e.thread = r.thread "
	"AND e.start_ns BETWEEN r.first_ns AND r.last_ns "
	"JOIN sample AS s ON s.id = e.sample AND s.awake_ns = r.awake_ns "
	"WHERE r.id = ?1 AND (NOT r.poll OR e.class IN ('poll', 'unknown'))";

/* A distinct (stack, cause). */
struct key {
	int64_t stack, blocked_ns;
	uint32_t cause;
};

struct division {
	struct observations *observations;
	struct parts parts;
	struct key *key;
	size_t keys, key_room;
	struct id_map key_of; /* (stack, cause) to index + 1 */
};

static void division_free(void *result)
{
	struct division *d = result;

	parts_free(&d->parts);
	free(d->key);
	id_map_free(&d->key_of);
}

/* What one blocking poll is divided by. */
struct in_poll {
	struct parts sleeps, samples;
};

static int in_poll_add(struct division *d, struct parts *list, const char *cause, struct part part)
{
	int64_t index = text_set_index(&d->parts.causes, cause);

	part.cause = (uint32_t)index;
	return index < 0 ? (int)index : parts_add(list, part);
}

static bool is_shown(const struct observation *s)
{
	return s->stack_class == STACK_POLL || (s->slept && s->stack_class == STACK_RUNTIME);
}

/* Those inside a poll that has a record; a sleep is clipped to it. */
static int poll_collect(struct division *d, sqlite3_stmt *q, struct in_poll *in)
{
	int64_t start_ns = sqlite3_column_int64(q, POLL_START_NS);
	int64_t end_ns = sqlite3_column_int64(q, POLL_END_NS);
	struct thread_observations *t =
		observations_of_thread(d->observations, sqlite3_column_int64(q, POLL_THREAD));
	size_t first = 0;
	int64_t count = t ? observations_of_poll(d->observations, t,
						 sqlite3_column_int64(q, POLL_SEEN_NS), &first)
			  : 0;
	int err = count < 0 ? (int)count : 0;

	for (size_t i = 0; !err && i < (size_t)count; i++) {
		const struct observation *s = observation_of_poll(t, first + i);
		int64_t from_ns = s->start_ns > start_ns ? s->start_ns : start_ns;
		int64_t wall_ns = (s->end_ns < end_ns ? s->end_ns : end_ns) - from_ns;
		struct part part = {.stack = is_shown(s) ? s->stack : 0};

		if (!s->slept) {
			part.samples = 1;
		} else if (s->preempted || s->start_ns >= end_ns || s->end_ns <= start_ns) {
			continue;
		} else {
			part.offcpu_span = s->id;
			part.wall_ns = wall_ns;
			part.run_queue_ns = s->run_queue_ns < wall_ns ? s->run_queue_ns : wall_ns;
		}
		err = in_poll_add(d, s->slept ? &in->sleeps : &in->samples,
				  d->observations->causes.text[s->cause], part);
	}
	return err;
}

/* Those of a sample run. */
static int run_collect(struct division *d, sqlite3_stmt *run, int64_t sample_run,
		       struct in_poll *in)
{
	int err = 0;

	sqlite3_bind_int64(run, 1, sample_run);
	while (!err && sqlite3_step(run) == SQLITE_ROW)
		err = in_poll_add(
			d, &in->samples, (const char *)sqlite3_column_text(run, 0),
			(struct part) {.stack = sqlite3_column_int64(run, 1), .samples = 1});
	return sqlite3_reset(run) ? -EIO : err;
}

/* The pass over blocking polls. */
struct dividing {
	struct division *division;
	struct in_poll in;
	sqlite3_stmt *run; /* run_sql, stepped once for each run */
};

static int poll_divide(void *context, sqlite3_stmt *q)
{
	struct dividing *p = context;
	struct division *d = p->division;
	struct blocking_whole whole = {
		.id = sqlite3_column_int64(q, POLL_ID),
		.wall_ns = sqlite3_column_int64(q, POLL_WALL_NS),
		.run_queue_ns = sqlite3_column_int64(q, POLL_RUN_QUEUE_NS),
		.sleep_ns = sqlite3_column_int64(q, POLL_SLEEP_NS),
		.threshold_ns = sqlite3_column_int64(q, POLL_THRESHOLD_NS),
		.divides = sqlite3_column_type(q, POLL_OFFCPU_SPAN) == SQLITE_NULL,
	};
	struct part sleep = {
		.offcpu_span = sqlite3_column_int64(q, POLL_OFFCPU_SPAN),
		.stack = sqlite3_column_int64(q, POLL_STACK),
		.wall_ns = whole.wall_ns,
		.run_queue_ns = whole.run_queue_ns,
	};
	int err;

	p->in.sleeps.count = p->in.samples.count = 0;
	if (!whole.divides)
		err = in_poll_add(d, &p->in.sleeps,
				  (const char *)sqlite3_column_text(q, POLL_CAUSE), sleep);
	else if (sqlite3_column_type(q, POLL_SAMPLE_RUN) != SQLITE_NULL)
		err = run_collect(d, p->run, sqlite3_column_int64(q, POLL_SAMPLE_RUN), &p->in);
	else
		err = poll_collect(d, q, &p->in);
	if (!err)
		err = blocking_divide(&whole, &p->in.sleeps, &p->in.samples, &d->parts);
	return !err ? SQLITE_OK : err == -ENOMEM ? SQLITE_NOMEM : SQLITE_IOERR;
}

/* Sets the part's key, and adds its time to that. */
static int key_set(struct division *d, struct part *part)
{
	uint64_t key = id_map_get(&d->key_of, (uint64_t)part->stack, part->cause);

	if (!key) {
		key = d->keys + 1;
		if (!array_grow(&d->key, d->keys, &d->key_room, sizeof(*d->key)) ||
		    id_map_set(&d->key_of, (uint64_t)part->stack, part->cause, key))
			return SQLITE_NOMEM;
		d->key[d->keys++] = (struct key) {.stack = part->stack, .cause = part->cause};
	}
	part->key = (uint32_t)key;
	d->key[key - 1].blocked_ns =
		ns_add(d->key[key - 1].blocked_ns, part->wall_ns - part->run_queue_ns);
	return SQLITE_OK;
}

static int division_read(sqlite3 *db, struct observations *observations, int64_t capture,
			 void *result)
{
	struct division *d = result;
	struct dividing pass = {.division = d};
	int err = observations_load_classified(observations, db, capture);

	d->observations = observations;
	if (!err)
		err = sqlite3_prepare_v2(db, run_sql, -1, &pass.run, NULL);
	if (!err)
		err = database_rows(db, polls_sql, capture, poll_divide, &pass);
	sqlite3_finalize(pass.run);
	parts_free(&pass.in.sleeps);
	parts_free(&pass.in.samples);
	for (size_t i = 0; !err && i < d->parts.count; i++)
		err = key_set(d, part_at(&d->parts, i));
	return err;
}

static size_t keys_count(const void *result)
{
	return ((const struct division *)result)->keys;
}

static size_t parts_count(const void *result)
{
	return ((const struct division *)result)->parts.count;
}

enum key_column { KEY_NUMBER, KEY_STACK, KEY_CAUSE, KEY_BLOCKED_NS };

static void keys_column(void *result, size_t row, int column, sqlite3_context *out)
{
	const struct division *d = result;
	const struct key *k = &d->key[row];

	switch (column) {
	case KEY_NUMBER:
		sqlite3_result_int64(out, (int64_t)row + 1);
		break;
	case KEY_STACK:
		row_source_number_if(out, k->stack != 0, k->stack);
		break;
	case KEY_CAUSE: /* SQLite may keep it longer than the rows last */
		sqlite3_result_text(out, d->parts.causes.text[k->cause], -1, SQLITE_TRANSIENT);
		break;
	case KEY_BLOCKED_NS:
		sqlite3_result_int64(out, k->blocked_ns);
		break;
	}
}

enum part_column {
	PART_BLOCKING_POLL,
	PART_KEY,
	PART_OFFCPU_SPAN,
	PART_WALL_NS,
	PART_RUN_QUEUE_NS,
	PART_SAMPLES,
};

static void parts_column(void *result, size_t row, int column, sqlite3_context *out)
{
	struct division *d = result;
	const struct part *p = part_at(&d->parts, row);

	switch (column) {
	case PART_BLOCKING_POLL:
		sqlite3_result_int64(out, p->blocking_poll);
		break;
	case PART_KEY:
		sqlite3_result_int64(out, p->key);
		break;
	case PART_OFFCPU_SPAN:
		row_source_number_if(out, p->offcpu_span != 0, p->offcpu_span);
		break;
	case PART_WALL_NS:
		sqlite3_result_int64(out, p->wall_ns);
		break;
	case PART_RUN_QUEUE_NS:
		sqlite3_result_int64(out, p->run_queue_ns);
		break;
	case PART_SAMPLES:
		row_source_number_if(out, p->samples != 0, p->samples);
		break;
	}
}

const struct row_pair blocking_parts = {
	.bytes = sizeof(struct division),
	.read = division_read,
	.free = division_free,
	.first = {"part_keys", "key, stack, cause, blocked_ns", keys_count, keys_column},
	.last = {"part_rows", "blocking_poll, key, offcpu_span, wall_ns, run_queue_ns, samples",
		 parts_count, parts_column},
};
