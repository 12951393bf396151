/* SPDX-License-Identifier: (MIT OR Apache-2.0) */

/*
 * The programs that watch the targets' threads. Each says in which context it runs.
 *
 * A thread is watched if its task has a struct thread_state. For all others a program costs one
 * lookup of task-local storage.
 */

#include "bpf/account.bpf.h"
#include "bpf/alarm.bpf.h"
#include "bpf/lifecycle.bpf.h"
#include "bpf/poll_entry.bpf.h"
#include "bpf/pool.bpf.h"
#include "bpf/samples.bpf.h"
#include "bpf/walk.bpf.h"
#include "format/wire/events.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/*
 * A thread that slept at attach has not run since: the poll it is in now, if any, is the one it
 * slept in. It began at an unknown time before.
 */
static __always_inline void poll_of_sleeper(struct task_struct *task, struct thread_state *st,
					    __u64 now)
{
	struct poll_key key;

	identity_read(task, NULL, st, task->tgid, &key);
	poll_observe(st, &key, task->tgid, task->pid, now);
	if (!poll_since(&st->poll))
		return;
	st->poll.span.start_min_ns = 0;
	st->poll.span.start_max_ns = st->span_start_ns;
	st->poll.span.run_queue_ns = st->waited_ns;
	st->poll.span.sleep_ns = now - st->span_start_ns - st->waited_ns;
}

/* Writes the span that span_want() asked for. `ctx`: NULL where the stack cannot be taken. */
static __always_inline void span_send(void *ctx, struct task_struct *task, struct thread_state *st)
{
	struct scratch *s = scratch_get(SCRATCH_SWITCH);
	__u64 now = st->span_end_ns, stack_bytes = 0;
	struct event_offcpu *e;

	if (!s)
		return;
	e = (struct event_offcpu *)s->word;
	event_begin(&e->head, EVENT_OFFCPU, task->tgid, task->pid, now);
	if (ctx && st->span_flags & EVENT_SPAN_AT_ATTACH)
		poll_of_sleeper(task, st, now);
	e->next_poll = 0;
	if (ctx && poll_since(&st->poll))
		e->next_poll = ready_note(st, st->span_start_ns);
	where_now(&e->where, &st->poll);
	e->start_ns = st->span_start_ns;
	e->wakeup_ns = st->span_wakeup_ns;
	e->span_flags = st->span_flags;
	e->state = st->out_state;
	e->out_cpu = st->out_cpu;
	e->syscall = st->syscall;
	e->stacks = (struct event_stacks) {};
	st->span_start_ns = 0;
	if (st->span_flags & EVENT_SPAN_PREEMPTED)
		e->syscall = -1;
	if (!ctx || st->span_flags & EVENT_SPAN_PREEMPTED)
		e->stacks.stack_flags = EVENT_STACK_NOT_TAKEN;
	else if (!(st->span_flags & EVENT_SPAN_SHORT) && !stack_allowed(st, now))
		e->stacks.stack_flags = EVENT_STACK_LIMITED;
	else
		stack_bytes = stacks_take(ctx, &e->stacks, e->address, true);
	scratch_send(s, sizeof(*e), stack_bytes, COUNT_RING_FULL);
}

/* On this CPU: the thread that was switched in last has a span to write, or a sample due. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} hook_requested SEC(".maps");

static __always_inline void hook_request(void)
{
	__u32 key = 0, *wanted = bpf_map_lookup_elem(&hook_requested, &key);

	if (wanted)
		*wanted = true;
}

/*
 * Records a sleep whose end was not seen. If it was reported as open, with its stack, it lasts
 * until `now`; else as long as the thread surely slept, and of where only the system call is known.
 */
static __always_inline void unseen_span_send(struct task_struct *task, struct thread_state *st,
					     __u64 end, __u64 now)
{
	bool open = st->open_start_ns == st->out_ns;
	bool woken = st->wakeup_ns > st->out_ns && st->wakeup_ns <= end;
	struct scratch *s = scratch_get(SCRATCH_SWITCH);
	struct event_offcpu *e;

	if (!s)
		return;
	e = (struct event_offcpu *)s->word;
	event_begin(&e->head, EVENT_OFFCPU, task->tgid, task->pid, open ? now : end);
	e->where = (struct event_where) {
		.poll_ns = st->out_poll_ns,
		.task = st->out_task,
		.where = st->out_where,
		.trusted = st->poll.key.trusted,
	};
	e->start_ns = st->out_ns;
	e->wakeup_ns = open || woken ? st->wakeup_ns : 0;
	e->span_flags = open ? EVENT_SPAN_REPEATED : 0;
	e->state = st->out_state;
	e->out_cpu = st->out_cpu;
	e->syscall = st->syscall;
	e->next_poll = 0; /* the scratch holds an event of before */
	e->stacks = (struct event_stacks) {.stack_flags = EVENT_STACK_NOT_TAKEN};
	scratch_send(s, sizeof(*e), 0, COUNT_RING_FULL);
}

