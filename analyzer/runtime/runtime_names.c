/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/runtime_names.h"
#include "analyzer/base/embedded.h"
#include "format/wire/events.h"

#include <errno.h>
#include <string.h>

const struct plan_scheduler_kind plan_scheduler_kinds[PLAN_SCHEDULERS] = {
	{HUD_SCHEDULER_MULTI_THREAD, NAME_MULTI, "multi"},
	{HUD_SCHEDULER_CURRENT_THREAD, NAME_SINGLE, "single"},
};

static const char *const items[NAMES] = {
	[NAME_RUNTIME] = "name",
	[NAME_LAYOUTS] = "layouts",
	[NAME_UNIT] = "unit",
	[NAME_PATH] = "path",
	[NAME_SOURCE] = "source",
	[NAME_MESSAGE] = "message",
	[NAME_DRIVER_IO] = "driver-io",
	[NAME_DRIVER_SIGNAL] = "driver-signal",
	[NAME_CONTEXT_VARIABLE] = "context-variable",
	[NAME_CONTEXT_STORAGE] = "context-storage",
	[NAME_CONTEXT_TASK] = "context-task",
	[NAME_CONTEXT_SCHEDULER] = "context-scheduler",
	[NAME_HEADER_TYPE] = "header",
	[NAME_HEADER_VTABLE] = "header-vtable",
	[NAME_VTABLE_TYPE] = "vtable",
	[NAME_VTABLE_POLL] = "vtable-poll",
	[NAME_VTABLE_ID] = "vtable-id",
	[NAME_MULTI + OF_NAME] = "multi-name",
	[NAME_MULTI + OF_VARIABLE] = "multi-variable",
	[NAME_MULTI + OF_VARIANT] = "multi-variant",
	[NAME_MULTI + OF_CONTEXT] = "multi-context",
	[NAME_MULTI + OF_CORE] = "multi-core",
	[NAME_MULTI + OF_CORE_TYPE] = "multi-core-type",
	[NAME_MULTI + OF_PARK] = "multi-park",
	[NAME_MULTI + OF_TICK] = "multi-tick",
	[NAME_MULTI + OF_LIFO] = "multi-lifo",
	[NAME_MULTI + OF_QUEUE] = "multi-queue",
	[NAME_SINGLE + OF_NAME] = "single-name",
	[NAME_SINGLE + OF_VARIABLE] = "single-variable",
	[NAME_SINGLE + OF_VARIANT] = "single-variant",
	[NAME_SINGLE + OF_CONTEXT] = "single-context",
	[NAME_SINGLE + OF_CORE] = "single-core",
	[NAME_SINGLE + OF_CORE_TYPE] = "single-core-type",
	[NAME_SINGLE + OF_PARK] = "single-park",
	[NAME_SINGLE + OF_TICK] = "single-tick",
	[NAME_SINGLE + OF_LIFO] = "single-lifo",
	[NAME_SINGLE + OF_QUEUE] = "single-queue",
	[NAME_RING_HEAD] = "ring-head",
	[NAME_RING_TAIL] = "ring-tail",
	[NAME_DEQUE_LENGTH] = "deque-length",
	[NAME_DEQUE_FRONT] = "deque-front",
	[NAME_DEQUE_BACK] = "deque-back",
	[NAME_DEQUE_ROOM] = "deque-room",
	[NAME_DEQUE_FIRST] = "deque-first",
	[NAME_SLICE_LENGTH] = "slice-length",
	[NAME_POOL_HANDLE] = "pool-handle",
	[NAME_POOL_SPAWNER] = "pool-spawner",
	[NAME_POOL_SHARED] = "pool-shared",
	[NAME_POOL_KIND] = "pool-kind",
	[NAME_POOL_VARIANT] = "pool-variant",
	[NAME_POOL_QUEUE] = "pool-queue",
	[NAME_POOL_TASK] = "pool-task",
	[NAME_POOL_THREADS] = "pool-threads",
	[NAME_POOL_IDLE] = "pool-idle",
	[NAME_POOL_LIMIT] = "pool-limit",
	[NAME_POOL_WORKERS] = "pool-workers",
	[NAME_HEADER_STATE] = "header-state",
	[NAME_STATE_RUNNING] = "state-running",
	[NAME_STATE_COMPLETE] = "state-complete",
	[NAME_STATE_WOKEN] = "state-woken",
	[NAME_STATE_CANCELLED] = "state-cancelled",
	[NAME_HEADER_OWNER] = "header-owner",
	[NAME_VTABLE_TRAILER] = "vtable-trailer",
	[NAME_TRAILER_TYPE] = "trailer",
	[NAME_TRAILER_PREVIOUS] = "trailer-previous",
	[NAME_TRAILER_NEXT] = "trailer-next",
	[NAME_TASKS_OWNED] = "tasks-owned",
	[NAME_TASKS_ID] = "tasks-id",
	[NAME_TASKS_SHARDS] = "tasks-shards",
	[NAME_TASKS_FIRST] = "tasks-first",
	[NAME_TASKS_LAST] = "tasks-last",
	[NAME_TASKS_COUNT] = "tasks-count",
	[NAME_TASKS_LAYOUT] = "tasks-layout",
	[NAME_TASK_CELL] = "task-cell",
	[NAME_TASK_STAGE] = "task-stage",
	[NAME_TASK_RUNNING] = "task-running",
	[NAME_TASK_TRAILER] = "task-trailer",
	[NAME_TASK_DESCENT] = "task-descent",
	[NAME_POLL_SITE] = "poll-site",
	[NAME_POLL_MARK] = "poll-mark",
	[NAME_POLL_HOLDER] = "poll-holder",
	[NAME_POLL_DROP] = "poll-drop",
	[NAME_POLL_FREEING] = "poll-freeing",
	[NAME_POLL_SCHEDULING] = "poll-scheduling",
	[NAME_POLL_POOL] = "poll-pool",
	[NAME_POLL_BLOCKING] = "poll-blocking",
	[NAME_POLL_MULTI] = "poll-multi",
	[NAME_POLL_SINGLE] = "poll-single",
	[NAME_HOOK_MARK] = "hook-mark",
	[NAME_HOOK_SPAWN] = "hook-spawn",
	[NAME_HOOK_BIND] = "hook-bind",
	[NAME_HOOK_WAKE] = "hook-wake",
	[NAME_HOOK_END] = "hook-end",
	[NAME_HOOK_SCHEDULE] = "hook-schedule",
	[NAME_CODE_NEVER] = "code-never",
	[NAME_CODE_IN_PLACE] = "code-in-place",
	[NAME_CODE_EXIT] = "code-exit",
	[NAME_CODE_ENTER] = "code-enter",
	[NAME_CODE_POOL] = "code-pool",
	[NAME_CODE_MULTI] = "code-multi",
	[NAME_CODE_SINGLE] = "code-single",
};

