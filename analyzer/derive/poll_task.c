/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/poll_task.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/derive/observations.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"

#include <stdlib.h>
#include <string.h>

/*
 * The stacks observed in a poll may show different tasks: its bounds are not exact, and stacks can
 * be wrong. The task with the most time is taken, where a sleep counts as long as it was and a
 * sample as the time from one to the next; of equals the first by name. Where no stack shows a
 * task, the function that was polled (poll.site_stack) does.
 */

static const char polls_sql[] =
	"SELECT id, thread, start_max_ns, site_stack FROM poll WHERE capture = ?1 ORDER BY id";

static const char tasks_sql[] =
	"SELECT id, task FROM stack WHERE capture = ?1 AND task IS NOT NULL";

struct rows {
	struct observations *all;
	sqlite3_stmt *polls;
	int64_t sample_ns;
	struct id_map tasks; /* stack.id to index in `names` + 1 */
	struct text_set names;
	int64_t *weight_ns; /* of each name, in the current poll; -1: not seen */
	const char *task;
	bool in_runtime;
	bool observed;
};

static int task_read(void *context, sqlite3_stmt *q)
{
	struct rows *r = context;
	int64_t name = text_set_index(&r->names, (const char *)sqlite3_column_text(q, 1));

	return name < 0 || id_map_set(&r->tasks, (uint64_t)sqlite3_column_int64(q, 0), 0,
				      (uint64_t)name + 1)
		       ? SQLITE_NOMEM
		       : SQLITE_OK;
}

/* SQLite's code. */
static int tasks_read(sqlite3 *db, int64_t capture, struct rows *r)
{
	int err = database_rows(db, tasks_sql, capture, task_read, r);

	if (err)
		return err;
	r->weight_ns = malloc((r->names.count + 1) * sizeof(*r->weight_ns));
	return r->weight_ns ? SQLITE_OK : SQLITE_NOMEM;
}

static void weigh(struct rows *r, int64_t stack, int64_t weight_ns)
{
	uint64_t name = id_map_get(&r->tasks, (uint64_t)stack, 0);
	int64_t *all = name ? &r->weight_ns[name - 1] : NULL;

	if (all)
		*all = ns_add(*all < 0 ? 0 : *all, weight_ns);
}

static const char *heaviest(const struct rows *r)
{
	const char *task = NULL;
	int64_t most_ns = -1;

	for (size_t i = 0; i < r->names.count; i++) {
		const char *name = r->names.text[i];

		if (r->weight_ns[i] < most_ns || r->weight_ns[i] < 0 ||
		    (r->weight_ns[i] == most_ns && task && strcmp(name, task) > 0))
			continue;
		most_ns = r->weight_ns[i];
		task = name;
	}
	return task;
}

/* SQLite's code. */
static int poll_weigh(struct rows *r, int64_t thread, int64_t poll_ns, int64_t site_stack)
{
	struct thread_observations *t = observations_of_thread(r->all, thread);
	size_t first = 0, samples = 0, in_runtime = 0;
	bool observed = false;
	int64_t count = t ? observations_of_poll(r->all, t, poll_ns, &first) : 0;

	if (count < 0)
		return SQLITE_NOMEM;
	for (size_t i = 0; i < r->names.count; i++)
		r->weight_ns[i] = -1;
	for (size_t i = 0; i < (size_t)count; i++) {
		const struct observation *s = observation_of_poll(t, first + i);

		weigh(r, s->stack, s->slept ? s->end_ns - s->start_ns : r->sample_ns);
		observed = observed || !s->slept || !s->preempted;
		samples += !s->slept && s->stack;
		in_runtime += !s->slept && s->stack_class == STACK_RUNTIME;
	}
	weigh(r, site_stack, 0);
	r->task = heaviest(r);
	r->in_runtime = samples && 2 * in_runtime >= samples;
	r->observed = observed;
	return SQLITE_OK;
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct rows *r = sqlite3_malloc(sizeof(*r));
	int err = r ? observations_load_classified(context, db, capture) : SQLITE_NOMEM;

	*rows = r;
	if (r)
		*r = (struct rows) {.all = context};
	if (!err)
		err = observations_sample_period(db, capture, &r->sample_ns);
	if (!err)
		err = tasks_read(db, capture, r);
	if (!err)
		err = sqlite3_prepare_v2(db, polls_sql, -1, &r->polls, NULL);
	return err ? err : sqlite3_bind_int64(r->polls, 1, capture);
}

static void rows_close(void *rows)
{
	struct rows *r = rows;

	if (!r)
		return;
	sqlite3_finalize(r->polls);
	id_map_free(&r->tasks);
	text_set_free(&r->names);
	free(r->weight_ns);
	sqlite3_free(r);
}

static int rows_next(void *rows)
{
	struct rows *r = rows;
	int step = sqlite3_step(r->polls), err;

	if (step != SQLITE_ROW)
		return step;
	err = poll_weigh(r, sqlite3_column_int64(r->polls, 1), sqlite3_column_int64(r->polls, 2),
			 sqlite3_column_int64(r->polls, 3));
	return err ? err : SQLITE_ROW;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;

	if (column == 0)
		sqlite3_result_int64(out, sqlite3_column_int64(r->polls, 0));
	else if (column == 2)
		sqlite3_result_int(out, r->in_runtime);
	else if (column == 3)
		sqlite3_result_int(out, r->observed);
	else if (r->task) /* SQLite may keep it longer than the rows last */
		sqlite3_result_text(out, r->task, -1, SQLITE_TRANSIENT);
}

const struct row_source poll_task = {
	.name = "poll_task",
	.columns = "poll, task, in_runtime, observed",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = rows_close,
};