/* Is the sleep that ended unseen, at `end` or later, to be recorded? */
static __always_inline bool unseen_span_wanted(const struct thread_state *st, __u64 end)
{
	if (st->phase != PHASE_SLEEPING)
		return false;
	return st->open_start_ns == st->out_ns ||
	       (st->out_poll_ns && st->poll.key.trusted && end - st->out_ns >= threshold_ns);
}

/* Charges the time that it was certainly off the CPU. It may have run in the rest: not charged. */
static __always_inline void off_cpu_charge(struct thread_state *st, __u64 woken, __u64 end)
{
	st->run_queue_ns += end - woken;
	if (st->phase == PHASE_SLEEPING && st->out_where == HUD_WHERE_PARK &&
	    st->poll.key.trusted) {
		st->parked_ns += woken - st->out_ns;
		return;
	}
	st->sleep_ns += woken - st->out_ns;
	if (st->phase == PHASE_SLEEPING && st->out_poll_ns)
		st->poll_sleep_ns += woken - st->out_ns;
}

/*
 * The thread runs, and its switch-in was not seen: a kernel may not report switches from a process
 * of the virtual machine's host (seen: three a second). How long it had no CPU follows from the
 * scheduler's count of its CPU time. What it did on the CPU since, and its stack at switch-in, are
 * not known. A poll that it was preempted in is not charged with that time as CPU time; the poll it
 * is in now may have begun at any time since.
 */
static __always_inline void switch_in_unseen(struct task_struct *task, struct thread_state *st,
					     __u64 steal_ns, __u64 now)
{
	bool preempted = st->phase == PHASE_RUNNABLE;
	__u64 woken, end;

	if (st->phase != PHASE_RUNNABLE && st->phase != PHASE_SLEEPING)
		return;
	loss_count(COUNT_SWITCH_UNSEEN);
	woken = unseen_wakeup(task, st, now);
	end = unseen_off_cpu_end(task, st, now);
	if (end < woken)
		end = woken;
	if (st->poll.span.start_max_ns <= st->out_ns) {
		poll_off_cpu_charge(&st->poll, woken - st->out_ns, end - woken, end);
		st->poll.stolen_ns += now - end;
	}
	if (unseen_span_wanted(st, end))
		unseen_span_send(task, st, end, now);
	else
		off_cpu_charge(st, woken, end);
	st->poll.key.where = HUD_WHERE_UNKNOWN;
	st->poll.unread = 0;
	thread_runs(st, steal_ns, now);
	if (preempted) /* it has only run or waited since it woke: one poll may go on */
		st->waited_ns += end - woken;
	else
		thread_awake(st, now);
}

/* In the scheduler, interrupts off, as the outgoing thread. */
static __always_inline void on_switch(bool preempt, struct task_struct *prev,
				      struct task_struct *next, __u32 state)
{
	struct thread_state *out = thread_find(prev), *in = thread_find(next);
	bool runnable = preempt || !(state & TASK_STATE_MASK);
	struct poll_key key;
	__u64 now, steal_ns;

	if (!out) {
		barrier(); /* or both pointers become one number, which the verifier refuses */
		if (!in)
			return;
	}
	now = bpf_ktime_get_ns();
	steal_ns = steal_read(prev);
	if (out) {
		/* The hook did not run (kprobes can be missed): write the span without a stack. */
		if (out->span_start_ns)
			span_send(NULL, prev, out);
		switch_in_unseen(prev, out, steal_ns, now);
		identity_read(prev, NULL, out, prev->tgid, &key);
		/* Not where a debugger stops it: there the driver may be in any call. */
		if (!preempt && state & TASK_SLEEPS && key.trusted & KEY_LEARNED)
			sleep_check(out, &key, task_syscall(prev));
		steal_note(out, steal_ns, now, 0);
		poll_observe(out, &key, prev->tgid, prev->pid, now);
		pool_read_of_thread(prev, NULL, out, now);
		thread_switch_out(prev, out, state & TASK_STATE_MASK, runnable, now);
		out->sample_due = 0;
		if (runnable)
			sample_fall_due(out, preempt, now);
	}
	if (!in)
		return;
	if (!thread_switch_in(next, in, steal_ns, now) && !in->sample_due)
		return;
	if (stack_at_switch_in)
		hook_request();
	else if (in->span_start_ns)
		span_send(NULL, next, in);
}

/* Linux 5.18 and later: prev_state comes as an argument (read before a waker can change it). */
SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	on_switch(preempt, prev, next, prev_state);
	return 0;
}

/* Before 5.18. */
SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch_old, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	on_switch(preempt, prev, next, prev->__state);
	return 0;
}

/*
 * As the thread that was just switched in, preemption off: its memory can be read now, which it
 * cannot be in sched_switch. Runs at every switch of the machine: with nothing to write, it costs
 * one map lookup.
 */
static __always_inline void on_switched_in(void *ctx)
{
	__u32 key = 0, *wanted = bpf_map_lookup_elem(&hook_requested, &key);
	struct task_struct *task;
	struct thread_state *st;

	if (!wanted || !*wanted)
		return;
	*wanted = false;
	task = bpf_get_current_task_btf();
	st = thread_find(task);
	if (!st)
		return;
	if (st->span_start_ns)
		span_send(ctx, task, st);
	sample_take_due(ctx, task, st);
}

