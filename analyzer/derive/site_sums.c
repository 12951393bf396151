/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/site_sums.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/base/spill.h"
#include "analyzer/store/database.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * A wait is open if nobody ended it before the recording ended, and began before the recording if
 * that watched its process from the start on and found it waiting.
 */
static const char slices_sql[] =
	"SELECT s.blocking_poll, s.site, s.wall_ns, s.run_queue_ns, coalesce(s.stack, 0),"
	"coalesce(s.frame, 0), s.offcpu_span IS NOT NULL, o.waker_tid IS NOT NULL,"
	"coalesce(o.waker_stack, 0),"
	"CASE WHEN o.waker_stack IS NULL THEN coalesce(o.waker_thread, 0) ELSE 0 END,"
	"CASE WHEN coalesce(o.waker_stack, o.waker_thread) IS NULL "
	"THEN coalesce(o.waker_pid, 0) ELSE 0 END,"
	"coalesce(o.open AND o.wakeup_ns IS NULL, 0),"
	"CASE WHEN o.at_attach THEN (SELECT p.start_ns <= c.start_ns FROM thread AS t "
	"JOIN process AS p ON p.id = t.process JOIN capture AS c ON c.id = p.capture "
	"WHERE t.id = o.thread) ELSE 0 END FROM slice AS s "
	"LEFT JOIN offcpu_span AS o ON o.id = s.offcpu_span "
	"WHERE s.capture = ?1 ORDER BY s.id";

enum slice_column {
	SLICE_BLOCKING_POLL,
	SLICE_SITE,
	SLICE_WALL_NS,
	SLICE_RUN_QUEUE_NS,
	SLICE_STACK,
	SLICE_FRAME,
	SLICE_SLEPT,
	SLICE_WOKEN,
	SLICE_WAKER_STACK,
	SLICE_WAKER_THREAD,
	SLICE_WAKER_PID,
	SLICE_OPEN,
	SLICE_AT_ATTACH,
};

struct poll_sum {
	int64_t blocking_poll, site, wall_ns, run_queue_ns;
	bool open, at_attach;
};

struct time_sum {
	int64_t site, stack, frame; /* 0: none */
	/* Who ended the sleeps: a stack, else the thread, else the process; the others are 0. */
	int64_t waker_stack, waker_thread, waker_pid;
	bool slept, woken, open;
	int64_t count, blocked_ns;
};

struct sums {
	struct spill polls; /* of struct poll_sum; those of a poll follow one another */
	size_t poll_count;
	struct time_sum *time;
	size_t times, time_room;
	struct id_map wakers; /* (stack, waker) to a number for the pair */
	/* (that number, site with `slept`, `woken` and `open`) to index in `time` + 1 */
	struct id_map places;
};

static void sums_free(void *result)
{
	struct sums *s = result;

	spill_free(&s->polls);
	free(s->time);
	id_map_free(&s->wakers);
	id_map_free(&s->places);
}

static struct poll_sum *poll_at(struct sums *t, size_t index)
{
	return spill_at(&t->polls, index, sizeof(struct poll_sum));
}

/* SQLite's code. The slices of a poll follow one another, and are at few sites. */
static int poll_add(struct sums *t, const struct poll_sum *slice)
{
	for (size_t i = t->poll_count; i-- > 0;) {
		struct poll_sum *sum = poll_at(t, i);

		if (sum->blocking_poll != slice->blocking_poll)
			break;
		if (sum->site != slice->site)
			continue;
		sum->wall_ns = ns_add(sum->wall_ns, slice->wall_ns);
		sum->run_queue_ns = ns_add(sum->run_queue_ns, slice->run_queue_ns);
		sum->open |= slice->open;
		sum->at_attach |= slice->at_attach;
		return SQLITE_OK;
	}
	if (spill_grow(&t->polls, t->poll_count, sizeof(*slice)))
		return SQLITE_NOMEM;
	*poll_at(t, t->poll_count++) = *slice;
	return SQLITE_OK;
}

static struct time_sum *time_new(struct sums *t, const struct time_sum *slice)
{
	if (!array_grow(&t->time, t->times, &t->time_room, sizeof(*t->time)))
		return NULL;
	t->time[t->times] = *slice;
	t->time[t->times].count = t->time[t->times].blocked_ns = 0;
	return &t->time[t->times++];
}

/* One number for a waker, whatever is known of it. */
static uint64_t waker_key(const struct time_sum *t)
{
	if (t->waker_stack)
		return (uint64_t)t->waker_stack * 4;
	if (t->waker_thread)
		return (uint64_t)t->waker_thread * 4 + 1;
	return (uint64_t)t->waker_pid * 4 + 2;
}

