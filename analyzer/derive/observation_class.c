/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/observation_class.h"
#include "analyzer/rules/classify.h"
#include "analyzer/derive/observations.h"
#include "format/wire.h"

/*
 * A row can be told only when what comes next on its thread is known. As SQL alone this takes six
 * sorts of all rows; over the rows in the order of time it is a few passes, from one telling thing to
 * the next.
 */

/* What a thread is known to do. */
enum doing { NOTHING, POLL, WITHOUT_CORE, PARK, RUNTIME, IN_PLACE, POOL };

static const enum doing doing_of[] = {
	[STACK_POLL] = POLL,       [STACK_PARK] = PARK,
	[STACK_RUNTIME] = RUNTIME, [STACK_BLOCK_IN_PLACE] = IN_PLACE,
	[STACK_POOL] = POOL,       [STACK_OTHER] = NOTHING,
};

/* Where the runtime's own state is believed. */
static const char stated_sql[] =
	"SELECT t.id FROM thread AS t JOIN process_source AS p ON p.process = t.process "
	"WHERE t.capture = ?1 AND p.source <> 'stack' ORDER BY t.id";

enum column {
	COLUMN_THREAD,
	COLUMN_START_NS,
	COLUMN_END_NS,
	COLUMN_OFFCPU_SPAN,
	COLUMN_SAMPLE,
	COLUMN_STACK,
	COLUMN_CLASS,
	COLUMN_POOL_IDLE,
	COLUMN_WITHOUT_CORE,
	COLUMN_AS_WORKER,
	COLUMN_CLEAR_NS,
	COLUMN_RUN_QUEUE_NS,
};

struct rows {
	const struct observations *all;
	size_t thread, next;         /* of all->thread, of its rows */
	const struct observation *s; /* the row */
};

/* A thread's rows while they are told. */
struct telling {
	enum doing teller; /* what told last before the rows at hand, … */
	enum doing doing;  /* … polls included, now that they are told */
};

static bool tells(const struct observation *s)
{
	return s->class != STACK_POLL && doing_of[s->class] != NOTHING;
}

/* The rows are whole: `teller` is the last of them, or NOTHING where the thread has no more. */
static void rows_tell(struct telling *t, struct thread_observations *all, size_t from, size_t end,
		      enum doing teller)
{
	bool without_core = t->teller == IN_PLACE || teller == POOL; /* the polls among them */
	size_t after_polls = end;

	while (after_polls > from &&
	       observation_at(&all->list, after_polls - 1)->class != STACK_POLL)
		after_polls--;
	for (size_t i = from; i < end; i++) {
		struct observation *s = observation_at(&all->list, i);

		if (s->class == STACK_POLL) {
			s->without_core = without_core;
			t->doing = without_core ? WITHOUT_CORE : POLL;
			continue;
		}
		if (tells(s))
			t->doing = teller;
		s->without_core = s->class == STACK_UNKNOWN &&
				  (t->doing == IN_PLACE || t->doing == WITHOUT_CORE ||
				   t->doing == POOL || (teller == POOL && i >= after_polls));
	}
	t->teller = teller;
}

/*
 * What the runtime's own state says goes before what the stack shows: a poll that holds no core
 * blocks no worker, and one that does blocks it whatever its stack.
 */
static uint8_t class_stated(const struct observation *s)
{
	return s->where == HUD_WHERE_POLL   ? STACK_POLL
	       : s->where == HUD_WHERE_PARK ? STACK_PARK
					    : s->stack_class;
}

static bool stated_without_core(const struct observation *s)
{
	return s->where == HUD_WHERE_OUTSIDE ||
	       (s->where == HUD_WHERE_NO_CORE && s->class == STACK_POLL);
}