/* Linux 6.15 and later (6.18 seen): the tracepoint at the end of __schedule(). */
SEC("tp_btf/sched_exit_tp")
int BPF_PROG(sched_exit, bool is_switch)
{
	on_switched_in(ctx);
	return 0;
}

/* Before 6.15: a kprobe. The compiler may have renamed the function: hud-record finds its name. */
SEC("kprobe/finish_task_switch")
int finish_switch(struct pt_regs *ctx)
{
	on_switched_in(ctx);
	return 0;
}

/*
 * Which thread ended a long sleep. In an interrupt, current is merely the task that was
 * interrupted: hud-record finds that from the kernel stack (the preempt count cannot be read on all
 * kernels).
 */
static __always_inline void wake_send(void *ctx, struct task_struct *woken, struct thread_state *st,
				      __u64 now)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	struct scratch *s = scratch_get(SCRATCH_WAKE);
	__u64 stack_bytes = 0;
	struct event_wake *e;

	if (!s)
		return;
	e = (struct event_wake *)s->word;
	event_begin(&e->head, EVENT_WAKE, woken->tgid, woken->pid, now);
	e->waker_tgid = waker->tgid;
	e->waker_tid = waker->pid;
	e->stacks = (struct event_stacks) {};
	if (!stack_allowed(st, now))
		e->stacks.stack_flags = EVENT_STACK_LIMITED;
	else if (thread_find(waker))
		stack_bytes = stacks_take(ctx, &e->stacks, e->address, true);
	else /* not watched: no memory map in the capture to make sense of its user stack */
		stack_bytes = kernel_stack_only(ctx, &e->stacks, e->address);
	scratch_send(s, sizeof(*e), stack_bytes, COUNT_WAKER);
}

/*
 * As the waker, maybe in an interrupt. A thread that is being switched out has left the run queue
 * already (on_rq 0); one that is only about to sleep has not, and will not sleep.
 */
SEC("tp_btf/sched_waking")
int BPF_PROG(sched_waking, struct task_struct *task)
{
	struct thread_state *st = thread_find(task);
	__u64 now, start;

	if (!st || (st->phase == PHASE_RUNNING && task->on_rq) || st->phase == PHASE_RUNNABLE)
		return 0;
	now = bpf_ktime_get_ns();
	if (!st->wakeup_ns)
		st->wakeup_ns = now;
	start = phase_since(st, st->out_ns);
	if (st->phase != PHASE_RUNNING && start && now > start && now - start >= threshold_ns)
		wake_send(ctx, task, st, now);
	return 0;
}

/* Samples current, in an interrupt that was due at `expected_ns` (0: not known). */
static __always_inline void sample_take(void *ctx, struct task_struct *task,
					struct thread_state *st, __u64 expected_ns)
{
	bool profile = turn_comes(&st->profile_turn, samples_per_profile_sample);
	__u64 now, steal_ns = steal_read(task);
	struct poll_key key;
	__u32 tgid, tid;

	now = bpf_ktime_get_ns();
	tgid = BPF_CORE_READ(task, tgid);
	tid = BPF_CORE_READ(task, pid);
	if (st->phase == PHASE_UNKNOWN)
		st->change_ns = st->awake_ns = st->since_ns ? st->since_ns : now;
	switch_in_unseen(task, st, steal_ns, now);
	steal_note(st, steal_ns, now, expected_ns);
	st->phase = PHASE_RUNNING;
	cpu_charge(st, now);
	identity_read(task, NULL, st, tgid, &key);
	poll_observe(st, &key, tgid, tid, now);
	window_roll(st, tgid, tid, now);
	if (!sample_count(st, profile, now))
		return;
	if (in_known_poll(st) && poll_worth_stacks(&st->poll, now))
		ready_note(st, now);
	sample_send(ctx, task, st, SCRATCH_SAMPLE, profile, interrupted_kernel(task), now);
}

/* A timer of hud's own on every CPU: in its interrupt, sample_hz times a second. */
SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_state *st = thread_find(task);

	if (st)
		sample_take(ctx, task, st, 0);
	return 0;
}

/*
 * The scheduler tick, which fires anyway where a thread runs: no interrupt is added, no idle CPU is
 * woken. In the timer interrupt, before the timer's own function. Called for every other timer too:
 * these are ignored.
 */
SEC("tp_btf/hrtimer_expire_entry")
int BPF_PROG(tick, struct hrtimer *timer)
{
	struct task_struct *task;
	struct thread_state *st;

	if ((__u64)timer->function != tick_function)
		return 0;
	task = bpf_get_current_task_btf();
	st = thread_find(task);
	if (!st || !turn_comes(&st->sample_turn, ticks_per_sample))
		return 0;
	sample_take(ctx, task, st,
		    bpf_core_field_exists(timer->_softexpires) ? timer->_softexpires : 0);
	alarm_set(st);
	return 0;
}
