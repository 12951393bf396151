/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_WALK_BPF_H
#define HUD_BPF_WALK_BPF_H

#include "bpf/lifecycle.bpf.h"
#include "bpf/pool.bpf.h"
#include "bpf/stacks.bpf.h"
#include "format/wire/events.h"

/*
 * The walk over the targets' threads, which hud-record starts: to watch them, and to find those
 * that sleep and may never wake. Runs in hud-record's context and may sleep, so it may take page
 * faults when it reads the memory of a target.
 */

/*
 * The user stack of a sleeping task. Returns its frames; 0 if the target's mappings are not known.
 */
static __always_inline __u32 sleeper_user_stack(struct task_struct *task, struct unwind_walk *w,
						struct event_stacks *out, __u64 *address)
{
	struct unwind_work work = {.walk = w, .address = address, .sleeper = task};
	__u32 frames;

	*w = (struct unwind_walk) {};
	if (!sleeper_stacks || !unwind_begin(w, task, task->tgid))
		return 0;
	bpf_loop(EVENT_FRAMES_MAX, unwind_sleeper_frame, &work, 0);
	out->stop = (__u8)w->stop;
	out->frame_pointer_from = (__u8)w->frame_pointer_from;
	frames = w->frames;
	barrier_var(frames);
	return frames & EVENT_FRAMES_MAX;
}

static __always_inline void open_stacks(struct task_struct *task, struct unwind_walk *w,
					struct event_offcpu *e, __u64 *stack_bytes)
{
	__u32 user = sleeper_user_stack(task, w, &e->stacks, e->address);
	long bytes;

	bytes = bpf_get_task_stack(task, &e->address[user], EVENT_FRAMES_MAX * sizeof(__u64), 0);
	e->stacks.user_frames = (__u16)user;
	e->stacks.kernel_frames = (__u16)frames_of(bytes);
	*stack_bytes = (__u64)(user + frames_of(bytes)) * sizeof(__u64);
	if (!user) {
		e->stacks.stack_flags |= EVENT_STACK_FAILED;
		loss_count(COUNT_OPEN_STACK);
	}
}

struct sleeper {
	struct poll_key key; /* the poll that it is in */
	struct poll_span span;
	struct queue_state queue;
	struct unwind_walk walk; /* of its stack */
	__u64 start_ns;          /* of its sleep */
	__u32 phase;
};

/*
 * In a map and not on the stack: the verifier tracks the values of words on the stack, and so would
 * check the stack walk again for each path to it, ten times as many instructions. One walk runs at
 * a time.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sleeper);
} sleepers SEC(".maps");

/*
 * The poll that a sleeper is in, as if it ended now. A copy: the thread may wake at any time and
 * change its own.
 */
static __always_inline void sleeper_poll(struct task_struct *task, struct thread_state *st,
					 __u64 start, __u64 now, struct sleeper *out)
{
	out->key = st->poll.key;
	out->span = st->poll.span;
	if (st->poll.unread)
		out->span = (struct poll_span) {};
	if (st->phase == PHASE_UNKNOWN) {
		out->key = (struct poll_key) {};
		out->span = (struct poll_span) {};
		if (sleeper_stacks)
			identity_read(task, task, st, task->tgid, &out->key);
		if (out->key.where == HUD_WHERE_POLL) {
			out->span.start_max_ns = start;
			out->span.task = out->key.task;
			out->span.scheduler = out->key.scheduler + 1;
			out->span.trusted = out->key.trusted;
		}
	}
	out->span.end_min_ns = out->span.end_max_ns = now;
	out->span.sleep_ns += now - start;
	out->span.flags |= HUD_POLL_OPEN;
}

/*
 * What waits in the run queue of a worker that sleeps. It may never wake, and then this is the only
 * reading of it.
 */
static __always_inline void sleeper_queue(struct task_struct *task, struct thread_state *st,
					  struct sleeper *s)
{
	struct identity *id = identity_find(st, task->tgid);

	s->queue = (struct queue_state) {};
	if (!sleeper_stacks || !id || !s->span.start_max_ns || !s->key.core)
		return;
	if (queue_fill(task, id, scheduler_of(id, s->key.scheduler), s->key.core, &s->queue))
		ready_add(&s->span, &s->queue);
	else
		s->queue = (struct queue_state) {};
}

/*
 * Reports a thread that has slept for long, with its stack the first time. In the final walk also
 * one that was woken and has no CPU yet: its span would be lost. True: it is parked, and not
 * reported.
 */
