/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_ALARM_BPF_H
#define HUD_BPF_ALARM_BPF_H

#include "bpf/polls.bpf.h"
#include "bpf/steal.bpf.h"

#include <linux/time.h>

/*
 * Ticks lie some milliseconds apart: a poll may reach the threshold and be over before one finds it so.
 * Where a tick meets a poll that is younger, a timer is set to the moment when it would be as old,
 * without the time that it wanted a CPU, which does not count. The next tick, if it meets another poll,
 * sets it again: so it goes off for polls that last, and once where a CPU falls idle. Needs Linux 5.15.
 */
struct alarm {
	struct bpf_timer timer;
	__u64 poll_ns; /* start_max_ns of the poll it is set for; 0: it was never set */
};

/* By CPU; hud-record sets the number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct alarm);
} alarms SEC(".maps");

/* Of the threshold, what the poll under way has yet to last at `now`; `stolen_ns`: since the last look. */
static __always_inline __u64 poll_lacks_ns(const struct poll_span *span, __u64 stolen_ns, __u64 now)
{
	__u64 lasted = now - span->start_max_ns, waited = span->run_queue_ns + stolen_ns;

	lasted -= waited < lasted ? waited : lasted;
	return lasted < threshold_ns ? threshold_ns - lasted : 0;
}

/*
 * In a soft interrupt on the CPU that set it, as whatever thread it met. A tick may come in between, and
 * leaves the poll alone while `entering` is set. The ticks around it take the stacks.
 */
static int alarm_rings(void *map, __u32 *cpu, struct alarm *a)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_state *st = thread_find(task);
	struct poll_key key;
	__u64 now, lacks;

	if (!st || st->poll.entering || !a->poll_ns || st->poll.span.start_max_ns != a->poll_ns)
		return 0;
	st->poll.entering = true;
	barrier();
	now = bpf_ktime_get_ns();
	identity_read(task, NULL, st, bpf_get_current_pid_tgid() >> 32, &key);
	if (poll_goes_on(&st->poll, &key)) {
		sample_gap_note(st, now);
		st->poll.span.end_min_ns = now;
		st->poll.sample_ns = now;
		lacks = poll_lacks_ns(&st->poll.span, stolen_since(task, st, now, 0).ns, now);
		if (lacks)
			bpf_timer_start(&a->timer, lacks, 0);
	}
	barrier();
	st->poll.entering = false;
	return 0;
}

static __always_inline void alarm_set(const struct thread_state *st)
{
	__u64 since = st->poll.span.start_max_ns, lacks;
	__u32 cpu = bpf_get_smp_processor_id();
	struct alarm *a;

	if (!since)
		return;
	lacks = poll_lacks_ns(&st->poll.span, 0, st->poll.sample_ns);
	if (!lacks)
		return;
	a = bpf_map_lookup_elem(&alarms, &cpu);
	if (!a || a->poll_ns == since) /* it is set */
		return;
	if (!a->poll_ns && (bpf_timer_init(&a->timer, &alarms, CLOCK_MONOTONIC) ||
			    bpf_timer_set_callback(&a->timer, alarm_rings)))
		return;
	a->poll_ns = since;
	bpf_timer_start(&a->timer, lacks, 0);
}

#endif
