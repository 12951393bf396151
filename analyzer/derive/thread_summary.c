/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/thread_summary.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/derive/observations.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"

#include <string.h>

/* In SQL so many sums cost more than everything else that is done with these rows. */

static const char schedulers_sql[] =
	"SELECT id, scheduler FROM stack WHERE capture = ?1 AND scheduler IS NOT NULL";

/* In the order of the function's columns. */
struct sums {
	int64_t thread, first_ns, last_ns;
	int64_t samples, poll_samples, runtime_samples, unknown_samples, pool_samples,
		block_in_place_samples, root_samples, not_worker_samples, unclassified_samples;
	int64_t slept_ns, run_queue_ns, longest_run_queue_ns, unclassified_sleep_ns;
	int64_t pool_busy_ns, pool_idle_ns, block_in_place_ns, block_in_place_count, root_ns,
		root_count, without_core_ns, without_core_count;
	int64_t seen_as_worker, seen_in_pool, seen_in_block_in_place, seen_in_root,
		seen_elsewhere; /* 0 or 1 */
};

struct rows {
	const struct observations *all;
	size_t next;
	struct sums sums;         /* of the thread before `next` */
	const char *scheduler;    /* of that thread: the last by name on its stacks; NULL: none */
	struct id_map schedulers; /* stack.id to index in `names` + 1 */
	struct text_set names;
};

static void sample_sum(struct sums *t, const struct observation *s)
{
	t->samples++;
	t->poll_samples += s->class == STACK_POLL && s->as_worker;
	t->runtime_samples += s->as_worker && (s->class == STACK_RUNTIME || s->class == STACK_PARK);
	t->unknown_samples += s->class == STACK_UNKNOWN && s->as_worker;
	t->pool_samples += s->class == STACK_POOL;
	t->block_in_place_samples += s->class == STACK_BLOCK_IN_PLACE;
	t->root_samples += s->class == STACK_ROOT;
	t->not_worker_samples += !s->as_worker;
	t->unclassified_samples += s->class == STACK_UNKNOWN;
}

static void sleep_sum(struct sums *t, const struct observation *s)
{
	int64_t wall_ns = s->end_ns - s->start_ns;

	t->slept_ns = ns_add(t->slept_ns, wall_ns);
	t->run_queue_ns = ns_add(t->run_queue_ns, s->run_queue_ns);
	if (s->run_queue_ns > t->longest_run_queue_ns)
		t->longest_run_queue_ns = s->run_queue_ns;
	switch (s->class) {
	case STACK_UNKNOWN:
		t->unclassified_sleep_ns = ns_add(t->unclassified_sleep_ns, wall_ns);
		break;
	case STACK_POOL:
		if (s->pool_idle)
			t->pool_idle_ns = ns_add(t->pool_idle_ns, wall_ns);
		else
			t->pool_busy_ns = ns_add(t->pool_busy_ns, wall_ns);
		break;
	case STACK_BLOCK_IN_PLACE:
		t->block_in_place_ns = ns_add(t->block_in_place_ns, wall_ns);
		t->block_in_place_count++;
		break;
	case STACK_ROOT:
		t->root_ns = ns_add(t->root_ns, wall_ns);
		t->root_count++;
		break;
	case STACK_POLL:
		t->without_core_ns = ns_add(t->without_core_ns, s->without_core ? wall_ns : 0);
		t->without_core_count += s->without_core;
		break;
	default:
		break;
	}
}

static void row_sum(struct sums *t, const struct observation *s)
{
	if (s->start_ns < t->first_ns)
		t->first_ns = s->start_ns;
	if (s->end_ns > t->last_ns)
		t->last_ns = s->end_ns;
	t->seen_as_worker |= s->as_worker && s->class != STACK_UNKNOWN;
	t->seen_in_pool |= s->class == STACK_POOL;
	t->seen_in_block_in_place |= s->class == STACK_BLOCK_IN_PLACE;
	t->seen_in_root |= s->class == STACK_ROOT;
	t->seen_elsewhere |= s->class == STACK_OTHER;
	if (s->slept)
		sleep_sum(t, s);
	else
		sample_sum(t, s);
}

static void scheduler_note(struct rows *r, int64_t stack)
{
	uint64_t index = id_map_get(&r->schedulers, (uint64_t)stack, 0);
	const char *scheduler = index ? r->names.text[index - 1] : NULL;

	if (scheduler && (!r->scheduler || strcmp(scheduler, r->scheduler) > 0))
		r->scheduler = scheduler;
}

static int scheduler_read(void *rows, sqlite3_stmt *q)
{
	struct rows *r = rows;
	uint64_t stack = (uint64_t)sqlite3_column_int64(q, 0);
	int64_t index = text_set_index(&r->names, (const char *)sqlite3_column_text(q, 1));

	return index < 0 || id_map_set(&r->schedulers, stack, 0, (uint64_t)index + 1) ? SQLITE_NOMEM
										      : SQLITE_OK;
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct rows *r = sqlite3_malloc(sizeof(*r));
	int err = r ? observations_load_classified(context, db, capture) : SQLITE_NOMEM;

	*rows = r;
	if (r)
		*r = (struct rows) {.all = context};
	return err ? err : database_rows(db, schedulers_sql, capture, scheduler_read, r);
}

static void rows_close(void *rows)
{
	struct rows *r = rows;

	if (!r)
		return;
	text_set_free(&r->names);
	id_map_free(&r->schedulers);
	sqlite3_free(r);
}

static int rows_next(void *rows)
{
	struct rows *r = rows;
	struct thread_observations *t;

	if (r->next == r->all->count)
		return SQLITE_DONE;
	t = &r->all->thread[r->next++];
	r->scheduler = NULL;
	r->sums = (struct sums) {.thread = t->thread, .first_ns = INT64_MAX, .last_ns = INT64_MIN};
	for (size_t i = 0; i < t->list.count; i++) {
		const struct observation *s = observation_at(&t->list, i);

		row_sum(&r->sums, s);
		scheduler_note(r, s->stack);
	}
	return SQLITE_ROW;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;

	if ((size_t)column < sizeof(r->sums) / sizeof(int64_t))
		sqlite3_result_int64(out, ((const int64_t *)&r->sums)[column]);
	else if (r->scheduler) /* SQLite may keep it longer than the rows last */
		sqlite3_result_text(out, r->scheduler, -1, SQLITE_TRANSIENT);
}

const struct row_source thread_summary_rows = {
	.name = "thread_summary_rows",
	.columns = "thread, first_ns, last_ns, samples, poll_samples, runtime_samples,"
		   "unknown_samples, pool_samples, block_in_place_samples, root_samples,"
		   "not_worker_samples, unclassified_samples, slept_ns, run_queue_ns,"
		   "longest_run_queue_ns, unclassified_sleep_ns, pool_busy_ns, pool_idle_ns,"
		   "block_in_place_ns, block_in_place_count, root_ns, root_count, without_core_ns,"
		   "without_core_count, seen_as_worker, seen_in_pool, seen_in_block_in_place,"
		   "seen_in_root, seen_elsewhere, scheduler",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = rows_close,
};