static __always_inline bool open_report(struct task_struct *task, struct thread_state *st,
					__u64 now)
{
	__u64 start = phase_since(st, st->out_ns), stack_bytes = 0;
	struct scratch *s = scratch_get(SCRATCH_WALK);
	bool woken = walk_mode == WALK_FINAL && st->wakeup_ns;
	__u32 phase = st->phase;
	__u32 zero = 0;
	struct sleeper *seen = bpf_map_lookup_elem(&sleepers, &zero);
	struct event_offcpu *e;

	if (!s || !seen || !start || start > now || now - start < threshold_ns)
		return false;
	if (task->on_cpu || (phase == PHASE_UNKNOWN && !woken && !(task->__state & TASK_SLEEPS)))
		return false;
	seen->phase = phase;
	seen->start_ns = start;
	sleeper_poll(task, st, start, now, seen);
	if (is_park_sleep(task, &seen->key))
		return true;
	e = (struct event_offcpu *)s->word;
	event_begin(&e->head, EVENT_OPEN, task->tgid, task->pid, now);
	where_fill(&e->where, &seen->key, &seen->span);
	e->start_ns = start;
	e->wakeup_ns = woken ? st->wakeup_ns : 0;
	e->span_flags = phase == PHASE_UNKNOWN ? EVENT_SPAN_AT_ATTACH : 0;
	e->syscall = task_syscall(task);
	e->state = task->__state & TASK_STATE_MASK;
	e->out_cpu = st->out_cpu;
	sleeper_queue(task, st, seen);
	e->next_poll = seen->queue.next_poll;
	e->stacks = (struct event_stacks) {};
	if (st->open_start_ns == start) {
		e->span_flags |= EVENT_SPAN_REPEATED;
		e->stacks.stack_flags = EVENT_STACK_NOT_TAKEN;
	} else if (woken) {
		e->stacks.stack_flags = EVENT_STACK_NOT_TAKEN;
	} else {
		open_stacks(task, &seen->walk, e, &stack_bytes);
	}
	/* It woke meanwhile: its stack may be inconsistent, and the switch-in reports its span. */
	if (st->phase != seen->phase || phase_since(st, st->out_ns) != seen->start_ns ||
	    (st->wakeup_ns && !woken))
		return false;
	/* Without room the next walk reports it, and its stack, as if it were the first. */
	if (!scratch_send(s, sizeof(*e), stack_bytes, COUNT_RING_FULL))
		return false;
	st->open_start_ns = seen->start_ns;
	st->open_ns = now;
	if (seen->span.start_max_ns)
		poll_span_send(&seen->span, NULL, task->tgid, task->pid);
	return false;
}

/* Is it ready to run, and has had no CPU since it is watched? */
static __always_inline bool is_ready_at_attach(struct task_struct *task,
					       const struct thread_state *st)
{
	return st->phase == PHASE_UNKNOWN && !st->wakeup_ns && !task->__state && !task->on_cpu;
}

/* Since when it waits for a CPU and no span of a sleep has that; 0: it does not. */
static __always_inline __u64 ready_since(struct task_struct *task, const struct thread_state *st,
					 bool parked)
{
	if (task->on_cpu)
		return 0;
	if (st->phase == PHASE_RUNNABLE)
		return st->out_ns;
	if (parked)
		return st->wakeup_ns;
	return is_ready_at_attach(task, st) ? st->since_ns : 0;
}

/*
 * In the final walk: reports a long wait for a CPU, whose span would be lost. Not one in a poll,
 * which may be over without it. True: from `start` on that time has a span.
 */
static __always_inline bool ready_report(struct task_struct *task, struct thread_state *st,
					 __u64 start, __u64 now)
{
	struct scratch *s = scratch_get(SCRATCH_WALK);
	__u32 zero = 0;
	struct sleeper *seen = bpf_map_lookup_elem(&sleepers, &zero);
	struct event_offcpu *e;

	if (!s || !seen || !start || start > now || now - start < threshold_ns)
		return false;
	sleeper_poll(task, st, start, now, seen);
	if (seen->key.where == HUD_WHERE_POLL)
		return false;
	e = (struct event_offcpu *)s->word;
	event_begin(&e->head, EVENT_OPEN, task->tgid, task->pid, now);
	where_fill(&e->where, &seen->key, &seen->span);
	e->start_ns = start;
	e->wakeup_ns = 0;
	e->span_flags = EVENT_SPAN_PREEMPTED;
	e->syscall = -1;
	e->state = 0;
	e->out_cpu = st->out_cpu;
	e->next_poll = 0;
	e->stacks = (struct event_stacks) {.stack_flags = EVENT_STACK_NOT_TAKEN};
	return scratch_send(s, sizeof(*e), 0, COUNT_RING_FULL);
}

/*
 * A thread that has slept since it is watched is parked, by a layout that may have been learned
 * meanwhile. Until when its sleep was reported as one of an unknown kind, that has this time.
 */
static __always_inline __u64 parked_since(const struct thread_state *st, __u64 start)
{
	return st->open_start_ns == st->since_ns && st->open_ns > start ? st->open_ns : start;
}

