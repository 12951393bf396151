/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/model.h"
#include "analyzer/store/column.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const group_files[GROUPS] = {
	[GROUP_FUNCTION] = "sql/screen/sites_function.sql",
	[GROUP_FILE] = "sql/screen/sites_file.sql",
	[GROUP_TASK] = "sql/screen/sites_task.sql",
	[GROUP_ALL] = "sql/screen/sites_all.sql",
};

static const char *const state_columns[STATES] = {
	[STATE_POLL_CPU] = "poll_cpu_ns",   [STATE_POLL_OFFCPU] = "poll_offcpu_ns",
	[STATE_RUN_QUEUE] = "run_queue_ns", [STATE_PARKED] = "parked_ns",
	[STATE_RUNTIME] = "runtime_ns",     [STATE_UNKNOWN] = "unknown_ns",
};

/* A list whose rows a query fills. */
struct filled {
	size_t *count, *room;
	void *items; /* address of the pointer to them */
	size_t bytes;
	void (*read)(struct model *m, sqlite3_stmt *q, void *item);
};

static const char *kept(struct model *m, sqlite3_stmt *q, const char *column)
{
	const char *text = column_text(q, column);

	return text ? text_pool_intern(&m->pool, text, strlen(text)) : NULL;
}

static void states_read(sqlite3_stmt *q, int64_t state_ns[STATES])
{
	for (int i = 0; i < STATES; i++)
		state_ns[i] = column_number(q, state_columns[i], 0);
}

static void site_read(struct model *m, sqlite3_stmt *q, void *item)
{
	*(struct model_site *)item = (struct model_site) {
		.name = kept(m, q, "name"),
		.file = kept(m, q, "file"),
		.causes = kept(m, q, "causes"),
		.cause = kept(m, q, "cause"),
		.tasks = kept(m, q, "tasks"),
		.crate = kept(m, q, "crate"),
		.line = column_number(q, "line", 0),
		.count = column_number(q, "count", 0),
		.total_ns = column_number(q, "total_ns", 0),
		.p99_ns = column_number(q, "p99_ns", -1),
		.max_ns = column_number(q, "max_ns", 0),
		.last_ns = column_number(q, "last_ns", 0),
		.open_count = column_number(q, "open_count", 0),
		.site = column_number(q, "site", 0),
		.at_most = column_number(q, "at_most", 0),
	};
}

static void now_read(struct model *m, sqlite3_stmt *q, void *item)
{
	*(struct model_now *)item = (struct model_now) {
		.start_ns = column_number(q, "start_ns", 0),
		.end_ns = column_number(q, "end_ns", 0),
		.tid = column_number(q, "tid", 0),
		.line = column_number(q, "line", 0),
		.held = column_number(q, "held", 0),
		.waits = column_number(q, "waits", 0),
		.holder = kept(m, q, "holder"),
		.comm = kept(m, q, "comm"),
		.task = kept(m, q, "task"),
		.function = kept(m, q, "function"),
		.cause = kept(m, q, "cause"),
		.file = kept(m, q, "file"),
	};
}

static void worker_read(struct model *m, sqlite3_stmt *q, void *item)
{
	struct model_worker *w = item;

	*w = (struct model_worker) {
		.tid = column_number(q, "tid", 0),
		.wall_ns = column_number(q, "wall_ns", 0),
		.blocking_ns = column_number(q, "blocking_ns", 0),
		.comm = kept(m, q, "comm"),
	};
	states_read(q, w->state_ns);
}

static void lane_read(struct model *m, sqlite3_stmt *q, void *item)
{
	struct model_lane *l = item;

	(void)m;
	*l = (struct model_lane) {
		.tid = column_number(q, "tid", 0),
		.start_ns = column_number(q, "start_ns", 0),
		.end_ns = column_number(q, "end_ns", 0),
		.other_ns = column_number(q, "other_ns", 0),
		.blocking = column_number(q, "blocking", 0),
	};
	states_read(q, l->state_ns);
}

static void task_read(struct model *m, sqlite3_stmt *q, void *item)
{
	*(struct model_task *)item = (struct model_task) {
		.name = kept(m, q, "task"),
		.file = kept(m, q, "file"),
		.line = column_number(q, "line", 0),
		.count = column_number(q, "count", 0),
		.blocked_ns = column_number(q, "blocked_ns", 0),
		.p50_ns = column_number(q, "p50_ns", -1),
		.p99_ns = column_number(q, "p99_ns", -1),
		.max_ns = column_number(q, "max_ns", 0),
		.at_most = column_number(q, "at_most", 0),
		.all = column_text(q, "population") &&
		       strcmp(column_text(q, "population"), "all") == 0,
	};
}

static double percent_of(sqlite3_stmt *q, const char *column)
{
	return column_text(q, column) ? column_real(q, column) : -1;
}

static void life_read(struct model *m, sqlite3_stmt *q, void *item)
{
	*(struct model_life *)item = (struct model_life) {
		.name = kept(m, q, "task"),
		.alive = column_number(q, "alive", 0),
		.ended = column_number(q, "ended", 0),
		.ends_seen = column_number(q, "ends_seen", 1),
		.life_ns = column_number(q, "mean_life_ns", -1),
		.longest_ns = column_number(q, "ready_max_ns", 0),
		.polled = percent_of(q, "polled_percent"),
		.ready = percent_of(q, "ready_percent"),
		.awaiting = percent_of(q, "await_percent"),
	};
}

