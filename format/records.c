/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/records.h"

#include <string.h>

#define AT(type, field) ((uint16_t)offsetof(struct type, field))
#define ID(what, type, field)                                                                      \
	{                                                                                          \
		.kind = REFERENCE_##what, .offset = AT(type, field)                                \
	}
#define THREAD(type, tid_field, process_field)                                                     \
	{                                                                                          \
		.kind = REFERENCE_THREAD, .offset = AT(type, tid_field),                           \
		.process = AT(type, process_field)                                                 \
	}

#define ONE(type, field, form)                                                                     \
	{                                                                                          \
#field, AT(type, field), sizeof(((struct type *)0)->field), form                   \
	}
#define ARRAY(type, field, form)                                                                   \
	{                                                                                          \
#field, AT(type, field), sizeof(((struct type *)0)->field[0]), form                \
	}

static const struct record_field session_fields[] = {
	ONE(hud_session, start_ns, FIELD_NUMBER),
	ONE(hud_session, start_realtime_ns, FIELD_NUMBER),
	ONE(hud_session, threshold_ns, FIELD_NUMBER),
	ONE(hud_session, sample_hz, FIELD_NUMBER),
	ONE(hud_session, profile_hz, FIELD_NUMBER),
	ONE(hud_session, cpus, FIELD_NUMBER),
	ONE(hud_session, machine, FIELD_NUMBER),
	ONE(hud_session, source, FIELD_NUMBER),
	ONE(hud_session, page_bytes, FIELD_NUMBER),
	ONE(hud_session, kernel, FIELD_NUMBER),
	ONE(hud_session, recorder, FIELD_NUMBER),
	ONE(hud_session, command, FIELD_NUMBER),
	ONE(hud_session, features, FIELD_HEX),
	ONE(hud_session, workers_prefix, FIELD_NUMBER),
	ONE(hud_session, window_ms, FIELD_NUMBER),
	{0},
};

static const struct record_field string_fields[] = {
	ONE(hud_string, id, FIELD_NUMBER),
	ONE(hud_string, bytes, FIELD_NUMBER),
	ARRAY(hud_string, text, FIELD_TEXT),
	{0},
};

static const struct record_field process_fields[] = {
	ONE(hud_process, id, FIELD_NUMBER),       ONE(hud_process, pid, FIELD_NUMBER),
	ONE(hud_process, start_ns, FIELD_NUMBER), ONE(hud_process, name, FIELD_NUMBER),
	ONE(hud_process, exe, FIELD_NUMBER),      {0},
};

static const struct record_field mapping_fields[] = {
	ONE(hud_mapping, process, FIELD_NUMBER),
	ONE(hud_mapping, id, FIELD_NUMBER),
	ONE(hud_mapping, start, FIELD_HEX),
	ONE(hud_mapping, end, FIELD_HEX),
	ONE(hud_mapping, offset, FIELD_HEX),
	ONE(hud_mapping, from_ns, FIELD_NUMBER),
	ONE(hud_mapping, path, FIELD_NUMBER),
	ONE(hud_mapping, build_id_bytes, FIELD_NUMBER),
	ONE(hud_mapping, mapping_flags, FIELD_HEX),
	ARRAY(hud_mapping, build_id, FIELD_BYTES),
	{0},
};

static const struct record_field thread_fields[] = {
	ONE(hud_thread, tid, FIELD_NUMBER),
	ONE(hud_thread, process, FIELD_NUMBER),
	ONE(hud_thread, from_ns, FIELD_NUMBER),
	ONE(hud_thread, comm, FIELD_NUMBER),
	{0},
};

static const struct record_field user_stack_fields[] = {
	ONE(hud_user_stack, id, FIELD_NUMBER),
	ONE(hud_user_stack, process, FIELD_NUMBER),
	ONE(hud_user_stack, frames, FIELD_NUMBER),
	ONE(hud_user_stack, stop, FIELD_NUMBER),
	ONE(hud_user_stack, frame_pointer_from, FIELD_NUMBER),
	ARRAY(hud_user_stack, address, FIELD_ADDRESSES),
	{0},
};

static const struct record_field kernel_stack_fields[] = {
	ONE(hud_kernel_stack, id, FIELD_NUMBER),
	ONE(hud_kernel_stack, frames, FIELD_NUMBER),
	ONE(hud_kernel_stack, stop, FIELD_NUMBER),
	ARRAY(hud_kernel_stack, function, FIELD_NUMBERS),
	{0},
};

