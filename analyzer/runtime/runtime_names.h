/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_RUNTIME_NAMES_H
#define HUD_ANALYZER_RUNTIME_RUNTIME_NAMES_H

#include "analyzer/rules/rules.h"
#include "format/plan/plan.h"
#include "format/wire/events.h"

/*
 * The names that a runtime's types, variables and functions have in debug information and symbol
 * tables. Each runtime has a rules file of them, rules/NAME-state.rules; the first column is one of
 * these items.
 */
enum plan_name {
	NAME_RUNTIME, /* what it is called */
	NAME_LAYOUTS, /* the rules file of its known layouts */
	NAME_UNIT,
	NAME_PATH,
	NAME_SOURCE,
	NAME_MESSAGE,
	NAME_DRIVER_IO,
	NAME_DRIVER_SIGNAL,
	NAME_CONTEXT_VARIABLE,
	NAME_CONTEXT_STORAGE,
	NAME_CONTEXT_TASK,
	NAME_CONTEXT_SCHEDULER,
	NAME_HEADER_TYPE,
	NAME_HEADER_VTABLE,
	NAME_VTABLE_TYPE,
	NAME_VTABLE_POLL,
	NAME_VTABLE_ID,
	NAME_MULTI,                    /* the first item of a scheduler with many workers */
	NAME_SINGLE = NAME_MULTI + 10, /* the same of one that runs on a single thread */
	NAME_RING_HEAD = NAME_SINGLE + 10,
	NAME_RING_TAIL,
	NAME_DEQUE_LENGTH,
	NAME_DEQUE_FRONT,
	NAME_DEQUE_BACK,
	NAME_DEQUE_ROOM,
	NAME_DEQUE_FIRST,
	NAME_SLICE_LENGTH,
	NAME_POOL_HANDLE,
	NAME_POOL_SPAWNER,
	NAME_POOL_SHARED,
	NAME_POOL_KIND,
	NAME_POOL_VARIANT,
	NAME_POOL_QUEUE,
	NAME_POOL_TASK,
	NAME_POOL_THREADS,
	NAME_POOL_IDLE,
	NAME_POOL_LIMIT,
	NAME_POOL_WORKERS,
	NAME_HEADER_STATE,
	NAME_STATE_RUNNING,
	NAME_STATE_COMPLETE,
	NAME_STATE_WOKEN,
	NAME_STATE_CANCELLED,
	NAME_HEADER_OWNER,
	NAME_VTABLE_TRAILER,
	NAME_TRAILER_TYPE,
	NAME_TRAILER_PREVIOUS,
	NAME_TRAILER_NEXT,
	NAME_TASKS_OWNED,
	NAME_TASKS_ID,
	NAME_TASKS_SHARDS,
	NAME_TASKS_FIRST,
	NAME_TASKS_LAST,
	NAME_TASKS_COUNT,
	NAME_TASKS_LAYOUT,
	NAME_TASK_CELL,
	NAME_TASK_STAGE,
	NAME_TASK_RUNNING,
	NAME_TASK_TRAILER,
	NAME_TASK_DESCENT,
	NAME_POLL_SITE,
	NAME_POLL_MARK,
	NAME_POLL_HOLDER,
	NAME_POLL_DROP,
	NAME_POLL_FREEING,
	NAME_POLL_SCHEDULING,
	NAME_POLL_POOL,
	NAME_POLL_BLOCKING,
	NAME_POLL_MULTI,
	NAME_POLL_SINGLE,
	NAME_HOOK_MARK,
	NAME_HOOK_SPAWN,
	NAME_HOOK_BIND,
	NAME_HOOK_WAKE,
	NAME_HOOK_END,
	NAME_HOOK_SCHEDULE,
	NAME_CODE_NEVER,
	NAME_CODE_IN_PLACE,
	NAME_CODE_EXIT,
	NAME_CODE_ENTER,
	NAME_CODE_POOL,
	NAME_CODE_MULTI,
	NAME_CODE_SINGLE,
	NAMES,
};

/* To be added to NAME_MULTI or NAME_SINGLE. */
enum plan_scheduler_name {
	OF_NAME, /* what it is called */
	OF_VARIABLE,
	OF_VARIANT,
	OF_CONTEXT,
	OF_CORE,
	OF_CORE_TYPE,
	OF_PARK,
	OF_TICK,
	OF_LIFO, /* NAME_MULTI only */
	OF_QUEUE,
};

struct plan_names {
	struct rules_file file;
	const char *name[NAMES]; /* NULL: the file has none */
};

/* `file`: "rules/tokio-state.rules". 0, -ENOMEM, -ENOENT or -EINVAL: the file has a mistake. */
int plan_names_open(struct plan_names *n, const char *file);
void plan_names_close(struct plan_names *n);

/* The kinds of scheduler, and where the names of each begin. */
enum { PLAN_SCHEDULERS = 2 };
struct plan_scheduler_kind {
	enum hud_scheduler_kind kind;
	size_t names;     /* of enum plan_name */
	const char *item; /* its rows in the rules file of layouts */
};
extern const struct plan_scheduler_kind plan_scheduler_kinds[PLAN_SCHEDULERS];

/* What the runtime calls this kind of scheduler; NULL: no kind. */
const char *plan_names_scheduler(const struct plan_names *n, uint32_t kind);
/* The kind of scheduler that a type or function belongs to, by its full name; 0: to none. */
uint32_t plan_names_kind_of(const struct plan_names *n, const char *full_name);

#endif