static void mark_read(struct model *m, sqlite3_stmt *q, void *item)
{
	*(struct model_mark *)item = (struct model_mark) {
		.time_ns = column_number(q, "time_ns", 0),
		.text = kept(m, q, "text"),
	};
}

static int fill(struct model *m, struct session *s, const char *file, const struct filled *list)
{
	sqlite3_stmt *q = session_query(s, file);
	int code = q ? SQLITE_ROW : SQLITE_ERROR;

	*list->count = 0;
	while (q && (code = sqlite3_step(q)) == SQLITE_ROW) {
		char *items;

		if (!array_grow(list->items, *list->count, list->room, list->bytes)) {
			sqlite3_reset(q);
			return -ENOMEM;
		}
		memcpy(&items, list->items, sizeof(items));
		list->read(m, q, items + (*list->count)++ * list->bytes);
	}
	sqlite3_reset(q);
	return code == SQLITE_DONE ? 0 : -EIO;
}

#define FILL(m, s, file, list, function)                                                           \
	fill(m, s, file,                                                                           \
	     &(struct filled) {&(m)->list.count, &(m)->list.room, (void *)&(m)->list.at,           \
			       sizeof(*(m)->list.at), function})

static void verdict_read(struct model *m, sqlite3_stmt *q)
{
	m->level = kept(m, q, "level");
	m->sentence = kept(m, q, "sentence");
	m->loss_percent = column_real(q, "loss_percent");
}

static void header_read(struct model *m, sqlite3_stmt *q)
{
	m->target = kept(m, q, "name");
	m->source = kept(m, q, "source");
	m->pid = column_number(q, "pid", 0);
	m->processes = column_number(q, "processes", 0);
	m->threshold_ns = column_number(q, "threshold_ns", 0);
	m->events = column_number(q, "events", 0);
	m->stacks = column_number(q, "stacks", 0);
	m->whole_stacks = column_number(q, "stacks_complete", 0);
	m->recorder_percent = column_real(q, "recorder_cpu_percent");
	m->loss_percent_max = column_real(q, "lost_percent_max");
}

static void missing_read(struct model *m, sqlite3_stmt *q)
{
	m->missing = kept(m, q, "missing");
}

static void pool_read(struct model *m, sqlite3_stmt *q)
{
	m->pool_threads = column_number(q, "threads", 0);
	m->pool_peak = column_number(q, "peak_busy", 0);
	m->pool_busy = column_real(q, "busy_percent");
	m->queue_known = column_number(q, "queue_known", 0);
	m->pool_limit = column_number(q, "thread_limit", -1);
	m->pool_workers = column_number(q, "workers", 0);
	m->queue_peak = column_number(q, "peak_tasks", -1);
	m->queue_wait_ns = column_number(q, "longest_wait_ns", -1);
	m->queue_now = column_number(q, "queued_at_end", -1);
	m->pool_full = column_real(q, "full_percent");
}

static int one_row(struct model *m, struct session *s, const char *file,
		   void (*read)(struct model *m, sqlite3_stmt *q))
{
	sqlite3_stmt *q = session_query(s, file);
	int code = q ? sqlite3_step(q) : SQLITE_ERROR;

	if (code == SQLITE_ROW)
		read(m, q);
	sqlite3_reset(q);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -EIO;
}

static int lists_read(struct model *m, struct session *s, enum model_group group)
{
	int err = FILL(m, s, group_files[group], site, site_read);

	if (!err)
		err = FILL(m, s, "sql/screen/now.sql", now, now_read);
	if (!err)
		err = FILL(m, s, "sql/screen/workers.sql", worker, worker_read);
	if (!err)
		err = FILL(m, s, "sql/screen/lanes.sql", lane, lane_read);
	if (!err)
		err = FILL(m, s, "sql/screen/tasks.sql", task, task_read);
	if (!err)
		err = FILL(m, s, "sql/screen/lives.sql", life, life_read);
	if (!err)
		err = FILL(m, s, "sql/screen/marks.sql", mark, mark_read);
	return err;
}

int model_read(struct model *m, struct session *s, enum model_group group)
{
	int64_t events = m->events, until_ns = m->window.to_ns, more_ns;
	int err;

	text_pool_close(&m->pool);
	m->pool = (struct text_pool) {0};
	m->window = session_state(s).window;
	m->missing = NULL;
	err = one_row(m, s, "sql/query/verdict.sql", verdict_read);
	if (!err)
		err = one_row(m, s, "sql/screen/header.sql", header_read);
	if (!err)
		err = one_row(m, s, "sql/screen/pool.sql", pool_read);
	if (!err)
		err = one_row(m, s, "sql/query/symbols_missing.sql", missing_read);
	if (!err)
		err = lists_read(m, s, group);
	more_ns = m->window.to_ns - until_ns;
	if (m->known && more_ns > 0 && m->events >= events)
		m->events_per_s = 1e9 * (double)(m->events - events) / (double)more_ns;
	else if (!m->known && m->window.to_ns > m->window.recording.start_ns)
		m->events_per_s = 1e9 * (double)m->events /
				  (double)(m->window.to_ns - m->window.recording.start_ns);
	m->known = !err;
	return err;
}

void model_close(struct model *m)
{
	text_pool_close(&m->pool);
	free(m->site.at);
	free(m->now.at);
	free(m->worker.at);
	free(m->lane.at);
	free(m->task.at);
	free(m->life.at);
	free(m->mark.at);
	*m = (struct model) {0};
}
