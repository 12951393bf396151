/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_SAMPLES_BPF_H
#define HUD_BPF_SAMPLES_BPF_H

#include "bpf/account.bpf.h"
#include "bpf/stacks.bpf.h"

/*
 * Samples of what a watched thread computes, one for each period of its CPU time, with its stack
 * where that is useful. The programs that take them are in bpf/hud.bpf.c.
 */

/*
 * True for one in `every` of the thread's own ticks or samples. They are not counted by CPU: where
 * two threads take turns tick by tick, all samples could be of the same thread.
 */
static __always_inline bool turn_comes(__u32 *count, __u32 every)
{
	return every && (*count)++ % every == 0;
}

static __always_inline bool in_known_poll(const struct thread_state *st)
{
	return poll_since(&st->poll) && st->poll.key.trusted;
}

/* Counts a sample. True: it is sent as an event. In a young poll or a park it is only counted. */
static __always_inline bool sample_count(struct thread_state *st, bool profile, __u64 now)
{
	st->samples++;
	st->unsampled_ns = 0;
	if (is_park(&st->poll.key))
		return profile;
	if (!in_known_poll(st))
		return true;
	st->poll_samples++;
	st->poll.span.samples++;
	return profile || poll_worth_stacks(&st->poll, now);
}

static __always_inline void sample_send(void *ctx, struct task_struct *task,
					struct thread_state *st, enum scratch_slot slot,
					bool profile, bool in_kernel, __u64 now)
{
	struct scratch *s = scratch_get(slot);
	struct event_sample *e;
	__u64 stack_bytes = 0;

	if (!s)
		return;
	e = (struct event_sample *)s->word;
	event_begin(&e->head, EVENT_SAMPLE, BPF_CORE_READ(task, tgid), BPF_CORE_READ(task, pid),
		    now);
	where_now(&e->where, &st->poll);
	e->awake_ns = st->awake_ns;
	e->waited_ns = st->waited_ns;
	e->syscall = in_kernel ? task_syscall(task) : -1;
	e->profile = profile;
	e->stacks = (struct event_stacks) {};
	if (stack_allowed(st, now))
		stack_bytes = stacks_take(ctx, &e->stacks, e->address, in_kernel);
	else
		e->stacks.stack_flags = EVENT_STACK_LIMITED;
	scratch_send(s, sizeof(*e), stack_bytes, COUNT_RING_FULL);
}

/*
 * At a switch-out of a runnable thread: a sample is due if it has run for a sample period without
 * one. Where other threads take its CPU in step with the ticks, a tick might not interrupt it for
 * long. In a long poll without a sample half a period is enough. The sample is taken at switch-in
 * (sample_take_due()), when the stack is still the same. `in_kernel`: it was preempted in the
 * kernel, and not on its way to user mode.
 */
static __always_inline void sample_fall_due(struct thread_state *st, bool in_kernel, __u64 now)
{
	const struct poll_span *span = &st->poll.span;
	bool unsampled_poll = poll_worth_stacks(&st->poll, now) && !span->samples &&
			      poll_ran_ns(span) >= sample_period_ns / 2;
	bool profile;

	if (st->unsampled_ns < sample_period_ns && !unsampled_poll)
		return;
	profile = turn_comes(&st->profile_turn, samples_per_profile_sample);
	if (sample_count(st, profile, now))
		st->sample_due = SAMPLE_DUE | (profile ? SAMPLE_PROFILE : 0) |
				 (in_kernel ? SAMPLE_IN_KERNEL : 0);
}

/* Takes the sample that is due, as the thread that was just switched in. */
static __always_inline void sample_take_due(void *ctx, struct task_struct *task,
					    struct thread_state *st)
{
	__u32 due = st->sample_due;

	if (!due)
		return;
	st->sample_due = 0;
	sample_send(ctx, task, st, SCRATCH_SWITCH, due & SAMPLE_PROFILE, due & SAMPLE_IN_KERNEL,
		    st->change_ns);
}

#endif
