/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_STEAL_BPF_H
#define HUD_BPF_STEAL_BPF_H

#include "bpf/state.bpf.h"

/*
 * Stolen time: the host of a virtual machine does not run the CPU that a thread is on. The thread
 * then waits for a CPU, as in a run queue. The hypervisor may report that time; whether or not it
 * does, a CPU that was stopped gets its ticks late, or misses them.
 */

/*
 * The stolen time of the CPU that this running task is on so far, in ns, as the hypervisor reports
 * it. The kernel reads it at each switch and tick (update_rq_clock_task() in kernel/sched/core.c).
 * 0: none is reported.
 *
 * To be read once, before paths part: for each pointer that the verifier follows from a task, on
 * each path to it, it searches all types of the kernel by name (of the time that a recording takes
 * to begin that was a fifth).
 */
static __always_inline __u64 steal_read(struct task_struct *task)
{
	if (!task_rq_known() || !bpf_core_field_exists(struct rq, prev_steal_time_rq))
		return 0;
	return task_rq(task)->prev_steal_time_rq;
}

#define TICK_LATE_NS 200000 /* not more than the time that interrupts may be off */

/*
 * How late the tick is at `now`, in ns. `expected_ns`: when the tick that fires now was due; 0:
 * none fires now. A tick was also due one period after the last tick or switch-in of the thread:
 * after a stop, a CPU may go on before its timer interrupt reaches it (seen where interrupts are
 * emulated: a poll had ended by then).
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
	__u64 counted_ns; /* reported only now, but counted before because of a late tick */
	__u64 late_ns;    /* counted now because of a late tick, and not reported yet */
};

/*
 * Before its first switch the counter's value to subtract is not known: then only late ticks count.
 */
static __always_inline struct stolen stolen_since(const struct thread_state *st, __u64 steal_ns,
						  __u64 now, __u64 expected_ns)
{
	__u64 ran = now > st->change_ns ? now - st->change_ns : 0;
	__u64 late = tick_late_ns(st, now, expected_ns), reported;
	struct stolen s = {.counter_ns = steal_ns};

	reported = st->steal_ns && s.counter_ns > st->steal_ns ? s.counter_ns - st->steal_ns : 0;
	s.counted_ns = reported < st->late_ns ? reported : st->late_ns;
	s.ns = reported - s.counted_ns;
	if (late > s.ns) {
		s.late_ns = late - s.ns;
		s.ns = late;
	}
	if (s.ns > ran) /* seen: 17 ms in 3; reported late, it was stolen from the thread before */
		s.ns = ran;
	return s;
}

/* Notes the stolen time up to `now`; must come before that CPU time is charged. */
static __always_inline void steal_note(struct thread_state *st, __u64 steal_ns, __u64 now,
				       __u64 expected_ns)
{
	struct stolen s = stolen_since(st, steal_ns, now, expected_ns);

	st->late_ns += s.late_ns - s.counted_ns;
	st->uncharged_ns = s.ns;
	st->waited_ns += s.ns;
	st->poll.stolen_ns += s.ns;
	st->steal_ns = s.counter_ns;
}

#endif
