/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_POLL_ENTRY_BPF_H
#define HUD_BPF_POLL_ENTRY_BPF_H

#include "bpf/own_stack.bpf.h"
#include "bpf/polls.bpf.h"
#include "bpf/steal.bpf.h"
#include "format/wire/events.h"

/*
 * Exact times (--polls): a uprobe on each function that polls a type of task. It sees polls begin;
 * a poll ends when the next begins, or at the first observation that does not find it. A probe on
 * the return would double the cost and cut stacks short.
 *
 * Runs as the thread, preemptible: an observation that interrupts it leaves the poll alone while
 * `entering` is set.
 */

/*
 * A poll of another task from inside a poll (LocalSet). The runtime sets the id of the task being
 * polled after the probe: if it has changed since the current poll began, that one is still going
 * on.
 */
static __always_inline bool is_nested(const struct poll_watch *p, const struct poll_key *key)
{
	return p->span.start_max_ns && p->span.flags & HUD_POLL_EXACT && key->core == p->core &&
	       key->tick == p->tick && key->task != p->task_before;
}

/* As many tasks as a worker's own queue holds; of a longer queue the first are followed. */
#define FOLLOW_MAX 256u

/* Of the tasks seen queued during the poll that has just ended: how many certainly still are? */
static __always_inline __u32 still_queued(const struct poll_queue *queued,
					  const struct queue_state *q)
{
	__u32 there;

	if (!queued->ring)
		return queued->tasks; /* only the worker takes tasks, and it was in the poll */
	there = queue_distance(q->head, queued->tail, queued->ring);
	return there <= queued->tasks ? there : 0; /* more: the head has passed them */
}

/* After the kept long poll the next poll begins: which tasks are still queued? */
static __always_inline void queue_wait_begin(struct thread_state *st, const struct poll_key *key)
{
	struct poll_watch *p = &st->poll;
	struct queue_state q = {};

	if (!queue_read(st->identity, key->scheduler, key->core, &q))
		return;
	p->queue_wait.left = q.ready + q.next;
	p->queue_wait.to_follow = p->queue_wait.left < FOLLOW_MAX ? p->queue_wait.left : FOLLOW_MAX;
	if (p->queued.tasks && p->queued.ring == q.ring) {
		p->queue_wait.queued = still_queued(&p->queued, &q);
		p->queue_wait.queued_since_ns = p->queue_wait.queued ? p->queued.since_ns : 0;
	}
	p->kept.flags |= HUD_POLL_FOLLOWED;
}

static __always_inline void queue_wait_follow(struct poll_watch *p, __u64 now)
{
	__u64 after = now - p->kept.end_min_ns;

	p->queue_wait.to_follow--;
	p->queue_wait.next_polls++;
	p->queue_wait.next_sum_ns += after;
	p->queue_wait.next_max_ns = after;
}

/*
 * Charges the poll that ends at `now` with stolen and off-CPU time that is not accounted yet.
 * Samples and switches account for it, but a kernel may hide a switch (switch_in_unseen()).
 */
static __always_inline void poll_off_cpu_add(struct task_struct *task, struct thread_state *st,
					     __u64 now)
{
	struct poll_span *span = &st->poll.span;
	__u64 woken;

	if (st->phase == PHASE_RUNNING) {
		poll_stolen_add(span, stolen_since(st, steal_read(task), now, 0).ns);
	} else if (span->start_max_ns <= st->out_ns) {
		woken = unseen_wakeup(task, st, now);
		span->sleep_ns += woken - st->out_ns;
		poll_stolen_add(span, now - woken);
	}
}

/* The same of a poll whose beginning no probe saw: it lasted as long as it surely had no CPU. */
static __always_inline void poll_unseen_off_cpu_add(struct task_struct *task,
						    struct thread_state *st, __u64 now)
{
	__u64 off = unseen_off_cpu_end(task, st, now), woken = unseen_wakeup(task, st, now);
	struct poll_span *span = &st->poll.span;

	if (off < woken)
		off = woken;
	span->sleep_ns += woken - st->out_ns;
	span->run_queue_ns += off - woken;
	span->end_min_ns = off;
}

static __always_inline void poll_enter(struct task_struct *task, struct thread_state *st,
				       const struct poll_key *key, __u64 site, __u64 now)
{
	__u64 both = bpf_get_current_pid_tgid();
	__u32 tgid = both >> 32, tid = (__u32)both;
	struct poll_watch *p = &st->poll;

	poll_reread(p);
	sample_gap_note(st, now);
	if (p->queue_wait.to_follow)
		queue_wait_follow(p, now);
	if (p->span.start_max_ns) {
		bool exact = p->span.flags & HUD_POLL_EXACT;

		if (exact) {
			p->span.end_min_ns = now;
			p->span.flags |= HUD_POLL_END_EXACT;
			poll_unread_charge(p);
			poll_off_cpu_add(task, st, now);
		} else if (st->phase != PHASE_RUNNING && p->span.start_max_ns <= st->out_ns) {
			poll_unseen_off_cpu_add(task, st, now);
		}
		if (poll_end(p, key, tgid, tid, now) && exact)
			queue_wait_begin(st, key);
	}
	p->queued.tasks = 0;
	p->unread_sleep_ns = p->unread_run_queue_ns = 0;
	p->core = key->core;
	p->tick = key->tick;
	p->repolled = false;
	p->polled[0] = p->polled[1] = POLLED_NONE;
	p->task_before = key->task;
	p->span = (struct poll_span) {
		.start_min_ns = now,
		.start_max_ns = now,
		.end_min_ns = now,
		.stolen_ns = p->stolen_ns,
		.task = POLLED_NONE, /* the runtime sets it after this probe */
		.site = site,
		.flags = HUD_POLL_EXACT,
		.scheduler = key->scheduler + 1,
		.trusted = key->trusted,
	};
	p->key = *key;
	p->observed_ns = now;
	st->polls++;
}

