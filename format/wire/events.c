/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "format/wire/kinds.h"

enum { FIRST = HUD_OFFCPU };

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
	ONE(hud_window, window_flags, FIELD_HEX),
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

/* clang-format off */
static const struct record_kind kinds[] = {
	[HUD_OFFCPU - FIRST] = {
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
	[HUD_SAMPLE - FIRST] = {
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
	[HUD_WINDOW - FIRST] = {
		.name = "window", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_window),
		.fields = window_fields,
		.reference = {
			ID(PROCESS, hud_window, process),
			THREAD(hud_window, tid, process),
		},
	},
	[HUD_LIFECYCLE - FIRST] = {
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
	[HUD_POLL - FIRST] = {
		.name = "poll", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_poll),
		.fields = poll_fields,
		.reference = {
			ID(PROCESS, hud_poll, process),
			THREAD(hud_poll, tid, process),
			ID(USER_STACK, hud_poll, site),
		},
	},
	[HUD_HISTOGRAM - FIRST] = {
		.name = "histogram", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_histogram),
		.fields = histogram_fields,
		.count = {AT(hud_histogram, buckets), 4, 8, HUD_HISTOGRAM_BUCKETS},
		.reference = {
			ID(PROCESS, hud_histogram, process),
			ID(USER_STACK, hud_histogram, site),
		},
	},
	[HUD_PROBES - FIRST] = {
		.name = "probes", .group = RECORD_EVENT,
		.bytes = sizeof(struct hud_probes),
		.fields = probes_fields,
	},
};
/* clang-format on */

const struct record_kinds events_kinds = {FIRST, sizeof(kinds) / sizeof(kinds[0]), kinds};
