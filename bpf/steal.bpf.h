/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_STEAL_BPF_H
#define HUD_BPF_STEAL_BPF_H

#include "bpf/state.bpf.h"

/*
 * What the machine below takes of a running thread's CPU: the thread spends it wanting a CPU, as in a
 * run queue. A hypervisor may tell of it; whether or not it does, a CPU that stands still misses its
 * ticks, or has them late.
 */

/*
 * How long the hypervisor has kept the CPU of this running task from running so far, in ns. The kernel asks
 * it at each switch and tick (update_rq_clock_task() in kernel/sched/core.c). 0 where no hypervisor tells.
 */
static __always_inline __u64 steal_read(struct task_struct *task)
{
	if (!task_rq_known() || !bpf_core_field_exists(struct rq, prev_steal_time_rq))
		return 0;
	return task_rq(task)->prev_steal_time_rq;
}

#define TICK_LATE_NS 200000 /* interrupts may well be off for so long */

/*
 * By so much is a tick late at `now`, which was due at `expected_ns` (0: none has come now), or has not come
 * since the last one that met the thread, or since it was switched in. A CPU may go on after a stop before the
 * timer's interrupt reaches it (seen where interrupts are emulated: a poll was over by then).
 */
static __always_inline __u64 tick_late_ns(const struct thread_state *st, __u64 now,
					  __u64 expected_ns)
{
	__u64 due = expected_ns;

	if (ticks_per_sample && st->phase == PHASE_RUNNING &&
	    (!due || st->change_ns + sample_period_ns < due))
		due = st->change_ns + sample_period_ns;
	return due && now > due + TICK_LATE_NS ? now - due : 0;
}

/* Of a running thread, since st->change_ns. */
struct stolen {
	__u64 ns;
	__u64 counter_ns; /* steal_read() */
	__u64 known_ns;   /* told by the hypervisor now, but known before by a late tick */
	__u64 ahead_ns;   /* known by a late tick now, and not told yet */
};

/* Before the thread's first switch it is not known since when to count what the hypervisor tells. */
static __always_inline struct stolen stolen_since(struct task_struct *task,
						  const struct thread_state *st, __u64 now,
						  __u64 expected_ns)
{
	__u64 ran = now > st->change_ns ? now - st->change_ns : 0;
	__u64 late = tick_late_ns(st, now, expected_ns), told;
	struct stolen s = {.counter_ns = steal_read(task)};

	told = st->steal_ns && s.counter_ns > st->steal_ns ? s.counter_ns - st->steal_ns : 0;
	s.known_ns = told < st->late_ns ? told : st->late_ns;
	s.ns = told - s.known_ns;
	if (late > s.ns) {
		s.ahead_ns = late - s.ns;
		s.ns = late;
	}
	if (s.ns > ran) /* seen: 17 ms in 3; what is told late was taken from another */
		s.ns = ran;
	return s;
}

/* Notes it, before the CPU time up to `now` is charged. */
static __always_inline void steal_note(struct task_struct *task, struct thread_state *st, __u64 now,
				       __u64 expected_ns)
{
	struct stolen s = stolen_since(task, st, now, expected_ns);

	st->late_ns += s.ahead_ns - s.known_ns;
	st->uncharged_ns = s.ns;
	st->waited_ns += s.ns;
	st->poll.stolen_ns += s.ns;
	st->steal_ns = s.counter_ns;
}

#endif