/* SQLite's code. The frame is not part of the key: a stack has one that is the site's. */
static int time_add(struct sums *t, const struct time_sum *slice)
{
	uint64_t stack = (uint64_t)slice->stack, waker = waker_key(slice);
	uint64_t both = id_map_get(&t->wakers, stack, waker), place;
	uint64_t where = (uint64_t)slice->site * 8 + (uint64_t)slice->slept * 4 +
			 (uint64_t)slice->woken * 2 + slice->open;
	struct time_sum *sum;

	if (!both) {
		both = t->wakers.used + 1;
		if (id_map_set(&t->wakers, stack, waker, both))
			return SQLITE_NOMEM;
	}
	place = id_map_get(&t->places, both, where);
	sum = place ? &t->time[place - 1] : time_new(t, slice);
	if (!sum || (!place && id_map_set(&t->places, both, where, t->times)))
		return SQLITE_NOMEM;
	sum->count++;
	sum->blocked_ns = ns_add(sum->blocked_ns, slice->blocked_ns);
	return SQLITE_OK;
}

static int slice_add(void *context, sqlite3_stmt *q)
{
	struct sums *t = context;
	const struct poll_sum poll = {
		.blocking_poll = sqlite3_column_int64(q, SLICE_BLOCKING_POLL),
		.site = sqlite3_column_int64(q, SLICE_SITE),
		.wall_ns = sqlite3_column_int64(q, SLICE_WALL_NS),
		.run_queue_ns = sqlite3_column_int64(q, SLICE_RUN_QUEUE_NS),
		.open = sqlite3_column_int(q, SLICE_OPEN),
		.at_attach = sqlite3_column_int(q, SLICE_AT_ATTACH),
	};
	const struct time_sum time = {
		.site = poll.site,
		.stack = sqlite3_column_int64(q, SLICE_STACK),
		.frame = sqlite3_column_int64(q, SLICE_FRAME),
		.waker_stack = sqlite3_column_int64(q, SLICE_WAKER_STACK),
		.waker_thread = sqlite3_column_int64(q, SLICE_WAKER_THREAD),
		.waker_pid = sqlite3_column_int64(q, SLICE_WAKER_PID),
		.slept = sqlite3_column_int(q, SLICE_SLEPT),
		.woken = sqlite3_column_int(q, SLICE_WOKEN),
		.open = poll.open,
		.blocked_ns = poll.wall_ns - poll.run_queue_ns,
	};
	int err = poll_add(t, &poll);

	return err ? err : time_add(t, &time);
}

static int by_place(const void *first, const void *second)
{
	const struct time_sum *a = first, *b = second;
	const int64_t difference[] = {a->site - b->site,
				      a->stack - b->stack,
				      a->frame - b->frame,
				      (int64_t)a->slept - b->slept,
				      (int64_t)a->woken - b->woken,
				      (int64_t)a->open - b->open,
				      a->waker_stack - b->waker_stack,
				      a->waker_thread - b->waker_thread,
				      a->waker_pid - b->waker_pid};

	for (size_t i = 0; i < sizeof(difference) / sizeof(*difference); i++) {
		if (difference[i])
			return difference[i] < 0 ? -1 : 1;
	}
	return 0;
}

static int sums_read(sqlite3 *db, struct observations *observations, int64_t capture, void *result)
{
	struct sums *t = result;
	int err = database_rows(db, slices_sql, capture, slice_add, t);

	(void)observations;
	if (t->times)
		qsort(t->time, t->times, sizeof(*t->time), by_place);
	return err;
}

static size_t polls_count(const void *result)
{
	return ((const struct sums *)result)->poll_count;
}

static size_t times_count(const void *result)
{
	return ((const struct sums *)result)->times;
}

static void polls_column(void *result, size_t row, int column, sqlite3_context *out)
{
	const struct poll_sum *p = poll_at(result, row);
	const int64_t value[] = {p->blocking_poll, p->site, p->wall_ns,
				 p->run_queue_ns,  p->open, p->at_attach};

	sqlite3_result_int64(out, value[column]);
}

static void times_column(void *result, size_t row, int column, sqlite3_context *out)
{
	const struct time_sum *t = &((const struct sums *)result)->time[row];
	const int64_t value[] = {t->site,      t->stack, t->frame,       t->slept,
				 t->woken,     t->open,  t->waker_stack, t->waker_thread,
				 t->waker_pid, t->count, t->blocked_ns};
	const bool known[] = {true,           t->stack,        t->frame,     true, true, true,
			      t->waker_stack, t->waker_thread, t->waker_pid, true, true};

	row_source_number_if(out, known[column], value[column]);
}

const struct row_pair site_sums = {
	.bytes = sizeof(struct sums),
	.read = sums_read,
	.free = sums_free,
	.first = {"site_poll_rows", "blocking_poll, site, wall_ns, run_queue_ns, open, at_attach",
		  polls_count, polls_column},
	.last = {"site_time_rows",
		 "site, stack, frame, slept, woken, open, waker_stack, waker_thread, waker_pid,"
		 "count, blocked_ns",
		 times_count, times_column},
};
