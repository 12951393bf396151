/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_ACCOUNT_BPF_H
#define HUD_BPF_ACCOUNT_BPF_H

#include "bpf/calls.bpf.h"
#include "bpf/polls.bpf.h"
#include "bpf/steal.bpf.h"
#include "format/wire/events.h"

/*
 * Where a thread's time goes. Every interval between two changes is charged once, as a whole, to
 * the current window. A window ends at the first change after its length has passed, so its numbers
 * are exact. Runs with interrupts off (scheduler), or in an interrupt on the thread's CPU
 * (samples): nothing else touches this thread's numbers at the same time. A few dozen instructions.
 */

/* Time that belongs to a window and is not charged to it yet. */
struct window_rest {
	__u64 cpu_ns;
	__u64 sleep_ns;
	__u64 run_queue_ns;
	__u64 parked_ns;
	__u64 maybe_parked_ns;
};

static __always_inline struct event_window window_end(const struct thread_state *st,
						      const struct window_rest *rest, __u32 tgid,
						      __u32 tid, __u64 now)
{
	struct event_window e = {};

	event_begin(&e.head, EVENT_WINDOW, tgid, tid, now);
	e.start_ns = st->window_start_ns ? st->window_start_ns : st->since_ns;
	e.cpu_ns = st->cpu_ns + rest->cpu_ns;
	e.sleep_ns = st->sleep_ns + rest->sleep_ns;
	e.run_queue_ns = st->run_queue_ns + rest->run_queue_ns;
	e.parked_ns = st->parked_ns + rest->parked_ns;
	e.maybe_parked_ns = st->maybe_parked_ns + rest->maybe_parked_ns;
	e.stolen_ns = st->stolen_ns;
	e.poll_sleep_ns = st->poll_sleep_ns;
	e.sample_gap_ns = st->sample_gap_ns;
	e.sleeps = st->sleeps;
	e.preemptions = st->preemptions;
	e.samples = st->samples;
	e.poll_samples = st->poll_samples;
	e.polls = st->polls;
	return e;
}

static __always_inline void window_send(const struct thread_state *st,
					const struct window_rest *rest, __u32 tgid, __u32 tid,
					__u64 now)
{
	struct event_window e = window_end(st, rest, tgid, tid, now);

	event_send(&e, sizeof(e));
}

static __always_inline void window_restart(struct thread_state *st, __u64 now)
{
	st->window_start_ns = now;
	st->cpu_ns = 0;
	st->sleep_ns = 0;
	st->run_queue_ns = 0;
	st->parked_ns = 0;
	st->maybe_parked_ns = 0;
	st->stolen_ns = 0;
	st->poll_sleep_ns = 0;
	st->sample_gap_ns = 0;
	st->sleeps = 0;
	st->preemptions = 0;
	st->samples = 0;
	st->poll_samples = 0;
	st->polls = 0;
}

/* Ends the window if its length has passed. Global to the verifier, as poll_observe() is. */
__noinline int window_roll(struct thread_state *st, __u32 tgid, __u32 tid, __u64 now)
{
	if (!st)
		return 0;
	if (!st->window_start_ns)
		st->window_start_ns = st->since_ns ? st->since_ns : now;
	if (now < st->window_start_ns + window_ns)
		return 0;
	window_send(st, &(struct window_rest) {}, tgid, tid, now);
	window_restart(st, now);
	if (!st->poll.queue_wait.to_follow && !st->poll.entering)
		poll_flush(&st->poll, tgid, tid);
	return 0;
}

/* Charges the CPU time up to `now`. */
static __always_inline void cpu_charge(struct thread_state *st, __u64 now)
{
	__u64 ran = now > st->change_ns ? now - st->change_ns : 0;
	__u64 stolen = st->uncharged_ns < ran ? st->uncharged_ns : ran;

	st->cpu_ns += ran - stolen;
	st->unsampled_ns += ran - stolen;
	st->run_queue_ns += stolen;
	st->stolen_ns += stolen;
	st->uncharged_ns = 0;
	st->change_ns = now;
}

