/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/thread_totals.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/store/database.h"
#include "format/base/array.h"

#include <stdlib.h>

static const char windows_sql[] =
	"SELECT thread, start_ns, end_ns, cpu_ns, sleep_ns, run_queue_ns, parked_ns, poll_sleep_ns,"
	"poll_samples FROM thread_window WHERE capture = ?1";

/* Columns of the query, which are those of the function too. */
enum { THREAD, START_NS, END_NS, FIRST_SUM, COLUMNS = 9 };

struct totals {
	int64_t value[COLUMNS];
	int64_t last_start_ns; /* of the window that ends at END_NS */
};

struct rows {
	struct totals *totals;
	size_t count, room, next;
	struct id_map places; /* thread.id to index + 1 */
};

/* NULL: out of memory. */
static struct totals *totals_new(struct rows *r, sqlite3_stmt *q)
{
	int64_t thread = sqlite3_column_int64(q, THREAD);
	struct totals *s;

	if (!array_grow(&r->totals, r->count, &r->room, sizeof(*s)) ||
	    id_map_set(&r->places, (uint64_t)thread, 0, r->count + 1))
		return NULL;
	s = &r->totals[r->count++];
	*s = (struct totals) {
		.value = {[THREAD] = thread,
			  [START_NS] = sqlite3_column_int64(q, START_NS),
			  [END_NS] = sqlite3_column_int64(q, END_NS)},
		.last_start_ns = sqlite3_column_int64(q, START_NS),
	};
	return s;
}

/* SQLite's code. */
static int window_add(void *context, sqlite3_stmt *q)
{
	struct rows *r = context;
	uint64_t place = id_map_get(&r->places, (uint64_t)sqlite3_column_int64(q, THREAD), 0);
	struct totals *s = place ? &r->totals[place - 1] : totals_new(r, q);
	int64_t start_ns = sqlite3_column_int64(q, START_NS);

	if (!s)
		return SQLITE_NOMEM;
	if (start_ns < s->value[START_NS])
		s->value[START_NS] = start_ns;
	if (start_ns >= s->last_start_ns) {
		s->last_start_ns = start_ns;
		s->value[END_NS] = sqlite3_column_int64(q, END_NS);
	}
	for (int i = FIRST_SUM; i < COLUMNS; i++)
		s->value[i] = ns_add(s->value[i], sqlite3_column_int64(q, i));
	return SQLITE_OK;
}

static int by_thread(const void *first, const void *second)
{
	const struct totals *a = first, *b = second;

	return (a->value[THREAD] > b->value[THREAD]) - (a->value[THREAD] < b->value[THREAD]);
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct rows *r = sqlite3_malloc(sizeof(*r));
	int err;

	(void)context;
	*rows = r;
	if (!r)
		return SQLITE_NOMEM;
	*r = (struct rows) {0};
	err = database_rows(db, windows_sql, capture, window_add, r);
	if (r->count)
		qsort(r->totals, r->count, sizeof(*r->totals), by_thread);
	return err;
}

static int rows_next(void *rows)
{
	struct rows *r = rows;

	return r->next++ < r->count ? SQLITE_ROW : SQLITE_DONE;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;

	sqlite3_result_int64(out, r->totals[r->next - 1].value[column]);
}

static void rows_close(void *rows)
{
	struct rows *r = rows;

	if (!r)
		return;
	free(r->totals);
	id_map_free(&r->places);
	sqlite3_free(r);
}

const struct row_source thread_totals_rows = {
	.name = "thread_totals_rows",
	.columns = "thread, start_ns, end_ns, cpu_ns, sleep_ns, run_queue_ns, parked_ns,"
		   "poll_sleep_ns, poll_samples",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = rows_close,
};
