/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_MODEL_H
#define HUD_ANALYZER_SCREEN_MODEL_H

#include "analyzer/base/text_pool.h"
#include "analyzer/live/session.h"

/*
 * What the screen shows, copied from the views when a window was derived, so that it can be drawn
 * at any time. Texts belong to the model; NULL where a view has NULL. Times as in the tables.
 */

#define MODEL_LIST(type)                                                                           \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t count, room;                                                                \
	}

/* How sites are summed up. */
enum model_group { GROUP_FUNCTION, GROUP_FILE, GROUP_TASK, GROUP_ALL, GROUPS };

struct model_site {
	const char *name, *file, *causes, *cause, *tasks, *crate;
	int64_t line, count, total_ns, p99_ns, max_ns, last_ns, open_count;
	int64_t site; /* 0: it is none by itself */
	bool at_most;
};

struct model_now {
	int64_t start_ns, end_ns, tid, line, held, waits;
	const char *comm, *task, *function, *cause, *file;
	const char *holder; /* of a lock, in `held` of `waits` that were waited for it before */
};

/* The states add up to wall_ns. */
enum worker_state {
	STATE_POLL_CPU,
	STATE_POLL_OFFCPU,
	STATE_RUN_QUEUE,
	STATE_PARKED,
	STATE_RUNTIME,
	STATE_UNKNOWN,
	STATES,
};

struct model_worker {
	int64_t tid, wall_ns, state_ns[STATES], blocking_ns;
	const char *comm;
};

/* A part of the time of a worker. */
struct model_lane {
	int64_t tid, start_ns, end_ns, state_ns[STATES];
	int64_t other_ns; /* it was no worker */
	bool blocking;
};

struct model_task {
	const char *name, *file;
	int64_t line, count, blocked_ns, p50_ns, p99_ns, max_ns;
	bool at_most, all; /* figures are of all of its polls, not of the blocking ones only */
};

/* What tasks of a type did. */
struct model_life {
	const char *name;
	int64_t alive, ended, life_ns, longest_ns;
	bool ends_seen;
	double polled, ready, awaiting; /* percent; < 0: not known */
};

struct model_mark {
	int64_t time_ns;
	const char *text;
};

struct model {
	struct text_pool pool;
	bool known; /* something was read */
	struct window_state window;
	const char *level, *sentence, *target, *source;
	const char *missing; /* what cannot be shown, since symbols are missing; NULL: nothing */
	int64_t pid, processes, threshold_ns, events, stacks, whole_stacks;
	double loss_percent, loss_percent_max, recorder_percent;
	double events_per_s; /* since the model before */

	/* Of the blocking pool; -1: not known. */
	int64_t pool_threads, pool_peak, pool_limit, pool_workers, queue_peak, queue_wait_ns,
		queue_now;
	double pool_busy, pool_full;
	bool queue_known;

	MODEL_LIST(struct model_site) site;
	MODEL_LIST(struct model_now) now;
	MODEL_LIST(struct model_worker) worker;
	MODEL_LIST(struct model_lane) lane;
	MODEL_LIST(struct model_task) task;
	MODEL_LIST(struct model_life) life;
	MODEL_LIST(struct model_mark) mark;
};

/* Reads all of it anew. 0, -ENOMEM or -EIO: the database says what. */
int model_read(struct model *m, struct session *s, enum model_group group);
void model_close(struct model *m);

#endif
