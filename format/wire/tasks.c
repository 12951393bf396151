/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/tasks.h"
#include "format/wire/kinds.h"

enum { FIRST = HUD_TASK_DUMP };

static const struct record_field task_dump_fields[] = {
	ONE(hud_task_dump, start_ns, FIELD_NUMBER),
	ONE(hud_task_dump, end_ns, FIELD_NUMBER),
	ONE(hud_task_dump, debug_bytes, FIELD_NUMBER),
	ONE(hud_task_dump, bytes, FIELD_NUMBER),
	ONE(hud_task_dump, process, FIELD_NUMBER),
	ONE(hud_task_dump, dump, FIELD_NUMBER),
	ONE(hud_task_dump, dump_flags, FIELD_HEX),
	ONE(hud_task_dump, runtimes, FIELD_NUMBER),
	ONE(hud_task_dump, tasks, FIELD_NUMBER),
	ONE(hud_task_dump, threads, FIELD_NUMBER),
	ONE(hud_task_dump, retries, FIELD_NUMBER),
	ONE(hud_task_dump, reads, FIELD_NUMBER),
	{0},
};

static const struct record_field task_runtime_fields[] = {
	ONE(hud_task_runtime, owner, FIELD_NUMBER),
	ONE(hud_task_runtime, process, FIELD_NUMBER),
	ONE(hud_task_runtime, dump, FIELD_NUMBER),
	ONE(hud_task_runtime, scheduler, FIELD_NUMBER),
	ONE(hud_task_runtime, threads, FIELD_NUMBER),
	ONE(hud_task_runtime, lists, FIELD_NUMBER),
	ONE(hud_task_runtime, broken, FIELD_NUMBER),
	ONE(hud_task_runtime, expected, FIELD_NUMBER),
	ONE(hud_task_runtime, found, FIELD_NUMBER),
	{0},
};

static const struct record_field task_fields[] = {
	ONE(hud_task, task, FIELD_NUMBER),    ONE(hud_task, state, FIELD_HEX),
	ONE(hud_task, owner, FIELD_NUMBER),   ONE(hud_task, process, FIELD_NUMBER),
	ONE(hud_task, dump, FIELD_NUMBER),    ONE(hud_task, site, FIELD_NUMBER),
	ONE(hud_task, tid, FIELD_NUMBER),     ONE(hud_task, outcome, FIELD_NUMBER),
	ONE(hud_task, task_flags, FIELD_HEX), {0},
};

static const struct record_field task_frame_fields[] = {
	ONE(hud_task_frame, task, FIELD_NUMBER),
	ONE(hud_task_frame, entry, FIELD_HEX),
	ONE(hud_task_frame, variant, FIELD_NUMBER),
	ONE(hud_task_frame, number, FIELD_NUMBER),
	ONE(hud_task_frame, resource, FIELD_HEX),
	ONE(hud_task_frame, permits, FIELD_NUMBER),
	ONE(hud_task_frame, process, FIELD_NUMBER),
	ONE(hud_task_frame, dump, FIELD_NUMBER),
	ONE(hud_task_frame, depth, FIELD_NUMBER),
	ONE(hud_task_frame, kind, FIELD_NUMBER),
	ONE(hud_task_frame, leaf, FIELD_NUMBER),
	ONE(hud_task_frame, frame_flags, FIELD_HEX),
	{0},
};

static const struct record_field task_thread_fields[] = {
	ONE(hud_task_thread, task, FIELD_NUMBER),
	ONE(hud_task_thread, process, FIELD_NUMBER),
	ONE(hud_task_thread, dump, FIELD_NUMBER),
	ONE(hud_task_thread, tid, FIELD_NUMBER),
	ONE(hud_task_thread, stack, FIELD_NUMBER),
	ONE(hud_task_thread, syscall, FIELD_SIGNED),
	{0},
};

static const struct record_field task_pool_fields[] = {
	ONE(hud_task_pool, process, FIELD_NUMBER),
	ONE(hud_task_pool, dump, FIELD_NUMBER),
	ONE(hud_task_pool, pool, FIELD_NUMBER),
	ONE(hud_task_pool, scheduler, FIELD_NUMBER),
	ONE(hud_task_pool, threads, FIELD_NUMBER),
	ONE(hud_task_pool, idle, FIELD_NUMBER),
	ONE(hud_task_pool, limit, FIELD_NUMBER),
	ONE(hud_task_pool, workers, FIELD_NUMBER),
	ONE(hud_task_pool, queued, FIELD_NUMBER),
	ONE(hud_task_pool, listed, FIELD_NUMBER),
	{0},
};

static const struct record_field task_closure_fields[] = {
	ONE(hud_task_closure, task, FIELD_NUMBER), ONE(hud_task_closure, process, FIELD_NUMBER),
	ONE(hud_task_closure, dump, FIELD_NUMBER), ONE(hud_task_closure, pool, FIELD_NUMBER),
	ONE(hud_task_closure, site, FIELD_NUMBER), {0},
};

