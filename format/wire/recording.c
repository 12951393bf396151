/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/recording.h"
#include "format/wire/kinds.h"

enum { FIRST = HUD_LOST };

static const struct record_field lost_fields[] = {
	ONE(hud_lost, cause, FIELD_NUMBER),
	ONE(hud_lost, count, FIELD_NUMBER),
	ONE(hud_lost, from_ns, FIELD_NUMBER),
	ONE(hud_lost, to_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field cost_fields[] = {
	ONE(hud_cost, time_ns, FIELD_NUMBER),
	ONE(hud_cost, recorder_cpu_ns, FIELD_NUMBER),
	ONE(hud_cost, rss_bytes, FIELD_NUMBER),
	ONE(hud_cost, bpf_run_ns, FIELD_NUMBER),
	ONE(hud_cost, bpf_runs, FIELD_NUMBER),
	ONE(hud_cost, bpf_measured_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field cpu_quota_fields[] = {
	ONE(hud_cpu_quota, time_ns, FIELD_NUMBER),
	ONE(hud_cpu_quota, process, FIELD_NUMBER),
	ONE(hud_cpu_quota, cgroup, FIELD_NUMBER),
	ONE(hud_cpu_quota, quota_ns, FIELD_NUMBER),
	ONE(hud_cpu_quota, period_ns, FIELD_NUMBER),
	ONE(hud_cpu_quota, periods, FIELD_NUMBER),
	ONE(hud_cpu_quota, throttled_periods, FIELD_NUMBER),
	ONE(hud_cpu_quota, throttled_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field pool_queue_fields[] = {
	ONE(hud_pool_queue, time_ns, FIELD_NUMBER),
	ONE(hud_pool_queue, pool, FIELD_HEX),
	ONE(hud_pool_queue, since_ns, FIELD_NUMBER),
	ONE(hud_pool_queue, process, FIELD_NUMBER),
	ONE(hud_pool_queue, tasks, FIELD_NUMBER),
	ONE(hud_pool_queue, threads, FIELD_NUMBER),
	ONE(hud_pool_queue, idle, FIELD_NUMBER),
	ONE(hud_pool_queue, thread_limit, FIELD_NUMBER),
	ONE(hud_pool_queue, workers, FIELD_NUMBER),
	ONE(hud_pool_queue, scheduler, FIELD_NUMBER),
	{0},
};

static const struct record_field runtime_thread_fields[] = {
	ONE(hud_runtime_thread, time_ns, FIELD_NUMBER),
	ONE(hud_runtime_thread, pool, FIELD_HEX),
	ONE(hud_runtime_thread, process, FIELD_NUMBER),
	ONE(hud_runtime_thread, tid, FIELD_NUMBER),
	{0},
};

static const struct record_field clock_fields[] = {
	ONE(hud_clock, monotonic_ns, FIELD_NUMBER),
	ONE(hud_clock, realtime_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field end_fields[] = {
	ONE(hud_end, time_ns, FIELD_NUMBER),
	ONE(hud_end, events, FIELD_NUMBER),
	ONE(hud_end, reason, FIELD_NUMBER),
	ONE(hud_end, detail, FIELD_NUMBER),
	{0},
};

static const struct record_field mark_fields[] = {
	ONE(hud_mark, time_ns, FIELD_NUMBER),
	ONE(hud_mark, text, FIELD_NUMBER),
	ONE(hud_mark, uid, FIELD_NUMBER),
	{0},
};

static const struct record_field part_fields[] = {
	ONE(hud_part, from_ns, FIELD_NUMBER),
	ONE(hud_part, to_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field waker_fields[] = {
	ONE(hud_waker, time_ns, FIELD_NUMBER),
	ONE(hud_waker, pid, FIELD_NUMBER),
	ONE(hud_waker, name, FIELD_NUMBER),
	{0},
};

static const struct record_field code_fields[] = {
	ONE(hud_code, time_ns, FIELD_NUMBER),        ARRAY(hud_code, build_id, FIELD_BYTES),
	ONE(hud_code, build_id_bytes, FIELD_NUMBER), ONE(hud_code, functions, FIELD_NUMBER),
	ARRAY(hud_code, function, FIELD_ADDRESSES),  {0},
};

static const struct record_field late_rows_fields[] = {
	ONE(hud_late_rows, time_ns, FIELD_NUMBER),
	ONE(hud_late_rows, stacks, FIELD_NUMBER),
	ONE(hud_late_rows, path, FIELD_NUMBER),
	{0},
};

static const struct record_field layout_fields[] = {
	ONE(hud_layout, time_ns, FIELD_NUMBER),        ONE(hud_layout, process, FIELD_NUMBER),
	ONE(hud_layout, layout_source, FIELD_NUMBER),  ONE(hud_layout, layout_flags, FIELD_HEX),
	ONE(hud_layout, reason, FIELD_NUMBER),         ONE(hud_layout, parks, FIELD_NUMBER),
	ONE(hud_layout, polls, FIELD_NUMBER),          ONE(hud_layout, cores, FIELD_NUMBER),
	ONE(hud_layout, threads, FIELD_NUMBER),        ONE(hud_layout, tasks, FIELD_NUMBER),
	ONE(hud_layout, ticks, FIELD_NUMBER),          ONE(hud_layout, snapshots, FIELD_NUMBER),
	ONE(hud_layout, attempts, FIELD_NUMBER),       ONE(hud_layout, took_ns, FIELD_NUMBER),
	ONE(hud_layout, probe_hits, FIELD_NUMBER),     ONE(hud_layout, bpf_run_ns, FIELD_NUMBER),
	ONE(hud_layout, contradictions, FIELD_NUMBER), {0},
};

static const struct record_field runtime_object_fields[] = {
	ONE(hud_runtime_object, process, FIELD_NUMBER),
	ONE(hud_runtime_object, number, FIELD_NUMBER),
	ONE(hud_runtime_object, path, FIELD_NUMBER),
	{0},
};

/* clang-format off */
static const struct record_kind kinds[] = {
	[HUD_LOST - FIRST] = {
		.name = "lost", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_lost),
		.fields = lost_fields,
	},
	[HUD_COST - FIRST] = {
		.name = "cost", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_cost),
		.fields = cost_fields,
	},
	[HUD_CPU_QUOTA - FIRST] = {
		.name = "cpu-quota", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_cpu_quota),
		.fields = cpu_quota_fields,
		.reference = {ID(PROCESS, hud_cpu_quota, process)},
	},
	[HUD_POOL_QUEUE - FIRST] = {
		.name = "pool-queue", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_pool_queue),
		.fields = pool_queue_fields,
		.reference = {ID(PROCESS, hud_pool_queue, process)},
	},
	[HUD_RUNTIME_THREAD - FIRST] = {
		.name = "runtime-thread", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_runtime_thread),
		.fields = runtime_thread_fields,
		.reference = {
			ID(PROCESS, hud_runtime_thread, process),
			THREAD(hud_runtime_thread, tid, process),
		},
	},
	[HUD_CLOCK - FIRST] = {
		.name = "clock", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_clock),
		.fields = clock_fields,
	},
	[HUD_END - FIRST] = {
		.name = "end", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_end),
		.fields = end_fields,
	},
	[HUD_MARK - FIRST] = {
		.name = "mark", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_mark),
		.fields = mark_fields,
		.reference = {
			ID(STRING, hud_mark, text),
		},
	},
	[HUD_PART - FIRST] = {
		.name = "part", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_part),
		.fields = part_fields,
	},
	[HUD_WAKER - FIRST] = {
		.name = "waker", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_waker),
		.fields = waker_fields,
		.reference = {
			ID(STRING, hud_waker, name),
		},
	},
	[HUD_CODE - FIRST] = {
		.name = "code", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_code),
		.fields = code_fields,
		.count = {AT(hud_code, functions), 4, 8 * HUD_CODE_WORDS, HUD_CODE_FUNCTIONS_MAX},
	},
	[HUD_LATE_ROWS - FIRST] = {
		.name = "late-rows", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_late_rows),
		.fields = late_rows_fields,
		.reference = {
			ID(STRING, hud_late_rows, path),
		},
	},
	[HUD_LAYOUT - FIRST] = {
		.name = "layout", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_layout),
		.fields = layout_fields,
		.reference = {
			ID(PROCESS, hud_layout, process),
		},
	},
	[HUD_RUNTIME_OBJECT - FIRST] = {
		.name = "runtime-object", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_runtime_object),
		.fields = runtime_object_fields,
		.reference = {
			ID(PROCESS, hud_runtime_object, process),
			ID(STRING, hud_runtime_object, path),
		},
	},
};
/* clang-format on */

const struct record_kinds recording_kinds = {FIRST, sizeof(kinds) / sizeof(kinds[0]), kinds};
