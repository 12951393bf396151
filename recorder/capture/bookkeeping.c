/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/bookkeeping.h"
#include "format/base/clock.h"
#include "format/wire/names.h"
#include "format/wire/recording.h"

#include <stdio.h>
#include <unistd.h>

/* The cause in the capture of each loss counter of the BPF programs. */
static const uint32_t cause_of_counter[COUNT_LOSSES] = {
	[COUNT_RING_FULL] = HUD_LOSS_RING_FULL,
	[COUNT_STACK_FAILED] = HUD_LOSS_STACK_FAILED,
	[COUNT_STACK_LIMIT] = HUD_LOSS_STACK_LIMIT,
	[COUNT_THREAD_STATE] = HUD_LOSS_THREAD_STATE,
	[COUNT_OPEN_STACK] = HUD_LOSS_OPEN_STACK,
	[COUNT_CLOCK_BACKWARD] = HUD_LOSS_CLOCK_BACKWARD,
	[COUNT_POLL_SITE] = HUD_LOSS_POLL_SITE,
	[COUNT_SWITCH_UNSEEN] = HUD_LOSS_SWITCH_UNSEEN,
	[COUNT_WAKER] = HUD_LOSS_WAKER,
	[COUNT_STATE_UNREAD] = HUD_LOSS_STATE_UNREAD,
};

static void loss_write(struct bookkeeping *b, uint32_t cause, uint64_t total, uint64_t now)
{
	struct hud_lost lost = {
		.head = HUD_RECORD_HEAD(HUD_LOST, lost),
		.cause = cause,
		.count = total - b->lost[cause],
		.from_ns = b->lost_ns,
		.to_ns = now,
	};

	if (total <= b->lost[cause])
		return;
	b->lost[cause] = total;
	capture_writer_event(b->writer, &lost.head);
}

/* HUD_LOST for every cause that has grown since the last call. */
static void losses_write(struct bookkeeping *b, uint64_t now)
{
	uint64_t count[COUNT_LOSSES], unplanned;

	bpf_session_losses(b->bpf, count);
	for (size_t i = 0; i < COUNT_LOSSES; i++)
		loss_write(b, cause_of_counter[i], count[i], now);
	loss_write(b, HUD_LOSS_MAPPING, b->transcript->mappings_lost, now);
	loss_write(b, HUD_LOSS_UNKNOWN_PROCESS, b->transcript->unknown_process, now);
	unplanned = object_table_counts(b->objects).failed + process_table_unplanned(b->processes);
	loss_write(b, HUD_LOSS_UNPLANNED, unplanned, now);
	b->lost_ns = now;
}

static uint64_t own_rss_bytes(void)
{
	unsigned long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void cost_write(const struct bookkeeping *b, uint64_t now)
{
	struct bpf_session_cost bpf = bpf_session_cost(b->bpf);
	struct hud_cost cost = {
		.head = HUD_RECORD_HEAD(HUD_COST, cost),
		.time_ns = now,
		.recorder_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) + *b->dumps_cpu_ns,
		.rss_bytes = own_rss_bytes(),
		.bpf_run_ns = bpf.run_ns,
		.bpf_runs = bpf.runs,
		.bpf_measured_ns = bpf.measured_ns,
	};

	capture_writer_event(b->writer, &cost.head);
}

struct quota_visit {
	const struct bookkeeping *books;
	uint64_t now_ns;
};

/* Read anew each time: a quota may be set, or changed, while the process runs. */
static void quotas_of_process(void *context, uint32_t process, pid_t pid)
{
	const struct quota_visit *v = context;
	struct cgroup_quota found[CGROUP_QUOTAS_MAX];
	size_t count = cgroup_quotas_read(&v->books->cgroups, pid, found);

	for (size_t i = 0; i < count; i++) {
		const struct cgroup_quota *q = &found[i];
		struct hud_cpu_quota quota = {
			.head = HUD_RECORD_HEAD(HUD_CPU_QUOTA, quota),
			.time_ns = v->now_ns,
			.process = process,
			.cgroup = q->cgroup,
			.quota_ns = q->quota_ns,
			.period_ns = q->period_ns,
			.periods = q->periods,
			.throttled_periods = q->throttled_periods,
			.throttled_ns = q->throttled_ns,
		};

		capture_writer_event(v->books->writer, &quota.head);
	}
}

static void quotas_write(const struct bookkeeping *b, uint64_t now)
{
	struct quota_visit visit = {b, now};

	process_table_living(b->processes, quotas_of_process, &visit);
}

static void clock_write(const struct bookkeeping *b)
{
	struct hud_clock clock = {
		.head = HUD_RECORD_HEAD(HUD_CLOCK, clock),
		.monotonic_ns = clock_ns(CLOCK_MONOTONIC),
		.realtime_ns = clock_ns(CLOCK_REALTIME),
	};

	capture_writer_event(b->writer, &clock.head);
}

void bookkeeping_write(struct bookkeeping *b, uint64_t now)
{
	losses_write(b, now);
	cost_write(b, now);
	quotas_write(b, now);
	clock_write(b);
}

void bookkeeping_begin(struct bookkeeping *b, uint64_t now)
{
	cgroup_mount_find(&b->cgroups);
	quotas_write(b, now);
}

uint64_t bookkeeping_lost(const struct bookkeeping *b)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < sizeof(b->lost) / sizeof(b->lost[0]); i++)
		lost += b->lost[i];
	return lost;
}

void bookkeeping_lost_causes(const struct bookkeeping *b, char *text, size_t room)
{
	size_t used = 0;

	*text = '\0';
	for (uint32_t i = 0; i < sizeof(b->lost) / sizeof(b->lost[0]) && used < room; i++)
		if (b->lost[i])
			used += (size_t)snprintf(text + used, room - used, "%s%s %llu",
						 used ? ", " : " (", hud_loss_name(i),
						 (unsigned long long)b->lost[i]);
	if (used && used < room)
		snprintf(text + used, room - used, ")");
}
