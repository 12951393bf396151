/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/long_sleep.h"
#include "analyzer/derive/observations.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"

static const char threshold_sql[] = "SELECT threshold_ns FROM capture WHERE id = ?1";

struct rows {
	const struct observations *all;
	int64_t threshold_ns;
	size_t thread, next; /* of all->thread, of its observations */
	const struct observation *s;
};

static int threshold_read(void *threshold_ns, sqlite3_stmt *q)
{
	*(int64_t *)threshold_ns = sqlite3_column_int64(q, 0);
	return SQLITE_OK;
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct rows *r = sqlite3_malloc(sizeof(*r));
	int err = r ? observations_load_classified(context, db, capture) : SQLITE_NOMEM;

	*rows = r;
	if (r)
		*r = (struct rows) {.all = context};
	return err ? err
		   : database_rows(db, threshold_sql, capture, threshold_read, &r->threshold_ns);
}

static bool is_long(const struct rows *r, const struct observation *s)
{
	return s->slept && s->as_worker && !s->preempted &&
	       s->end_ns - s->start_ns - s->run_queue_ns >= r->threshold_ns;
}

static int rows_next(void *rows)
{
	struct rows *r = rows;

	for (; r->thread < r->all->count; r->thread++, r->next = 0) {
		struct thread_observations *t = &r->all->thread[r->thread];

		while (r->next < t->list.count) {
			r->s = observation_at(&t->list, r->next++);
			if (is_long(r, r->s))
				return SQLITE_ROW;
		}
	}
	return SQLITE_DONE;
}

enum column { COLUMN_OFFCPU_SPAN, COLUMN_CLASS };

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;

	if (column == COLUMN_OFFCPU_SPAN)
		sqlite3_result_int64(out, r->s->id);
	else
		row_source_text(out, stack_class_name(r->s->class));
}

const struct row_source long_sleep = {
	.name = "long_sleep",
	.columns = "offcpu_span, class",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = sqlite3_free,
};