static int name_take(struct plan_names *n, const struct rules_line *rule)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (strcmp(items[i], rule->words[0]) != 0)
			continue;
		if (n->name[i] || !*rule->words[2])
			return -EINVAL;
		n->name[i] = rule->words[2];
		return 0;
	}
	return -EINVAL;
}

int plan_names_open(struct plan_names *n, const char *file)
{
	int err;

	memset(n, 0, sizeof(*n));
	err = rules_file_open(&n->file, embedded_text(file));
	for (size_t i = 0; !err && i < n->file.count; i++)
		err = name_take(n, &n->file.lines[i]);
	for (size_t i = 0; !err && i < NAMES; i++)
		if (!n->name[i] && i != NAME_SINGLE + OF_LIFO)
			err = -EINVAL;
	if (err)
		plan_names_close(n);
	return err;
}

void plan_names_close(struct plan_names *n)
{
	rules_file_close(&n->file);
	memset(n, 0, sizeof(*n));
}

const char *plan_names_scheduler(const struct plan_names *n, uint32_t kind)
{
	for (size_t i = 0; i < PLAN_SCHEDULERS; i++)
		if (plan_scheduler_kinds[i].kind == kind)
			return n->name[plan_scheduler_kinds[i].names + OF_NAME];
	return NULL;
}

uint32_t plan_names_kind_of(const struct plan_names *n, const char *full_name)
{
	if (pattern_matches(n->name[NAME_POLL_MULTI], full_name))
		return HUD_SCHEDULER_MULTI_THREAD;
	if (pattern_matches(n->name[NAME_POLL_SINGLE], full_name))
		return HUD_SCHEDULER_CURRENT_THREAD;
	return 0;
}