static const struct record_field offcpu_fields[] = {
	ONE(hud_offcpu, start_ns, FIELD_NUMBER),     ONE(hud_offcpu, end_ns, FIELD_NUMBER),
	ONE(hud_offcpu, wakeup_ns, FIELD_NUMBER),    ONE(hud_offcpu, process, FIELD_NUMBER),
	ONE(hud_offcpu, tid, FIELD_NUMBER),          ONE(hud_offcpu, user_stack, FIELD_NUMBER),
	ONE(hud_offcpu, kernel_stack, FIELD_NUMBER), ONE(hud_offcpu, syscall, FIELD_SIGNED),
	ONE(hud_offcpu, offcpu_flags, FIELD_HEX),    ONE(hud_offcpu, state, FIELD_NUMBER),
	ONE(hud_offcpu, cpu, FIELD_NUMBER),          ONE(hud_offcpu, waker_pid, FIELD_NUMBER),
	ONE(hud_offcpu, waker_tid, FIELD_NUMBER),    ONE(hud_offcpu, waker_process, FIELD_NUMBER),
	ONE(hud_offcpu, waker_stack, FIELD_NUMBER),  ONE(hud_offcpu, poll_ns, FIELD_NUMBER),
	ONE(hud_offcpu, task, FIELD_NUMBER),         ONE(hud_offcpu, where, FIELD_NUMBER),
	ONE(hud_offcpu, next_site, FIELD_NUMBER),    {0},
};

static const struct record_field sample_fields[] = {
	ONE(hud_sample, time_ns, FIELD_NUMBER),      ONE(hud_sample, awake_ns, FIELD_NUMBER),
	ONE(hud_sample, waited_ns, FIELD_NUMBER),    ONE(hud_sample, process, FIELD_NUMBER),
	ONE(hud_sample, tid, FIELD_NUMBER),          ONE(hud_sample, user_stack, FIELD_NUMBER),
	ONE(hud_sample, kernel_stack, FIELD_NUMBER), ONE(hud_sample, syscall, FIELD_SIGNED),
	ONE(hud_sample, cpu, FIELD_NUMBER),          ONE(hud_sample, sample_flags, FIELD_HEX),
	ONE(hud_sample, where, FIELD_NUMBER),        ONE(hud_sample, poll_ns, FIELD_NUMBER),
	ONE(hud_sample, task, FIELD_NUMBER),         {0},
};

static const struct record_field window_fields[] = {
	ONE(hud_window, start_ns, FIELD_NUMBER),
	ONE(hud_window, end_ns, FIELD_NUMBER),
	ONE(hud_window, process, FIELD_NUMBER),
	ONE(hud_window, tid, FIELD_NUMBER),
	ONE(hud_window, cpu_ns, FIELD_NUMBER),
	ONE(hud_window, sleep_ns, FIELD_NUMBER),
	ONE(hud_window, run_queue_ns, FIELD_NUMBER),
	ONE(hud_window, sleeps, FIELD_NUMBER),
	ONE(hud_window, preemptions, FIELD_NUMBER),
	ONE(hud_window, parked_ns, FIELD_NUMBER),
	ONE(hud_window, poll_sleep_ns, FIELD_NUMBER),
	ONE(hud_window, maybe_parked_ns, FIELD_NUMBER),
	ONE(hud_window, stolen_ns, FIELD_NUMBER),
	ONE(hud_window, sample_gap_ns, FIELD_NUMBER),
	ONE(hud_window, samples, FIELD_NUMBER),
	ONE(hud_window, poll_samples, FIELD_NUMBER),
	ONE(hud_window, polls, FIELD_NUMBER),
	{0},
};

static const struct record_field lifecycle_fields[] = {
	ONE(hud_lifecycle, time_ns, FIELD_NUMBER), ONE(hud_lifecycle, process, FIELD_NUMBER),
	ONE(hud_lifecycle, tid, FIELD_NUMBER),     ONE(hud_lifecycle, kind, FIELD_NUMBER),
	ONE(hud_lifecycle, detail, FIELD_NUMBER),  {0},
};

