/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/pool_peak.h"
#include "analyzer/derive/observations.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"

#include <stdbool.h>
#include <stdlib.h>

/* A thread began to work (step 1) or stopped (-1). */
struct edge {
	int64_t time_ns;
	int step;
};

struct rows {
	struct spill memory; /* struct edge */
	size_t count;
	int64_t most; /* at once */
	bool done;    /* the row was given */
};

/* SQLite's code. */
static int edge_add(struct rows *r, int64_t time_ns, int step)
{
	if (spill_grow(&r->memory, r->count, sizeof(struct edge)))
		return SQLITE_NOMEM;
	((struct edge *)r->memory.at)[r->count++] = (struct edge) {time_ns, step};
	return SQLITE_OK;
}

/*
 * The edges of one thread's times at work. A sample stands for the time up to the next one; times
 * that overlap or touch are one.
 */
static int thread_add(struct rows *r, struct observation_list *list, int64_t period_ns)
{
	int64_t busy_ns = INT64_MIN; /* end of the time at work so far */
	int err = SQLITE_OK;

	for (size_t i = 0; !err && i < list->count; i++) {
		const struct observation *s = observation_at(list, i);
		int64_t end_ns = s->slept ? s->end_ns : s->end_ns + period_ns;

		if (s->class != STACK_POOL || s->pool_idle)
			continue;
		if (s->start_ns > busy_ns) {
			if (busy_ns != INT64_MIN)
				err = edge_add(r, busy_ns, -1);
			if (!err)
				err = edge_add(r, s->start_ns, 1);
		}
		if (end_ns > busy_ns)
			busy_ns = end_ns;
	}
	return err || busy_ns == INT64_MIN ? err : edge_add(r, busy_ns, -1);
}

/* At the same moment a thread that stops counts before one that begins. */
static int by_time(const void *first, const void *second)
{
	const struct edge *a = first, *b = second;

	return a->time_ns != b->time_ns ? (a->time_ns > b->time_ns) - (a->time_ns < b->time_ns)
					: a->step - b->step;
}

static void peak_count(struct rows *r)
{
	struct edge *edge = r->memory.at;
	int64_t busy = 0;

	if (r->count)
		qsort(edge, r->count, sizeof(*edge), by_time);
	for (size_t i = 0; i < r->count; i++) {
		busy += edge[i].step;
		if (busy > r->most)
			r->most = busy;
	}
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct rows *r = sqlite3_malloc(sizeof(*r));
	struct observations *all = context;
	int64_t period_ns = 0;
	int err;

	*rows = r;
	if (!r)
		return SQLITE_NOMEM;
	*r = (struct rows) {0};
	err = observations_load_classified(all, db, capture);
	if (!err)
		err = observations_sample_period(db, capture, &period_ns);
	for (size_t i = 0; !err && i < all->count; i++)
		err = thread_add(r, &all->thread[i].list, period_ns);
	if (!err)
		peak_count(r);
	return err;
}

static int rows_next(void *rows)
{
	struct rows *r = rows;

	if (r->done)
		return SQLITE_DONE;
	r->done = true;
	return SQLITE_ROW;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	(void)column;
	sqlite3_result_int64(out, ((const struct rows *)rows)->most);
}

static void rows_close(void *rows)
{
	struct rows *r = rows;

	if (!r)
		return;
	spill_free(&r->memory);
	sqlite3_free(r);
}

const struct row_source pool_peak_rows = {
	.name = "pool_peak_rows",
	.columns = "busy",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = rows_close,
};