static const struct record_field task_life_fields[] = {
	ONE(hud_task_life, start_ns, FIELD_NUMBER),
	ONE(hud_task_life, end_ns, FIELD_NUMBER),
	ONE(hud_task_life, task, FIELD_NUMBER),
	ONE(hud_task_life, parent, FIELD_NUMBER),
	ONE(hud_task_life, polled_ns, FIELD_NUMBER),
	ONE(hud_task_life, ready_ns, FIELD_NUMBER),
	ONE(hud_task_life, await_ns, FIELD_NUMBER),
	ONE(hud_task_life, unknown_ns, FIELD_NUMBER),
	ONE(hud_task_life, ready_max_ns, FIELD_NUMBER),
	ONE(hud_task_life, process, FIELD_NUMBER),
	ONE(hud_task_life, site, FIELD_NUMBER),
	ONE(hud_task_life, polls, FIELD_NUMBER),
	ONE(hud_task_life, readies, FIELD_NUMBER),
	ONE(hud_task_life, life_flags, FIELD_HEX),
	{0},
};

static const struct record_field task_sum_fields[] = {
	ONE(hud_task_sum, time_ns, FIELD_NUMBER),    ONE(hud_task_sum, spawned, FIELD_NUMBER),
	ONE(hud_task_sum, found, FIELD_NUMBER),      ONE(hud_task_sum, ended, FIELD_NUMBER),
	ONE(hud_task_sum, written, FIELD_NUMBER),    ONE(hud_task_sum, polls, FIELD_NUMBER),
	ONE(hud_task_sum, readies, FIELD_NUMBER),    ONE(hud_task_sum, polled_ns, FIELD_NUMBER),
	ONE(hud_task_sum, ready_ns, FIELD_NUMBER),   ONE(hud_task_sum, await_ns, FIELD_NUMBER),
	ONE(hud_task_sum, unknown_ns, FIELD_NUMBER), ONE(hud_task_sum, ready_max_ns, FIELD_NUMBER),
	ONE(hud_task_sum, lived, FIELD_NUMBER),      ONE(hud_task_sum, lived_ns, FIELD_NUMBER),
	ONE(hud_task_sum, unfollowed, FIELD_NUMBER), ONE(hud_task_sum, process, FIELD_NUMBER),
	ONE(hud_task_sum, site, FIELD_NUMBER),       {0},
};

/* clang-format off */
static const struct record_kind kinds[] = {
	[HUD_TASK_DUMP - FIRST] = {
		.name = "task-dump", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_dump),
		.fields = task_dump_fields,
		.reference = {ID(PROCESS, hud_task_dump, process)},
	},
	[HUD_TASK_RUNTIME - FIRST] = {
		.name = "task-runtime", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_runtime),
		.fields = task_runtime_fields,
		.reference = {ID(PROCESS, hud_task_runtime, process)},
	},
	[HUD_TASK - FIRST] = {
		.name = "task", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task),
		.fields = task_fields,
		.reference = {
			ID(PROCESS, hud_task, process),
			ID(USER_STACK, hud_task, site),
		},
	},
	[HUD_TASK_FRAME - FIRST] = {
		.name = "task-frame", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_frame),
		.fields = task_frame_fields,
		.reference = {ID(PROCESS, hud_task_frame, process)},
	},
	[HUD_TASK_LIFE - FIRST] = {
		.name = "task-life", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_life),
		.fields = task_life_fields,
		.reference = {
			ID(PROCESS, hud_task_life, process),
			ID(USER_STACK, hud_task_life, site),
		},
	},
	[HUD_TASK_SUM - FIRST] = {
		.name = "task-sum", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_sum),
		.fields = task_sum_fields,
		.reference = {
			ID(PROCESS, hud_task_sum, process),
			ID(USER_STACK, hud_task_sum, site),
		},
	},
	[HUD_TASK_THREAD - FIRST] = {
		.name = "task-thread", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_thread),
		.fields = task_thread_fields,
		.reference = {
			ID(PROCESS, hud_task_thread, process),
			THREAD(hud_task_thread, tid, process),
			ID(USER_STACK, hud_task_thread, stack),
		},
	},
	[HUD_TASK_POOL - FIRST] = {
		.name = "task-pool", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_pool),
		.fields = task_pool_fields,
		.reference = {ID(PROCESS, hud_task_pool, process)},
	},
	[HUD_TASK_CLOSURE - FIRST] = {
		.name = "task-closure", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_closure),
		.fields = task_closure_fields,
		.reference = {
			ID(PROCESS, hud_task_closure, process),
			ID(USER_STACK, hud_task_closure, site),
		},
	},
};
/* clang-format on */

const struct record_kinds tasks_kinds = {FIRST, sizeof(kinds) / sizeof(kinds[0]), kinds};
