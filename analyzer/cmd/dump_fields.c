/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/dump_fields.h"

#define ONE(type, field, form)                                                                     \
	{                                                                                          \
#field, offsetof(struct type, field), sizeof(((struct type *)0)->field), form, 0,  \
			0                                                                          \
	}
#define ARRAY(type, field, form, count)                                                            \
	{                                                                                          \
#field, offsetof(struct type, field), sizeof(((struct type *)0)->field[0]), form,  \
			offsetof(struct type, count), sizeof(((struct type *)0)->count)            \
	}

static const struct field session_fields[] = {
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

static const struct field string_fields[] = {
	ONE(hud_string, id, FIELD_NUMBER),
	ONE(hud_string, bytes, FIELD_NUMBER),
	ARRAY(hud_string, text, FIELD_TEXT, bytes),
	{0},
};

static const struct field process_fields[] = {
	ONE(hud_process, id, FIELD_NUMBER),       ONE(hud_process, pid, FIELD_NUMBER),
	ONE(hud_process, start_ns, FIELD_NUMBER), ONE(hud_process, name, FIELD_NUMBER),
	ONE(hud_process, exe, FIELD_NUMBER),      {0},
};

static const struct field mapping_fields[] = {
	ONE(hud_mapping, process, FIELD_NUMBER),
	ONE(hud_mapping, id, FIELD_NUMBER),
	ONE(hud_mapping, start, FIELD_HEX),
	ONE(hud_mapping, end, FIELD_HEX),
	ONE(hud_mapping, offset, FIELD_HEX),
	ONE(hud_mapping, from_ns, FIELD_NUMBER),
	ONE(hud_mapping, path, FIELD_NUMBER),
	ONE(hud_mapping, build_id_bytes, FIELD_NUMBER),
	ONE(hud_mapping, mapping_flags, FIELD_HEX),
	ARRAY(hud_mapping, build_id, FIELD_BYTES, build_id_bytes),
	{0},
};

static const struct field thread_fields[] = {
	ONE(hud_thread, tid, FIELD_NUMBER),
	ONE(hud_thread, process, FIELD_NUMBER),
	ONE(hud_thread, from_ns, FIELD_NUMBER),
	ONE(hud_thread, comm, FIELD_NUMBER),
	{0},
};

static const struct field user_stack_fields[] = {
	ONE(hud_user_stack, id, FIELD_NUMBER),
	ONE(hud_user_stack, process, FIELD_NUMBER),
	ONE(hud_user_stack, frames, FIELD_NUMBER),
	ONE(hud_user_stack, stop, FIELD_NUMBER),
	ONE(hud_user_stack, frame_pointer_from, FIELD_NUMBER),
	ARRAY(hud_user_stack, address, FIELD_ADDRESSES, frames),
	{0},
};

static const struct field kernel_stack_fields[] = {
	ONE(hud_kernel_stack, id, FIELD_NUMBER),
	ONE(hud_kernel_stack, frames, FIELD_NUMBER),
	ONE(hud_kernel_stack, stop, FIELD_NUMBER),
	ARRAY(hud_kernel_stack, function, FIELD_IDS, frames),
	{0},
};

static const struct field offcpu_fields[] = {
	ONE(hud_offcpu, start_ns, FIELD_NUMBER),
	ONE(hud_offcpu, end_ns, FIELD_NUMBER),
	ONE(hud_offcpu, wakeup_ns, FIELD_NUMBER),
	ONE(hud_offcpu, process, FIELD_NUMBER),
	ONE(hud_offcpu, tid, FIELD_NUMBER),
	ONE(hud_offcpu, user_stack, FIELD_NUMBER),
	ONE(hud_offcpu, kernel_stack, FIELD_NUMBER),
	ONE(hud_offcpu, syscall, FIELD_SIGNED),
	ONE(hud_offcpu, offcpu_flags, FIELD_HEX),
	ONE(hud_offcpu, state, FIELD_NUMBER),
	ONE(hud_offcpu, cpu, FIELD_NUMBER),
	ONE(hud_offcpu, waker_pid, FIELD_NUMBER),
	ONE(hud_offcpu, waker_tid, FIELD_NUMBER),
	ONE(hud_offcpu, waker_process, FIELD_NUMBER),
	ONE(hud_offcpu, waker_stack, FIELD_NUMBER),
	ONE(hud_offcpu, poll_ns, FIELD_NUMBER),
	ONE(hud_offcpu, task, FIELD_NUMBER),
	ONE(hud_offcpu, where, FIELD_NUMBER),
	{0},
};

static const struct field sample_fields[] = {
	ONE(hud_sample, time_ns, FIELD_NUMBER),      ONE(hud_sample, awake_ns, FIELD_NUMBER),
	ONE(hud_sample, waited_ns, FIELD_NUMBER),    ONE(hud_sample, process, FIELD_NUMBER),
	ONE(hud_sample, tid, FIELD_NUMBER),          ONE(hud_sample, user_stack, FIELD_NUMBER),
	ONE(hud_sample, kernel_stack, FIELD_NUMBER), ONE(hud_sample, syscall, FIELD_SIGNED),
	ONE(hud_sample, cpu, FIELD_NUMBER),          ONE(hud_sample, sample_flags, FIELD_HEX),
	ONE(hud_sample, where, FIELD_NUMBER),        ONE(hud_sample, poll_ns, FIELD_NUMBER),
	ONE(hud_sample, task, FIELD_NUMBER),         {0},
};

static const struct field window_fields[] = {
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

static const struct field lifecycle_fields[] = {
	ONE(hud_lifecycle, time_ns, FIELD_NUMBER), ONE(hud_lifecycle, process, FIELD_NUMBER),
	ONE(hud_lifecycle, tid, FIELD_NUMBER),     ONE(hud_lifecycle, kind, FIELD_NUMBER),
	ONE(hud_lifecycle, detail, FIELD_NUMBER),  {0},
};

static const struct field poll_fields[] = {
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

static const struct field histogram_fields[] = {
	ONE(hud_histogram, polls, FIELD_NUMBER),
	ONE(hud_histogram, total_ns, FIELD_NUMBER),
	ONE(hud_histogram, max_ns, FIELD_NUMBER),
	ONE(hud_histogram, process, FIELD_NUMBER),
	ONE(hud_histogram, site, FIELD_NUMBER),
	ONE(hud_histogram, buckets, FIELD_NUMBER),
	{0},
};

static const struct field probes_fields[] = {
	ONE(hud_probes, time_ns, FIELD_NUMBER),
	ONE(hud_probes, probes_flags, FIELD_HEX),
	ONE(hud_probes, sites, FIELD_NUMBER),
	ONE(hud_probes, costly_sites, FIELD_NUMBER),
	ONE(hud_probes, probe_cost_ns, FIELD_NUMBER),
	ONE(hud_probes, cost_permille, FIELD_NUMBER),
	{0},
};

static const struct field lost_fields[] = {
	ONE(hud_lost, cause, FIELD_NUMBER),
	ONE(hud_lost, count, FIELD_NUMBER),
	ONE(hud_lost, from_ns, FIELD_NUMBER),
	ONE(hud_lost, to_ns, FIELD_NUMBER),
	{0},
};

static const struct field cost_fields[] = {
	ONE(hud_cost, time_ns, FIELD_NUMBER),
	ONE(hud_cost, recorder_cpu_ns, FIELD_NUMBER),
	ONE(hud_cost, rss_bytes, FIELD_NUMBER),
	ONE(hud_cost, bpf_run_ns, FIELD_NUMBER),
	ONE(hud_cost, bpf_runs, FIELD_NUMBER),
	ONE(hud_cost, bpf_measured_ns, FIELD_NUMBER),
	{0},
};

static const struct field clock_fields[] = {
	ONE(hud_clock, monotonic_ns, FIELD_NUMBER),
	ONE(hud_clock, realtime_ns, FIELD_NUMBER),
	{0},
};

static const struct field end_fields[] = {
	ONE(hud_end, time_ns, FIELD_NUMBER),
	ONE(hud_end, events, FIELD_NUMBER),
	ONE(hud_end, reason, FIELD_NUMBER),
	ONE(hud_end, detail, FIELD_NUMBER),
	{0},
};

static const struct field mark_fields[] = {
	ONE(hud_mark, time_ns, FIELD_NUMBER),
	ONE(hud_mark, text, FIELD_NUMBER),
	ONE(hud_mark, uid, FIELD_NUMBER),
	{0},
};

static const struct field symbol_text_fields[] = {
	ONE(hud_symbol_text, id, FIELD_NUMBER),
	ONE(hud_symbol_text, bytes, FIELD_NUMBER),
	ARRAY(hud_symbol_text, text, FIELD_TEXT, bytes),
	{0},
};

static const struct field symbol_binary_fields[] = {
	ONE(hud_symbol_binary, id, FIELD_NUMBER),
	ONE(hud_symbol_binary, quality, FIELD_NUMBER),
	ONE(hud_symbol_binary, build_id_bytes, FIELD_NUMBER),
	ONE(hud_symbol_binary, path, FIELD_NUMBER),
	ONE(hud_symbol_binary, file, FIELD_NUMBER),
	ONE(hud_symbol_binary, problem, FIELD_NUMBER),
	ONE(hud_symbol_binary, marker, FIELD_NUMBER),
	ONE(hud_symbol_binary, main_crates, FIELD_NUMBER),
	ONE(hud_symbol_binary, symtab, FIELD_NUMBER),
	ARRAY(hud_symbol_binary, build_id, FIELD_BYTES, build_id_bytes),
	{0},
};

static const struct field symbol_function_fields[] = {
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

static const struct field symbol_address_fields[] = {
	ONE(hud_symbol_address, offset, FIELD_HEX),
	ONE(hud_symbol_address, binary, FIELD_NUMBER),
	ONE(hud_symbol_address, aliases, FIELD_NUMBER),
	ONE(hud_symbol_address, calls, FIELD_NUMBER),
	ONE(hud_symbol_address, discriminator, FIELD_NUMBER),
	ONE(hud_symbol_address, source, FIELD_NUMBER),
	ARRAY(hud_symbol_address, call, FIELD_CALLS, calls),
	{0},
};

static const struct record_fields records[] = {
	{HUD_SESSION, session_fields},
	{HUD_STRING, string_fields},
	{HUD_PROCESS, process_fields},
	{HUD_MAPPING, mapping_fields},
	{HUD_THREAD, thread_fields},
	{HUD_USER_STACK, user_stack_fields},
	{HUD_KERNEL_STACK, kernel_stack_fields},
	{HUD_OFFCPU, offcpu_fields},
	{HUD_SAMPLE, sample_fields},
	{HUD_WINDOW, window_fields},
	{HUD_LIFECYCLE, lifecycle_fields},
	{HUD_POLL, poll_fields},
	{HUD_HISTOGRAM, histogram_fields},
	{HUD_PROBES, probes_fields},
	{HUD_LOST, lost_fields},
	{HUD_COST, cost_fields},
	{HUD_CLOCK, clock_fields},
	{HUD_END, end_fields},
	{HUD_MARK, mark_fields},
	{HUD_SYMBOL_TEXT, symbol_text_fields},
	{HUD_SYMBOL_BINARY, symbol_binary_fields},
	{HUD_SYMBOL_FUNCTION, symbol_function_fields},
	{HUD_SYMBOL_ADDRESS, symbol_address_fields},
};

const struct field *record_fields(uint16_t type)
{
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		if (records[i].type == type)
			return records[i].fields;
	}
	return NULL;
}