/*
 * The window, with the time since the last change, which is of the phase the thread is in; but for
 * what a span has, from `ready` on (0: none).
 */
static __always_inline struct event_window window_now(struct task_struct *task,
						      const struct thread_state *st, bool parked,
						      __u64 ready)
{
	__u32 phase = st->phase; /* written after out_ns */
	__u64 start = st->window_start_ns ? st->window_start_ns : st->since_ns;
	__u64 running_since = phase == PHASE_UNKNOWN ? st->since_ns : st->change_ns;
	__u64 out_since = st->out_ns, now = bpf_ktime_get_ns(), until = ready ? ready : now;
	struct window_rest rest = {};

	if (phase == PHASE_RUNNING || (phase == PHASE_UNKNOWN && task->on_cpu))
		rest.cpu_ns = now > running_since ? now - running_since : 0;
	else if (phase == PHASE_RUNNABLE && until > out_since)
		rest.run_queue_ns = until - out_since;
	else if (phase == PHASE_SLEEPING && until > out_since && is_park_sleep(task, &st->poll.key))
		rest.parked_ns = until - out_since;
	else if (phase == PHASE_UNKNOWN && parked && until > parked_since(st, start))
		rest.parked_ns = until - parked_since(st, start);
	else if (!ready && is_ready_at_attach(task, st))
		rest.run_queue_ns = now - start;
	else if (phase == PHASE_SLEEPING && now > out_since && now - out_since < threshold_ns)
		rest.sleep_ns = now - out_since;
	if (st->poll.key.where == HUD_WHERE_PARK)
		rest.maybe_parked_ns = rest.sleep_ns;
	return window_end(st, &rest, task->tgid, task->pid, now);
}

#define WINDOW_TRIES 4

/*
 * Sends the last window; or, open, that of a thread which is parked for longer than a window, so
 * that a reader knows of it meanwhile. The thread may be switched on another CPU, which changes
 * st->change_ns: then the window is computed again, because values from before and after a switch
 * would count time twice (seen: a window of 74 ms with 170 ms in it).
 */
static __always_inline void window_report(struct task_struct *task, struct thread_state *st,
					  bool parked, __u64 ready, bool open)
{
	struct event_window e = {};
	__u64 change;

	for (int i = 0; i < WINDOW_TRIES; i++) {
		change = st->change_ns;
		barrier();
		e = window_now(task, st, parked, ready);
		barrier();
		if (st->change_ns == change)
			break;
	}
	if (e.start_ns >= e.head.time_ns)
		return;
	if (open && (st->change_ns != change || e.head.time_ns - e.start_ns < window_ns))
		return;
	e.open = open;
	event_send(&e, sizeof(e));
}

/* Sends the kept poll of a thread, and its current poll if that is long. */
static __always_inline void poll_final(struct task_struct *task, struct thread_state *st)
{
	struct poll_span span = st->poll.kept;

	if (span.start_max_ns)
		poll_span_send(&span, &st->poll.queue_wait, task->tgid, task->pid);
	span = st->poll.span;
	/* With an open span its poll was sent; of a sleep below the threshold there is none. */
	if (st->phase == PHASE_SLEEPING && st->open_start_ns == st->out_ns)
		return;
	if (!poll_is_long(&span))
		return;
	span.end_max_ns = span.end_min_ns;
	span.flags |= HUD_POLL_OPEN;
	poll_span_send(&span, NULL, task->tgid, task->pid);
}

static __always_inline void walk_task(struct task_struct *task)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 tgid = task->tgid;
	bool attach = walk_mode == WALK_ATTACH, parked = false;
	struct thread_state *st;
	__u64 ready;

	/* Before Linux 6.1 the iterator of each target meets the threads of all. */
	if (task->flags & PF_KTHREAD || tgid != walk_process ||
	    !bpf_map_lookup_elem(&targets, &tgid))
		return;
	st = thread_find(task);
	if (attach) {
		if (st)
			return;
		st = thread_watch(task);
		if (!st)
			return;
		st->since_ns = bpf_ktime_get_ns();
		thread_send(task, task->comm, false, now);
	}
	if (!st)
		return;
	if (sleeper_stacks) /* what waits now may be seen to wait later */
		pool_read_of_thread(task, task, st, now);
	if (attach)
		return;
	if (st->phase == PHASE_SLEEPING || st->phase == PHASE_UNKNOWN)
		parked = open_report(task, st, now);
	if (walk_mode == WALK_FINAL) {
		poll_final(task, st);
		ready = ready_since(task, st, parked);
		if (!ready_report(task, st, ready, now))
			ready = 0;
		window_report(task, st, parked, ready, false);
	} else if (parked) {
		window_report(task, st, parked, 0, true);
	}
}

SEC("iter.s/task")
int walk(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		walk_task(task);
	return 0;
}

#endif
