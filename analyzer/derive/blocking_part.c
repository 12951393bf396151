/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/blocking_part.h"
#include "analyzer/derive/blocking_divide.h"
#include "analyzer/rules/classify.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"

#include <errno.h>
#include <stdlib.h>

/*
 * A look or a sleep tells a site where its stack is one inside a poll. A look within the poll whose
 * stack tells nothing belongs to it, at the site `unknown`.
 */

static const char polls_sql[] =
	"SELECT b.id, b.wall_ns, b.run_queue_ns, p.sleep_ns, c.threshold_ns, b.thread, b.start_ns,"
	"b.end_ns, p.start_max_ns, b.sample_run, o.id, o.cause,"
	"CASE WHEN k.class = 'poll' THEN o.user_stack END "
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
	"SELECT s.cause, CASE WHEN e.class = 'poll' THEN e.stack END FROM sample_run AS r "
	"JOIN observation AS e ON e.thread = r.thread AND e.start_ns BETWEEN r.first_ns AND r.last_ns "
	"JOIN sample AS s ON s.id = e.sample AND s.awake_ns = r.awake_ns "
	"WHERE r.id = ?1 AND e.class IN ('poll', 'unknown')";

/* A distinct (stack, cause). */
struct place {
	int64_t stack, wall_ns;
	uint32_t cause;
};

struct told {
	struct observations *observations;
	struct parts parts;
	struct place *place;
	size_t places, place_room;
	struct id_map place_of; /* stack, cause: index + 1 */
};

static void told_forget(void *reading)
{
	struct told *t = reading;

	parts_free(&t->parts);
	free(t->place);
	id_map_free(&t->place_of);
}

/* What one blocking poll is divided by; causes are in the set of what comes of it. */
struct seen_in_poll {
	struct parts sleeps, samples;
};

static int seen_add(struct told *all, struct parts *list, const char *cause, struct part part)
{
	int64_t index = text_set_index(&all->parts.causes, cause);

	part.cause = (uint32_t)index;
	return index < 0 ? (int)index : parts_add(list, part);
}

/* A poll that was seen as such: a sleep is clipped to it. */
static int poll_seen(struct told *all, sqlite3_stmt *q, struct seen_in_poll *seen)
{
	int64_t start_ns = sqlite3_column_int64(q, POLL_START_NS);
	int64_t end_ns = sqlite3_column_int64(q, POLL_END_NS);
	struct thread_observations *t =
		observations_of_thread(all->observations, sqlite3_column_int64(q, POLL_THREAD));
	size_t first = 0;
	int64_t count = t ? observations_of_poll(all->observations, t,
						 sqlite3_column_int64(q, POLL_SEEN_NS), &first)
			  : 0;
	int err = count < 0 ? (int)count : 0;

	for (size_t i = 0; !err && i < (size_t)count; i++) {
		const struct observation *s = observation_of_poll(t, first + i);
		int64_t from_ns = s->start_ns > start_ns ? s->start_ns : start_ns;
		int64_t wall_ns = (s->end_ns < end_ns ? s->end_ns : end_ns) - from_ns;
		struct part part = {.stack = s->stack_class == STACK_POLL ? s->stack : 0};

		if (!s->slept) {
			part.samples = 1;
		} else if (s->preempted || s->start_ns >= end_ns || s->end_ns <= start_ns) {
			continue;
		} else {
			part.offcpu_span = s->id;
			part.wall_ns = wall_ns;
			part.run_queue_ns = s->run_queue_ns < wall_ns ? s->run_queue_ns : wall_ns;
		}
		err = seen_add(all, s->slept ? &seen->sleeps : &seen->samples,
			       all->observations->causes.text[s->cause], part);
	}
	return err;
}

/* A row of looks. */
static int run_seen(struct told *all, sqlite3_stmt *run, int64_t sample_run,
		    struct seen_in_poll *seen)
{
	int err = 0;

	sqlite3_bind_int64(run, 1, sample_run);
	while (!err && sqlite3_step(run) == SQLITE_ROW)
		err = seen_add(all, &seen->samples, (const char *)sqlite3_column_text(run, 0),
			       (struct part) {.stack = sqlite3_column_int64(run, 1), .samples = 1});
	return sqlite3_reset(run) ? -EIO : err;
}

static int poll_divide(struct told *all, sqlite3_stmt *q, sqlite3_stmt *run,
		       struct seen_in_poll *seen)
{
	struct blocking_whole whole = {
		.id = sqlite3_column_int64(q, POLL_ID),
		.wall_ns = sqlite3_column_int64(q, POLL_WALL_NS),
		.run_queue_ns = sqlite3_column_int64(q, POLL_RUN_QUEUE_NS),
		.sleep_ns = sqlite3_column_int64(q, POLL_SLEEP_NS),
		.threshold_ns = sqlite3_column_int64(q, POLL_THRESHOLD_NS),
		.divides = sqlite3_column_type(q, POLL_OFFCPU_SPAN) == SQLITE_NULL,
	};
	int err;

