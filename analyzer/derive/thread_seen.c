/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/thread_seen.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/derive/observations.h"

#include <string.h>

/* As many sums as this in SQL cost more than all else about these rows. */

static const char runtimes_sql[] =
	"SELECT id, runtime FROM stack WHERE capture = ?1 AND runtime IS NOT NULL";

/* In the order of the function's columns. */
struct sums {
	int64_t thread, first_ns, last_ns;
	int64_t samples, poll_samples, runtime_samples, unknown_samples, pool_samples,
		in_place_samples, root_samples, not_worker_samples, unclassified_samples;
	int64_t slept_ns, run_queue_ns, longest_run_queue_ns, unclassified_sleep_ns;
	int64_t pool_busy_ns, pool_idle_ns, in_place_ns, in_place_count, root_ns, root_count,
		without_core_ns, without_core_count;
	int64_t at_work, in_pool, in_place, in_root, elsewhere; /* seen so at all: 0, 1 */
};

struct rows {
	const struct observations *all;
	size_t next;
	struct sums sums;       /* of the thread before `next`, … */
	const char *runtime;    /* … and the last by name of those on its stacks; NULL: none */
	struct id_map runtimes; /* stack.id: index + 1 */
	struct text_set names;
};

static void sample_sum(struct sums *t, const struct observation *s)
{
	t->samples++;
	t->poll_samples += s->class == STACK_POLL && s->as_worker;
	t->runtime_samples += s->class == STACK_RUNTIME || s->class == STACK_PARK;
	t->unknown_samples += s->class == STACK_UNKNOWN && s->as_worker;
	t->pool_samples += s->class == STACK_POOL;
	t->in_place_samples += s->class == STACK_BLOCK_IN_PLACE;
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
		t->in_place_ns = ns_add(t->in_place_ns, wall_ns);
		t->in_place_count++;
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
	t->at_work |= s->as_worker && s->class != STACK_UNKNOWN;
	t->in_pool |= s->class == STACK_POOL;
	t->in_place |= s->class == STACK_BLOCK_IN_PLACE;
	t->in_root |= s->class == STACK_ROOT;
	t->elsewhere |= s->class == STACK_OTHER;
	if (s->slept)
		sleep_sum(t, s);
	else
		sample_sum(t, s);
}

static void runtime_note(struct rows *r, int64_t stack)
{
	uint64_t index = id_map_get(&r->runtimes, (uint64_t)stack, 0);
	const char *runtime = index ? r->names.text[index - 1] : NULL;

	if (runtime && (!r->runtime || strcmp(runtime, r->runtime) > 0))
		r->runtime = runtime;
}

/* SQLite's code. */
static int runtime_keep(void *rows, sqlite3_stmt *q)
{
	struct rows *r = rows;
	uint64_t stack = (uint64_t)sqlite3_column_int64(q, 0);
	int64_t index = text_set_index(&r->names, (const char *)sqlite3_column_text(q, 1));

	return index < 0 || id_map_set(&r->runtimes, stack, 0, (uint64_t)index + 1) ? SQLITE_NOMEM
										    : SQLITE_OK;
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct rows *r = sqlite3_malloc(sizeof(*r));
	int err = r ? observations_load_classified(context, db, capture) : SQLITE_NOMEM;

	*rows = r;
	if (r)
		*r = (struct rows) {.all = context};
	return err ? err : database_rows(db, runtimes_sql, capture, runtime_keep, r);
}

static void rows_close(void *rows)
{
	struct rows *r = rows;

	if (!r)
		return;
	text_set_free(&r->names);
	id_map_free(&r->runtimes);
	sqlite3_free(r);
}

static int rows_next(void *rows)
{
	struct rows *r = rows;
	struct thread_observations *t;

	if (r->next == r->all->count)
		return SQLITE_DONE;
	t = &r->all->thread[r->next++];
	r->runtime = NULL;
	r->sums = (struct sums) {.thread = t->thread, .first_ns = INT64_MAX, .last_ns = INT64_MIN};
	for (size_t i = 0; i < t->list.count; i++) {
		const struct observation *s = observation_at(&t->list, i);

		row_sum(&r->sums, s);
		runtime_note(r, s->stack);
	}
	return SQLITE_ROW;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;

	if ((size_t)column < sizeof(r->sums) / sizeof(int64_t))
		sqlite3_result_int64(out, ((const int64_t *)&r->sums)[column]);
	else if (r->runtime) /* it may not outlive the rows */
		sqlite3_result_text(out, r->runtime, -1, SQLITE_TRANSIENT);
}

const struct row_source thread_seen_rows = {
	.name = "thread_seen_rows",
	.columns =
		"thread, first_ns, last_ns, samples, poll_samples, runtime_samples, unknown_samples,"
		"pool_samples, in_place_samples, root_samples, not_worker_samples, unclassified_samples,"
		"slept_ns, run_queue_ns, longest_run_queue_ns, unclassified_sleep_ns, pool_busy_ns,"
		"pool_idle_ns, in_place_ns, in_place_count, root_ns, root_count, without_core_ns,"
		"without_core_count, at_work, in_pool, in_place, in_root, elsewhere, runtime",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = rows_close,
};