static void thread_tell(struct thread_observations *all, bool stated)
{
	struct telling t = {0};
	int64_t slept_ns = INT64_MIN;
	size_t from = 0;

	for (size_t i = 0; i < all->list.count; i++) {
		struct observation *s = observation_at(&all->list, i);

		s->clear_ns = s->start_ns > slept_ns ? s->start_ns : slept_ns;
		if (s->slept && s->end_ns > slept_ns)
			slept_ns = s->end_ns;
		s->class = stated ? class_stated(s) : s->stack_class;
		if (!tells(s) && i + 1 < all->list.count)
			continue;
		rows_tell(&t, all, from, i + 1, tells(s) ? doing_of[s->class] : NOTHING);
		from = i + 1;
	}
	for (size_t i = 0; i < all->list.count; i++) {
		struct observation *s = observation_at(&all->list, i);

		if (stated && s->where != HUD_WHERE_UNKNOWN)
			s->without_core = stated_without_core(s);
		s->as_worker = !s->without_core &&
			       (s->class == STACK_POLL || s->class == STACK_PARK ||
				s->class == STACK_RUNTIME || s->class == STACK_UNKNOWN);
	}
}

static int all_tell(sqlite3 *db, int64_t capture, struct observations *all)
{
	sqlite3_stmt *q;
	int err = sqlite3_prepare_v2(db, stated_sql, -1, &q, NULL), step;

	if (err)
		return err;
	sqlite3_bind_int64(q, 1, capture);
	step = sqlite3_step(q);
	for (size_t i = 0; i < all->count; i++) {
		while (step == SQLITE_ROW && sqlite3_column_int64(q, 0) < all->thread[i].thread)
			step = sqlite3_step(q);
		thread_tell(&all->thread[i], step == SQLITE_ROW && sqlite3_column_int64(q, 0) ==
									   all->thread[i].thread);
	}
	return sqlite3_finalize(q);
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct observations *all = context;
	struct rows *r = sqlite3_malloc(sizeof(*r));
	int err = r ? observations_load_raw(all, db, capture) : SQLITE_NOMEM;

	*rows = r;
	if (r)
		*r = (struct rows) {.all = all};
	if (!err)
		err = all_tell(db, capture, all);
	all->told = !err;
	return err;
}

static int rows_next(void *rows)
{
	struct rows *r = rows;

	while (r->thread < r->all->count && r->next == r->all->thread[r->thread].list.count) {
		r->thread++;
		r->next = 0;
	}
	if (r->thread == r->all->count)
		return SQLITE_DONE;
	r->s = observation_at(&r->all->thread[r->thread].list, r->next++);
	return SQLITE_ROW;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;
	const struct observation *s = r->s;

	switch (column) {
	case COLUMN_THREAD:
		sqlite3_result_int64(out, r->all->thread[r->thread].thread);
		break;
	case COLUMN_START_NS:
		sqlite3_result_int64(out, s->start_ns);
		break;
	case COLUMN_END_NS:
		sqlite3_result_int64(out, s->end_ns);
		break;
	case COLUMN_OFFCPU_SPAN:
		row_source_number_if(out, s->slept, s->id);
		break;
	case COLUMN_SAMPLE:
		row_source_number_if(out, !s->slept, s->id);
		break;
	case COLUMN_STACK:
		row_source_number_if(out, s->stack != 0, s->stack);
		break;
	case COLUMN_CLASS:
		row_source_text(out, stack_class_name(s->class));
		break;
	case COLUMN_POOL_IDLE:
		sqlite3_result_int(out, s->pool_idle);
		break;
	case COLUMN_WITHOUT_CORE:
		sqlite3_result_int(out, s->without_core);
		break;
	case COLUMN_AS_WORKER:
		sqlite3_result_int(out, s->as_worker);
		break;
	case COLUMN_CLEAR_NS:
		row_source_number_if(out, s->slept, s->clear_ns);
		break;
	case COLUMN_RUN_QUEUE_NS:
		row_source_number_if(out, s->slept, s->run_queue_ns);
		break;
	}
}

const struct row_source observation_rows = {
	.name = "observation_rows",
	.columns = "thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle,"
		   "without_core, as_worker, clear_ns, run_queue_ns",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = sqlite3_free,
};