/* Since when it is in its phase: without a switch seen, since hud watches it; else `known`. */
static __always_inline __u64 phase_since(const struct thread_state *st, __u64 known)
{
	return st->phase == PHASE_UNKNOWN ? st->since_ns : known;
}

/* A thread may be woken while it is being switched out, as long as this before the switch. */
#define WAKEUP_EARLY_NS 100000

/*
 * Notes where a sleep begins, for its record should its end not be seen: by then a probe at poll
 * entry may have seen other polls.
 */
static __always_inline void sleep_remember(struct task_struct *task, struct thread_state *st)
{
	__u64 since = poll_since(&st->poll), polled = st->poll.span.task;

	st->out_poll_ns = since;
	st->out_task = since && polled != POLLED_NONE ? polled : 0;
	st->out_where = st->poll.key.where;
	st->syscall = since ? task_syscall(task) : -1;
}

static __always_inline void thread_switch_out(struct task_struct *task, struct thread_state *st,
					      __u32 state, bool runnable, __u64 now)
{
	if (st->phase == PHASE_UNKNOWN)
		st->change_ns = st->awake_ns = st->since_ns ? st->since_ns : now;
	cpu_charge(st, now);
	/*
	 * This wakeup does not end the sleep that begins now. It was of an earlier sleep, and its
	 * waker was slow to note it; or the thread was woken before it could be switched out. A
	 * thread that is woken while it is being switched out no longer has a sleeping state.
	 */
	if (st->wakeup_ns + WAKEUP_EARLY_NS < now || task->__state & TASK_SLEEPS)
		st->wakeup_ns = 0;
	st->out_ns = now;
	st->out_exec_ns = task->se.sum_exec_runtime;
	st->out_state = state;
	st->out_cpu = bpf_get_smp_processor_id();
	if (runnable) {
		st->phase = PHASE_RUNNABLE;
		st->preemptions++;
	} else {
		st->phase = PHASE_SLEEPING;
		st->sleeps++;
		sleep_remember(task, st);
	}
	window_roll(st, task->tgid, task->pid, now);
}

static __always_inline void limit_roll(struct thread_state *st, __u64 now)
{
	if (now - st->limit_start_ns < window_ns)
		return;
	st->limit_start_ns = now;
	st->stacks = 0;
	st->short_sleeps = 0;
}

/* The limit on a thread's stacks in a window; stacks over it are not taken, and counted. */
static __always_inline bool stack_allowed(struct thread_state *st, __u64 now)
{
	limit_roll(st, now);
	if (st->stacks >= stacks_per_window) {
		loss_count(COUNT_STACK_LIMIT);
		return false;
	}
	st->stacks++;
	return true;
}

/*
 * Only some of the short sleeps in a long poll get stacks, a smaller share the more there are: of
 * 3,000 in a window, about 80. The others are only in the sums of their window and their poll. Each
 * poll is counted anew: else a poll with few sleeps would get no stack after one with thousands.
 */
static __always_inline bool short_sleep_chosen(struct thread_state *st, __u64 now)
{
	__u32 before, stride;

	limit_roll(st, now);
	if (st->short_poll_ns != st->poll.span.start_max_ns) {
		st->short_poll_ns = st->poll.span.start_max_ns;
		st->short_sleeps = 0;
	}
	before = st->short_sleeps++;
	stride = 1 + before / 16;
	if (before % stride || st->stacks >= stacks_per_window)
		return false;
	st->stacks++;
	return true;
}

/* Asks for [start, now) to be written as a span, with a stack where the switch-in hook runs. */
static __always_inline void span_want(struct thread_state *st, __u64 start, __u64 wakeup,
				      __u32 flags)
{
	st->span_start_ns = start;
	st->span_end_ns = st->change_ns;
	st->span_wakeup_ns = wakeup;
	st->span_flags = flags;
}

/* Certainly parked, by a confirmed layout: its time is only counted. */
static __always_inline bool is_park(const struct poll_key *key)
{
	return key->where == HUD_WHERE_PARK && key->trusted;
}

/*
 * Does it sleep as one that has nothing to do? Where a worker parks, it may also run the user's
 * code, a waker or a callback: then it may be in a call that is no park's.
 */
