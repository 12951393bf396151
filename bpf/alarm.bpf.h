/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_ALARM_BPF_H
#define HUD_BPF_ALARM_BPF_H

#include "bpf/polls.bpf.h"
#include "bpf/steal.bpf.h"

#include <linux/time.h>

/*
 * Ticks are milliseconds apart: a poll may reach the threshold and end before a tick observes it.
 * So a tick that finds a poll below the threshold sets a timer to the time when the poll would
 * reach it, not counting the time that it waited for a CPU. If the next tick finds another poll, it
 * sets the timer again: it expires for polls that go on, and once when a CPU becomes idle. Needs
 * Linux 5.15.
 */
struct alarm {
	struct bpf_timer timer;
	__u64 poll_ns; /* start_max_ns of the poll it is set for; 0: it was never set */
};

/* One for each CPU; hud-record sets the number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct alarm);
} alarms SEC(".maps");

/*
 * For how long a poll has to go on from `now` to reach the threshold; 0: it has reached it.
 * `stolen_ns`: since the last observation.
 */
static __always_inline __u64 poll_remaining_ns(const struct poll_span *span, __u64 stolen_ns,
					       __u64 now)
{
	__u64 lasted = now - span->start_max_ns, waited = span->run_queue_ns + stolen_ns;

	lasted -= waited < lasted ? waited : lasted;
	return lasted < threshold_ns ? threshold_ns - lasted : 0;
}

/*
 * In a soft interrupt on the CPU that set it, in the context of the thread that runs there. A tick
 * that interrupts it leaves the poll alone while `entering` is set. It takes no stack: ticks do.
 */
static int alarm_expired(void *map, __u32 *cpu, struct alarm *a)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_state *st = thread_find(task);
	struct poll_key key;
	__u64 now, remaining, steal_ns;

	if (!st || st->poll.entering || !a->poll_ns || st->poll.span.start_max_ns != a->poll_ns)
		return 0;
	if (st->phase != PHASE_RUNNING) /* its switch-in was not seen: a tick must charge that */
		return 0;
	st->poll.entering = true;
	barrier();
	steal_ns = steal_read(task);
	now = bpf_ktime_get_ns();
	identity_read(task, NULL, st, bpf_get_current_pid_tgid() >> 32, &key);
	if (poll_goes_on(&st->poll, &key)) {
		sample_gap_note(st, now);
		st->poll.span.end_min_ns = now;
		st->poll.observed_ns = now;
		remaining = poll_remaining_ns(&st->poll.span, stolen_since(st, steal_ns, now, 0).ns,
					      now);
		if (remaining)
			bpf_timer_start(&a->timer, remaining, 0);
	}
	barrier();
	st->poll.entering = false;
	return 0;
}

static __always_inline void alarm_set(const struct thread_state *st)
{
	__u64 since = st->poll.span.start_max_ns, remaining;
	__u32 cpu = bpf_get_smp_processor_id();
	struct alarm *a;

	if (!since)
		return;
	remaining = poll_remaining_ns(&st->poll.span, 0, st->poll.observed_ns);
	if (!remaining)
		return;
	a = bpf_map_lookup_elem(&alarms, &cpu);
	if (!a || a->poll_ns == since) /* already set for this poll */
		return;
	if (!a->poll_ns && (bpf_timer_init(&a->timer, &alarms, CLOCK_MONOTONIC) ||
			    bpf_timer_set_callback(&a->timer, alarm_expired)))
		return;
	a->poll_ns = since;
	bpf_timer_start(&a->timer, remaining, 0);
}

#endif
