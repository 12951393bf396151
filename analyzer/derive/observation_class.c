/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/observation_class.h"
#include "analyzer/derive/observations.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"
#include "format/wire/events.h"

/*
 * Whether a poll, or a stack that shows nothing, was on a thread with a worker's core depends on
 * what the thread was observed doing before and after. In SQL that takes six sorts of all
 * observations; here it is two passes over those of each thread, which go from one decisive
 * observation to the next.
 */

/* What a thread was doing, as far as it decides about the observations beside it. */
enum doing { NOTHING, POLL, WITHOUT_CORE, PARK, RUNTIME, IN_PLACE, POOL };

static const enum doing doing_of[] = {
	[STACK_POLL] = POLL,       [STACK_PARK] = PARK,
	[STACK_RUNTIME] = RUNTIME, [STACK_BLOCK_IN_PLACE] = IN_PLACE,
	[STACK_POOL] = POOL,       [STACK_OTHER] = NOTHING,
};

/* Threads whose runtime state is believed. */
static const char believed_sql[] =
	"SELECT t.id FROM thread AS t JOIN process_source AS p ON p.process = t.process "
	"WHERE t.capture = ?1 AND p.source <> 'stack' ORDER BY t.id";

/*
 * Sleeps before it was learned where a runtime keeps its state, of threads that parked by that
 * state afterwards, in a call that parks wait in and locks do not. Each sleep in such a call that
 * was seen with the state was a park: otherwise nothing would have been learned. (CROSS JOIN: most
 * captures have no such layout, so SQLite is not to begin with the sleeps.)
 */
static const char early_parks_sql[] =
	"SELECT s.thread, s.start_ns FROM layout AS l "
	"CROSS JOIN thread AS t ON t.process = l.process "
	"CROSS JOIN offcpu_span AS s ON s.thread = t.id "
	"WHERE l.capture = ?1 AND l.source = 'learned' AND NOT l.withdrawn "
	"AND s.start_ns < l.time_ns AND s.runtime_state IS NULL "
	"AND NOT s.preempted AND s.cause <> 'lock' "
	"AND s.syscall_name IN (SELECT syscall_name FROM park_call) "
	"AND EXISTS (SELECT 1 FROM thread_window AS w "
	"WHERE w.thread = t.id AND w.parked_ns > 0) "
	"ORDER BY s.thread, s.start_ns";

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
	COLUMN_DISJOINT_FROM_NS,
	COLUMN_RUN_QUEUE_NS,
};

struct rows {
	const struct observations *all;
	size_t thread, next;         /* indexes into all->thread and its list */
	const struct observation *s; /* the current row */
};

/* The pass over one thread. */
struct pass {
	enum doing before; /* the last decisive observation before the current ones */
	enum doing doing;  /* the same, with polls and whether they had a core */
};

/* A poll decides nothing: whether it had a core is what is asked. */
static bool is_decisive(const struct observation *s)
{
	return s->class != STACK_POLL && doing_of[s->class] != NOTHING;
}

/*
 * Those in [from, end), of which only the last is decisive: `after`, or NOTHING where the thread
 * ends. A worker goes to the pool only without its core; a scheduler with one thread can be one
 * that a closure of the pool drives, and has its core while it does.
 */
static void stretch_classify(struct pass *p, struct thread_observations *all, size_t from,
			     size_t end, enum doing after)
{
	size_t after_polls = end;

	while (after_polls > from &&
	       observation_at(&all->list, after_polls - 1)->class != STACK_POLL)
		after_polls--;
	for (size_t i = from; i < end; i++) {
		struct observation *s = observation_at(&all->list, i);

		if (s->class == STACK_POLL) {
			s->without_core =
				p->before == IN_PLACE || (after == POOL && !s->single_threaded);
			p->doing = s->without_core ? WITHOUT_CORE : POLL;
			continue;
		}
		if (is_decisive(s))
			p->doing = after;
		s->without_core = s->class == STACK_UNKNOWN &&
				  (p->doing == IN_PLACE || p->doing == WITHOUT_CORE ||
				   p->doing == POOL || (after == POOL && i >= after_polls));
	}
	p->before = after;
}

/*
 * The runtime's own state overrides the stack: a poll without a core blocks no worker, and one with
 * a core blocks it whatever its stack shows. A worker that is parked by its state, and runs the
 * user's code there, blocks as in a poll.
 */