/* The thread lost its CPU in poll_enter(): that time is of no poll, and the new one begins now. */
static __always_inline void poll_entered_late(struct poll_watch *p, __u64 now)
{
	p->span.start_min_ns = p->span.start_max_ns = p->span.end_min_ns = now;
	p->span.stolen_ns = p->stolen_ns;
	p->observed_ns = now;
}

/* Hits of the probes, by any thread: hud-record computes from it what they cost. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} poll_entries SEC(".maps");

static __always_inline void entry_count(void)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&poll_entries, &key);

	if (count) /* atomic: another thread on this CPU may have been preempted here */
		__sync_fetch_and_add(count, 1);
}

/* The first argument of the function that is probed, and the second. */
static __always_inline __u64 first_argument(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return regs->di;
#else
	return regs->regs[0];
#endif
}

static __always_inline __u64 second_argument(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return regs->si;
#else
	return regs->regs[1];
#endif
}

static __always_inline __u64 probe_address(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return regs->ip;
#else
	return regs->pc;
#endif
}

SEC("uprobe")
int poll_entry(struct pt_regs *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_state *st = thread_find(task);
	struct poll_key key;
	__u64 now;

	stay_on_own_stack(ctx, task);
	entry_count();
	if (!st)
		return 0;
	identity_read(task, NULL, st, bpf_get_current_pid_tgid() >> 32, &key);
	if (key.where == HUD_WHERE_PARK && key.trusted & KEY_LEARNED &&
	    st->identity < IDENTITIES_MAX)
		__sync_fetch_and_add(&contradictions[st->identity], 1);
	if (is_unread(&key))
		loss_count(COUNT_STATE_UNREAD);
	if (key.where != HUD_WHERE_POLL || is_nested(&st->poll, &key)) {
		life_poll(st, first_argument(ctx), bpf_get_current_pid_tgid() >> 32, 0);
		return 0; /* without a core it blocks no worker */
	}
	st->poll.entering = true;
	barrier();
	now = bpf_ktime_get_ns();
	poll_enter(task, st, &key, probe_address(ctx), now);
	if (st->out_ns >= now)
		poll_entered_late(&st->poll, bpf_ktime_get_ns());
	st->poll.span.task_header = first_argument(ctx);
	st->poll.span.task_word = 0;
	life_poll(st, st->poll.span.task_header, bpf_get_current_pid_tgid() >> 32,
		  st->poll.span.start_max_ns);
	barrier();
	st->poll.entering = false;
	return 0;
}

/* Of what is called for every task: see struct hud_plan_task_hook. */
static __always_inline struct thread_state *hook_thread(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	stay_on_own_stack(ctx, task);
	entry_count();
	return following ? thread_find(task) : NULL;
}

static __always_inline void task_spawn(struct thread_state *st, __u64 header)
{
	struct poll_key key;
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!st)
		return;
	identity_read(bpf_get_current_task_btf(), NULL, st, tgid, &key);
	life_spawn(st, header, tgid, key.task);
}

SEC("uprobe")
int task_spawned(struct pt_regs *ctx)
{
	task_spawn(hook_thread(ctx), first_argument(ctx));
	return 0;
}

SEC("uprobe")
int task_bound(struct pt_regs *ctx)
{
	task_spawn(hook_thread(ctx), second_argument(ctx));
	return 0;
}

/*
 * Every task that becomes ready comes through here, new ones too. Where no other function sees new
 * ones, they are what is not followed and was neither woken, nor polled, nor cancelled.
 */
SEC("uprobe")
int task_scheduled(struct pt_regs *ctx)
{
	struct thread_state *st = hook_thread(ctx);
	__u64 header = second_argument(ctx);

	if (st && st->woken_header != header &&
	    life_may_be_new(st, header, bpf_get_current_pid_tgid() >> 32))
		task_spawn(st, header);
	return 0;
}

SEC("uprobe")
int task_woken(struct pt_regs *ctx)
{
	struct thread_state *st = hook_thread(ctx);

	if (st)
		life_wake(st, first_argument(ctx), bpf_get_current_pid_tgid() >> 32);
	return 0;
}

SEC("uprobe")
int task_ended(struct pt_regs *ctx)
{
	struct thread_state *st = hook_thread(ctx);

	if (st)
		life_end(st, first_argument(ctx), bpf_get_current_pid_tgid() >> 32);
	return 0;
}

#endif