static const struct record_field poll_fields[] = {
	ONE(hud_poll, start_min_ns, FIELD_NUMBER),
	ONE(hud_poll, start_max_ns, FIELD_NUMBER),
	ONE(hud_poll, end_min_ns, FIELD_NUMBER),
	ONE(hud_poll, end_max_ns, FIELD_NUMBER),
	ONE(hud_poll, task, FIELD_NUMBER),
	ONE(hud_poll, sleep_ns, FIELD_NUMBER),
	ONE(hud_poll, run_queue_ns, FIELD_NUMBER),
	ONE(hud_poll, process, FIELD_NUMBER),
	ONE(hud_poll, tid, FIELD_NUMBER),
	ONE(hud_poll, site, FIELD_NUMBER),
	ONE(hud_poll, poll_flags, FIELD_HEX),
	ONE(hud_poll, scheduler, FIELD_NUMBER),
	ONE(hud_poll, samples, FIELD_NUMBER),
	ONE(hud_poll, ready_samples, FIELD_NUMBER),
	ONE(hud_poll, ready_sum, FIELD_NUMBER),
	ONE(hud_poll, ready_max, FIELD_NUMBER),
	ONE(hud_poll, left_queued, FIELD_NUMBER),
	ONE(hud_poll, next_polls, FIELD_NUMBER),
	ONE(hud_poll, queued, FIELD_NUMBER),
	ONE(hud_poll, queued_since_ns, FIELD_NUMBER),
	ONE(hud_poll, next_sum_ns, FIELD_NUMBER),
	ONE(hud_poll, next_max_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field histogram_fields[] = {
	ONE(hud_histogram, polls, FIELD_NUMBER),     ONE(hud_histogram, total_ns, FIELD_NUMBER),
	ONE(hud_histogram, max_ns, FIELD_NUMBER),    ONE(hud_histogram, process, FIELD_NUMBER),
	ONE(hud_histogram, site, FIELD_NUMBER),      ONE(hud_histogram, buckets, FIELD_NUMBER),
	ARRAY(hud_histogram, bucket, FIELD_NUMBERS), {0},
};

static const struct record_field probes_fields[] = {
	ONE(hud_probes, time_ns, FIELD_NUMBER),
	ONE(hud_probes, probes_flags, FIELD_HEX),
	ONE(hud_probes, sites, FIELD_NUMBER),
	ONE(hud_probes, costly_sites, FIELD_NUMBER),
	ONE(hud_probes, probe_cost_ns, FIELD_NUMBER),
	ONE(hud_probes, cost_permille, FIELD_NUMBER),
	{0},
};

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
	ONE(hud_cpu_quota, quota_ns, FIELD_NUMBER),
	ONE(hud_cpu_quota, period_ns, FIELD_NUMBER),
	ONE(hud_cpu_quota, periods, FIELD_NUMBER),
	ONE(hud_cpu_quota, throttled_periods, FIELD_NUMBER),
	ONE(hud_cpu_quota, throttled_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field runtime_thread_fields[] = {
	ONE(hud_runtime_thread, time_ns, FIELD_NUMBER),
	ONE(hud_runtime_thread, pool, FIELD_HEX),
	ONE(hud_runtime_thread, process, FIELD_NUMBER),
	ONE(hud_runtime_thread, tid, FIELD_NUMBER),
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

static const struct record_field part_fields[] = {
	ONE(hud_part, from_ns, FIELD_NUMBER),
	ONE(hud_part, to_ns, FIELD_NUMBER),
	{0},
};

static const struct record_field mark_fields[] = {
	ONE(hud_mark, time_ns, FIELD_NUMBER),
	ONE(hud_mark, text, FIELD_NUMBER),
	ONE(hud_mark, uid, FIELD_NUMBER),
	{0},
};

static const struct record_field late_rows_fields[] = {
	ONE(hud_late_rows, time_ns, FIELD_NUMBER),
	ONE(hud_late_rows, stacks, FIELD_NUMBER),
	ONE(hud_late_rows, path, FIELD_NUMBER),
	{0},
};

static const struct record_field code_fields[] = {
	ONE(hud_code, time_ns, FIELD_NUMBER),        ARRAY(hud_code, build_id, FIELD_BYTES),
	ONE(hud_code, build_id_bytes, FIELD_NUMBER), ONE(hud_code, functions, FIELD_NUMBER),
	ARRAY(hud_code, function, FIELD_ADDRESSES),  {0},
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

static const struct record_field waker_fields[] = {
	ONE(hud_waker, time_ns, FIELD_NUMBER),
	ONE(hud_waker, pid, FIELD_NUMBER),
	ONE(hud_waker, name, FIELD_NUMBER),
	{0},
};

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

static const struct record_field symbol_text_fields[] = {
	ONE(hud_symbol_text, id, FIELD_NUMBER),
	ONE(hud_symbol_text, bytes, FIELD_NUMBER),
	ARRAY(hud_symbol_text, text, FIELD_TEXT),
	{0},
};

static const struct record_field symbol_binary_fields[] = {
	ONE(hud_symbol_binary, id, FIELD_NUMBER),
	ONE(hud_symbol_binary, quality, FIELD_NUMBER),
	ONE(hud_symbol_binary, build_id_bytes, FIELD_NUMBER),
	ONE(hud_symbol_binary, path, FIELD_NUMBER),
	ONE(hud_symbol_binary, file, FIELD_NUMBER),
	ONE(hud_symbol_binary, problem, FIELD_NUMBER),
	ONE(hud_symbol_binary, marker, FIELD_NUMBER),
	ONE(hud_symbol_binary, main_crates, FIELD_NUMBER),
	ONE(hud_symbol_binary, symtab, FIELD_NUMBER),
	ARRAY(hud_symbol_binary, build_id, FIELD_BYTES),
	{0},
};

static const struct record_field symbol_function_fields[] = {
	ONE(hud_symbol_function, id, FIELD_NUMBER),
	ONE(hud_symbol_function, symbol_flags, FIELD_HEX),
	ONE(hud_symbol_function, name, FIELD_NUMBER),
	ONE(hud_symbol_function, task_type, FIELD_NUMBER),
	ONE(hud_symbol_function, decl_file, FIELD_NUMBER),
	ONE(hud_symbol_function, decl_line, FIELD_NUMBER),
	ONE(hud_symbol_function, comp_dir, FIELD_NUMBER),
	ONE(hud_symbol_function, own, FIELD_NUMBER),
	{0},
};

static const struct record_field symbol_address_fields[] = {
	ONE(hud_symbol_address, offset, FIELD_HEX),
	ONE(hud_symbol_address, binary, FIELD_NUMBER),
	ONE(hud_symbol_address, aliases, FIELD_NUMBER),
	ONE(hud_symbol_address, calls, FIELD_NUMBER),
	ONE(hud_symbol_address, discriminator, FIELD_NUMBER),
	ONE(hud_symbol_address, source, FIELD_NUMBER),
	ARRAY(hud_symbol_address, call, FIELD_NUMBERS),
	{0},
};

/* clang-format off */
static const struct record_kind kinds[] = {
	[HUD_SESSION] = {
		.name = "session", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_session),
		.fields = session_fields,
		.reference = {
			ID(STRING, hud_session, kernel),
			ID(STRING, hud_session, recorder),
			ID(STRING, hud_session, command),
			ID(STRING, hud_session, workers_prefix),
		},
	},
	[HUD_STRING] = {
		.name = "string", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_string),
		.fields = string_fields,
		.count = {AT(hud_string, bytes), 4, 1, HUD_STRING_BYTES_MAX},
	},
	[HUD_PROCESS] = {
		.name = "process", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_process),
		.fields = process_fields,
		.reference = {
			ID(STRING, hud_process, name),
			ID(STRING, hud_process, exe),
		},
	},
	[HUD_MAPPING] = {
		.name = "mapping", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_mapping),
		.fields = mapping_fields,
		.count = {AT(hud_mapping, build_id_bytes), 2, 0, HUD_BUILD_ID_BYTES_MAX},
		.reference = {
			ID(PROCESS, hud_mapping, process),
			ID(STRING, hud_mapping, path),
		},
	},
	[HUD_THREAD] = {
		.name = "thread", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_thread),
		.fields = thread_fields,
		.reference = {
			ID(PROCESS, hud_thread, process),
			ID(STRING, hud_thread, comm),
		},
	},
	[HUD_USER_STACK] = {
		.name = "user-stack", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_user_stack),
		.fields = user_stack_fields,
		.count = {AT(hud_user_stack, frames), 2, 8, HUD_STACK_FRAMES_MAX},
		.reference = {
			ID(PROCESS, hud_user_stack, process),
			{.kind = REFERENCE_MAPPING, .offset = AT(hud_user_stack, address),
			 .process = AT(hud_user_stack, process), .each = true},
		},
	},
	[HUD_KERNEL_STACK] = {
		.name = "kernel-stack", .group = RECORD_DEFINITION,
		.bytes = sizeof(struct hud_kernel_stack),
		.fields = kernel_stack_fields,
		.count = {AT(hud_kernel_stack, frames), 2, 4, HUD_STACK_FRAMES_MAX},
		.reference = {
			{.kind = REFERENCE_STRING, .offset = AT(hud_kernel_stack, function),
			 .each = true},
		},
	},
	[HUD_OFFCPU] = {
		.name = "offcpu", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_offcpu),
		.fields = offcpu_fields,
		.reference = {
			ID(PROCESS, hud_offcpu, process),
			THREAD(hud_offcpu, tid, process),
			ID(USER_STACK, hud_offcpu, user_stack),
			ID(KERNEL_STACK, hud_offcpu, kernel_stack),
			ID(PROCESS, hud_offcpu, waker_process),
			THREAD(hud_offcpu, waker_tid, waker_process),
			ID(USER_STACK, hud_offcpu, waker_stack),
			ID(USER_STACK, hud_offcpu, next_site),
		},
	},
	[HUD_SAMPLE] = {
		.name = "sample", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_sample),
		.fields = sample_fields,
		.reference = {
			ID(PROCESS, hud_sample, process),
			THREAD(hud_sample, tid, process),
			ID(USER_STACK, hud_sample, user_stack),
			ID(KERNEL_STACK, hud_sample, kernel_stack),
		},
	},
	[HUD_WINDOW] = {
		.name = "window", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_window),
		.fields = window_fields,
		.reference = {
			ID(PROCESS, hud_window, process),
			THREAD(hud_window, tid, process),
		},
	},
	[HUD_LIFECYCLE] = {
		.name = "lifecycle", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_lifecycle),
		.fields = lifecycle_fields,
		.reference = {
			ID(PROCESS, hud_lifecycle, process),
			THREAD(hud_lifecycle, tid, process),
			{.kind = REFERENCE_PROCESS, .offset = AT(hud_lifecycle, detail),
			 .when = AT(hud_lifecycle, kind), .equals = HUD_PROCESS_EXEC},
		},
	},
	[HUD_POLL] = {
		.name = "poll", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_poll),
		.fields = poll_fields,
		.reference = {
			ID(PROCESS, hud_poll, process),
			THREAD(hud_poll, tid, process),
			ID(USER_STACK, hud_poll, site),
		},
	},
	[HUD_HISTOGRAM] = {
		.name = "histogram", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_histogram),
		.fields = histogram_fields,
		.count = {AT(hud_histogram, buckets), 4, 8, HUD_HISTOGRAM_BUCKETS},
		.reference = {
			ID(PROCESS, hud_histogram, process),
			ID(USER_STACK, hud_histogram, site),
		},
	},
	[HUD_PROBES] = {
		.name = "probes", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_probes),
		.fields = probes_fields,
	},
	[HUD_LOST] = {
		.name = "lost", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_lost),
		.fields = lost_fields,
	},
	[HUD_COST] = {
		.name = "cost", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_cost),
		.fields = cost_fields,
	},
	[HUD_CPU_QUOTA] = {
		.name = "cpu-quota", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_cpu_quota),
		.fields = cpu_quota_fields,
		.reference = {ID(PROCESS, hud_cpu_quota, process)},
	},
	[HUD_POOL_QUEUE] = {
		.name = "pool-queue", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_pool_queue),
		.fields = pool_queue_fields,
		.reference = {ID(PROCESS, hud_pool_queue, process)},
	},
	[HUD_RUNTIME_THREAD] = {
		.name = "runtime-thread", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_runtime_thread),
		.fields = runtime_thread_fields,
		.reference = {
			ID(PROCESS, hud_runtime_thread, process),
			THREAD(hud_runtime_thread, tid, process),
		},
	},
	[HUD_CLOCK] = {
		.name = "clock", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_clock),
		.fields = clock_fields,
	},
	[HUD_END] = {
		.name = "end", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_end),
		.fields = end_fields,
	},
	[HUD_MARK] = {
		.name = "mark", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_mark),
		.fields = mark_fields,
		.reference = {
			ID(STRING, hud_mark, text),
		},
	},
	[HUD_PART] = {
		.name = "part", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_part),
		.fields = part_fields,
	},
	[HUD_WAKER] = {
		.name = "waker", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_waker),
		.fields = waker_fields,
		.reference = {
			ID(STRING, hud_waker, name),
		},
	},
	[HUD_CODE] = {
		.name = "code", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_code),
		.fields = code_fields,
		.count = {AT(hud_code, functions), 4, 8 * HUD_CODE_WORDS, HUD_CODE_FUNCTIONS_MAX},
	},
	[HUD_LATE_ROWS] = {
		.name = "late-rows", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_late_rows),
		.fields = late_rows_fields,
		.reference = {
			ID(STRING, hud_late_rows, path),
		},
	},
	[HUD_LAYOUT] = {
		.name = "layout", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_layout),
		.fields = layout_fields,
		.reference = {
			ID(PROCESS, hud_layout, process),
		},
	},
	[HUD_TASK_DUMP] = {
		.name = "task-dump", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_dump),
		.fields = task_dump_fields,
		.reference = {ID(PROCESS, hud_task_dump, process)},
	},
	[HUD_TASK_RUNTIME] = {
		.name = "task-runtime", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_runtime),
		.fields = task_runtime_fields,
		.reference = {ID(PROCESS, hud_task_runtime, process)},
	},
	[HUD_TASK] = {
		.name = "task", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task),
		.fields = task_fields,
		.reference = {
			ID(PROCESS, hud_task, process),
			ID(USER_STACK, hud_task, site),
		},
	},
	[HUD_TASK_FRAME] = {
		.name = "task-frame", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_frame),
		.fields = task_frame_fields,
		.reference = {ID(PROCESS, hud_task_frame, process)},
	},
	[HUD_TASK_LIFE] = {
		.name = "task-life", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_life),
		.fields = task_life_fields,
		.reference = {
			ID(PROCESS, hud_task_life, process),
			ID(USER_STACK, hud_task_life, site),
		},
	},
	[HUD_TASK_SUM] = {
		.name = "task-sum", .group = RECORD_RECORDING,
		.bytes = sizeof(struct hud_task_sum),
		.fields = task_sum_fields,
		.reference = {
			ID(PROCESS, hud_task_sum, process),
			ID(USER_STACK, hud_task_sum, site),
		},
	},
	[HUD_SYMBOL_TEXT] = {
		.name = "symbol-text", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_text),
		.fields = symbol_text_fields,
		.count = {AT(hud_symbol_text, bytes), 4, 1, HUD_SYMBOL_TEXT_BYTES_MAX},
	},
	[HUD_SYMBOL_BINARY] = {
		.name = "symbol-binary", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_binary),
		.fields = symbol_binary_fields,
		.count = {AT(hud_symbol_binary, build_id_bytes), 2, 0, HUD_BUILD_ID_BYTES_MAX},
	},
	[HUD_SYMBOL_FUNCTION] = {
		.name = "symbol-function", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_function),
		.fields = symbol_function_fields,
	},
	[HUD_SYMBOL_ADDRESS] = {
		.name = "symbol-address", .group = RECORD_SYMBOL,
		.bytes = sizeof(struct hud_symbol_address),
		.fields = symbol_address_fields,
		.count = {AT(hud_symbol_address, calls), 2, 4 * HUD_SYMBOL_CALL_WORDS,
			  HUD_SYMBOL_CALLS_MAX},
	},
};
/* clang-format on */

const struct record_kind *record_kind(uint16_t type)
{
	if (type >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[type].bytes)
		return NULL;
	return &kinds[type];
}

enum record_group record_group(uint16_t type)
{
	const struct record_kind *kind = record_kind(type);

	return kind ? kind->group : RECORD_UNKNOWN;
}

uint32_t record_u32(const struct hud_record *record, uint16_t offset)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)record + offset, sizeof(value));
	return value;
}

uint32_t record_count(const struct record_kind *kind, const struct hud_record *record)
{
	uint16_t narrow;

	if (kind->count.width == 4)
		return record_u32(record, kind->count.offset);
	if (kind->count.width != 2)
		return 0;
	memcpy(&narrow, (const uint8_t *)record + kind->count.offset, sizeof(narrow));
	return narrow;
}

bool record_is_whole(const struct record_kind *kind, const struct hud_record *record)
{
	uint32_t count;

	if (record->size < kind->bytes)
		return false;
	count = record_count(kind, record);
	if (kind->count.width && count > kind->count.max)
		return false;
	return (uint64_t)count * kind->count.element <= record->size - kind->bytes;
}