static __always_inline bool is_park_sleep(struct task_struct *task, const struct poll_key *key)
{
	return is_park(key) && call_is_of_park(task_syscall(task));
}

/* It waited for a CPU from `start` to `now`. True: a span is to be written. */
static __always_inline bool run_queue_end(struct thread_state *st, __u64 start, __u64 now)
{
	if (now - start >= threshold_ns) {
		span_want(st, start, 0, EVENT_SPAN_PREEMPTED);
		return true;
	}
	st->run_queue_ns += now - start;
	return false;
}

/* It never slept. `at_attach`: its poll has not been observed yet, and is not charged. */
static __always_inline bool runnable_end(struct thread_state *st, __u64 start, __u64 now,
					 bool at_attach)
{
	st->waited_ns += now - start;
	if (!at_attach)
		poll_off_cpu_charge(&st->poll, 0, now - start, now);
	return run_queue_end(st, start, now);
}

/* It slept from `start` on, was woken, and runs since `now`. True: a span is to be written. */
static __always_inline bool sleep_end(struct task_struct *task, struct thread_state *st,
				      __u64 start, __u64 now, bool at_attach)
{
	__u64 wakeup = st->wakeup_ns, woken = wakeup ? (wakeup > start ? wakeup : start) : now;

	if (woken > now)
		woken = now;
	st->awake_ns = woken;
	st->waited_ns = now - woken;
	if (!at_attach)
		poll_off_cpu_charge(&st->poll, woken - start, now - woken, now);
	if (is_park(&st->poll.key) &&
	    (now - start < threshold_ns || is_park_sleep(task, &st->poll.key))) {
		st->parked_ns += woken - start;
		return run_queue_end(st, woken, now);
	}
	if (now - start >= threshold_ns) {
		span_want(st, start, wakeup ? woken : 0, at_attach ? EVENT_SPAN_AT_ATTACH : 0);
		return true;
	}
	if (stack_at_switch_in && now - start >= short_sleep_ns &&
	    poll_worth_stacks(&st->poll, now) && short_sleep_chosen(st, now)) {
		span_want(st, start, wakeup ? woken : 0, EVENT_SPAN_SHORT);
		return true;
	}
	st->sleep_ns += woken - start;
	st->run_queue_ns += now - woken;
	if (poll_since(&st->poll))
		st->poll_sleep_ns += woken - start;
	else if (st->poll.key.where == HUD_WHERE_PARK)
		st->maybe_parked_ns += woken - start;
	return false;
}

/* The thread has a CPU since `now`, maybe another one than before. */
static __always_inline void thread_runs(struct thread_state *st, __u64 steal_ns, __u64 now)
{
	st->phase = PHASE_RUNNING;
	st->change_ns = now;
	st->steal_ns = steal_ns;
	st->late_ns = 0;
}

/* It is awake since `now`; for how long it slept or waited before is not known. */
static __always_inline void thread_awake(struct thread_state *st, __u64 now)
{
	st->wakeup_ns = 0;
	st->awake_ns = now;
	st->waited_ns = 0;
}

/* True: a span is to be written. */
static __always_inline bool thread_switch_in(struct task_struct *task, struct thread_state *st,
					     __u64 steal_ns, __u64 now)
{
	__u32 phase = st->phase;
	__u64 start = phase_since(st, st->out_ns);
	bool wanted, at_attach = phase == PHASE_UNKNOWN;

	thread_runs(st, steal_ns, now);
	if (!start || start > now) {
		if (start)
			loss_count(COUNT_CLOCK_BACKWARD);
		thread_awake(st, now);
		return false;
	}
	/* At attach it was runnable if no wakeup was seen since: a sleeper needs one to run. */
	if (phase == PHASE_RUNNABLE || (at_attach && !st->wakeup_ns))
		wanted = runnable_end(st, start, now, at_attach);
	else
		wanted = sleep_end(task, st, start, now, at_attach);
	st->wakeup_ns = 0;
	if (wanted) /* still in the system call that it slept in */
		st->syscall = task_syscall(task);
	window_roll(st, task->tgid, task->pid, now);
	return wanted;
}

#endif