	seen->sleeps.count = seen->samples.count = 0;
	if (!whole.divides)
		err = seen_add(all, &seen->sleeps, (const char *)sqlite3_column_text(q, POLL_CAUSE),
			       (struct part) {
				       .offcpu_span = sqlite3_column_int64(q, POLL_OFFCPU_SPAN),
				       .stack = sqlite3_column_int64(q, POLL_STACK),
				       .wall_ns = whole.wall_ns,
				       .run_queue_ns = whole.run_queue_ns,
			       });
	else if (sqlite3_column_type(q, POLL_SAMPLE_RUN) != SQLITE_NULL)
		err = run_seen(all, run, sqlite3_column_int64(q, POLL_SAMPLE_RUN), seen);
	else
		err = poll_seen(all, q, seen);
	return err ? err : blocking_divide(&whole, &seen->sleeps, &seen->samples, &all->parts);
}

static int place_find(struct told *all, struct part *part)
{
	uint64_t known = id_map_get(&all->place_of, (uint64_t)part->stack, part->cause);
	struct place *p;

	if (!known) {
		if (all->places == all->place_room) {
			size_t room = all->place_room ? 2 * all->place_room : 256;

			p = reallocarray(all->place, room, sizeof(*p));
			if (!p)
				return -ENOMEM;
			all->place = p;
			all->place_room = room;
		}
		all->place[all->places++] =
			(struct place) {.stack = part->stack, .cause = part->cause};
		known = all->places;
		if (id_map_set(&all->place_of, (uint64_t)part->stack, part->cause, known))
			return -ENOMEM;
	}
	part->place = (uint32_t)known;
	all->place[known - 1].wall_ns = ns_add(all->place[known - 1].wall_ns, part->wall_ns);
	return 0;
}

static int told_read(sqlite3 *db, struct observations *observations, int64_t capture, void *reading)
{
	struct told *all = reading;
	struct seen_in_poll seen = {0};
	sqlite3_stmt *q = NULL, *run = NULL;
	int err = observations_load_classified(observations, db, capture), end;

	all->observations = observations;
	if (!err)
		err = sqlite3_prepare_v2(db, polls_sql, -1, &q, NULL);
	if (!err)
		err = sqlite3_prepare_v2(db, run_sql, -1, &run, NULL);
	if (!err)
		err = sqlite3_bind_int64(q, 1, capture);
	while (!err && sqlite3_step(q) == SQLITE_ROW)
		err = poll_divide(all, q, run, &seen) ? SQLITE_NOMEM : SQLITE_OK;
	end = sqlite3_finalize(q);
	sqlite3_finalize(run);
	parts_free(&seen.sleeps);
	parts_free(&seen.samples);
	for (size_t i = 0; !err && i < all->parts.count; i++)
		err = place_find(all, part_at(&all->parts, i)) ? SQLITE_NOMEM : SQLITE_OK;
	return err ? err : end;
}

static size_t places_count(const void *reading)
{
	return ((const struct told *)reading)->places;
}

static size_t parts_count(const void *reading)
{
	return ((const struct told *)reading)->parts.count;
}

enum place_column { PLACE_NUMBER, PLACE_STACK, PLACE_CAUSE, PLACE_WALL_NS };

static void places_column(void *reading, size_t row, int column, sqlite3_context *out)
{
	const struct told *all = reading;
	const struct place *p = &all->place[row];

	switch (column) {
	case PLACE_NUMBER:
		sqlite3_result_int64(out, (int64_t)row + 1);
		break;
	case PLACE_STACK:
		row_source_number_if(out, p->stack != 0, p->stack);
		break;
	case PLACE_CAUSE: /* it may not outlive the rows */
		sqlite3_result_text(out, all->parts.causes.text[p->cause], -1, SQLITE_TRANSIENT);
		break;
	case PLACE_WALL_NS:
		sqlite3_result_int64(out, p->wall_ns);
		break;
	}
}

enum part_column {
	PART_BLOCKING_POLL,
	PART_PLACE,
	PART_OFFCPU_SPAN,
	PART_WALL_NS,
	PART_RUN_QUEUE_NS,
	PART_SAMPLES,
};

static void parts_column(void *reading, size_t row, int column, sqlite3_context *out)
{
	struct told *all = reading;
	const struct part *p = part_at(&all->parts, row);

	switch (column) {
	case PART_BLOCKING_POLL:
		sqlite3_result_int64(out, p->blocking_poll);
		break;
	case PART_PLACE:
		sqlite3_result_int64(out, p->place);
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

const struct kept_rows blocking_part = {
	.bytes = sizeof(struct told),
	.read = told_read,
	.forget = told_forget,
	.first = {"part_place", "place, stack, cause, wall_ns", places_count, places_column},
	.last = {"part_rows", "blocking_poll, place, offcpu_span, wall_ns, run_queue_ns, samples",
		 parts_count, parts_column},
};