static uint8_t class_by_state(const struct observation *s)
{
	return s->where == HUD_WHERE_POLL                   ? STACK_POLL
	       : s->where == HUD_WHERE_PARK && !s->callback ? STACK_PARK
							    : s->stack_class;
}

/*
 * Other classes say themselves that it is no worker at work, or that it is between polls. While a
 * worker calls back before it parks, its core is in a variable of the runtime's.
 */
static bool without_core_by_state(const struct observation *s)
{
	return s->where == HUD_WHERE_OUTSIDE ||
	       (s->where == HUD_WHERE_NO_CORE && !s->callback &&
		(s->class == STACK_POLL || s->class == STACK_UNKNOWN));
}

static void thread_classify(struct thread_observations *all, bool state_believed)
{
	struct pass p = {0};
	int64_t slept_until_ns = INT64_MIN;
	size_t from = 0;

	for (size_t i = 0; i < all->list.count; i++) {
		struct observation *s = observation_at(&all->list, i);

		s->disjoint_from_ns = s->start_ns > slept_until_ns ? s->start_ns : slept_until_ns;
		if (s->slept && s->end_ns > slept_until_ns)
			slept_until_ns = s->end_ns;
		s->class = state_believed ? class_by_state(s) : s->stack_class;
		if (!is_decisive(s) && i + 1 < all->list.count)
			continue;
		stretch_classify(&p, all, from, i + 1,
				 is_decisive(s) ? doing_of[s->class] : NOTHING);
		from = i + 1;
	}
	for (size_t i = 0; i < all->list.count; i++) {
		struct observation *s = observation_at(&all->list, i);

		if (state_believed && s->where != HUD_WHERE_UNKNOWN)
			s->without_core = without_core_by_state(s);
		s->as_worker = !s->without_core &&
			       (s->class == STACK_POLL || s->class == STACK_PARK ||
				s->class == STACK_RUNTIME || s->class == STACK_UNKNOWN);
	}
}

/* Threads and their sleeps come in the order of ids and times: where the last one was found. */
struct early_parks {
	struct observations *all;
	struct thread_observations *thread;
	size_t next;
};

static int early_park_read(void *context, sqlite3_stmt *q)
{
	struct early_parks *e = context;
	int64_t thread = sqlite3_column_int64(q, 0), start_ns = sqlite3_column_int64(q, 1);

	if (!e->thread || e->thread->thread != thread) {
		e->thread = observations_of_thread(e->all, thread);
		e->next = 0;
	}
	for (; e->thread && e->next < e->thread->list.count; e->next++) {
		struct observation *s = observation_at(&e->thread->list, e->next);

		if (s->start_ns > start_ns)
			break;
		/* A stack that shows more is right. */
		if (s->start_ns == start_ns && s->slept && s->stack_class == STACK_UNKNOWN)
			s->where = HUD_WHERE_PARK;
	}
	return SQLITE_OK;
}

/* Threads come in the order of their ids: those before this one have no believed state. */
struct believed {
	struct observations *all;
	size_t next;
};

static void threads_classify_before(struct believed *b, int64_t thread)
{
	for (; b->next < b->all->count && b->all->thread[b->next].thread < thread; b->next++)
		thread_classify(&b->all->thread[b->next], false);
}

static int believed_read(void *context, sqlite3_stmt *q)
{
	struct believed *b = context;
	int64_t thread = sqlite3_column_int64(q, 0);

	threads_classify_before(b, thread);
	if (b->next < b->all->count && b->all->thread[b->next].thread == thread)
		thread_classify(&b->all->thread[b->next++], true);
	return SQLITE_OK;
}

static int all_classify(sqlite3 *db, int64_t capture, struct observations *all)
{
	struct early_parks e = {.all = all};
	struct believed b = {.all = all};
	int err = database_rows(db, early_parks_sql, capture, early_park_read, &e);

	if (!err)
		err = database_rows(db, believed_sql, capture, believed_read, &b);

	threads_classify_before(&b, INT64_MAX);
	return err;
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
		err = all_classify(db, capture, all);
	all->classified = !err;
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
	case COLUMN_DISJOINT_FROM_NS:
		row_source_number_if(out, s->slept, s->disjoint_from_ns);
		break;
	case COLUMN_RUN_QUEUE_NS:
		row_source_number_if(out, s->slept, s->run_queue_ns);
		break;
	}
}

const struct row_source observation_rows = {
	.name = "observation_rows",
	.columns = "thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle,"
		   "without_core, as_worker, disjoint_from_ns, run_queue_ns",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = sqlite3_free,
};
