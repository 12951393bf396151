/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_POLLS_BPF_H
#define HUD_BPF_POLLS_BPF_H

#include "bpf/queue.bpf.h"
#include "bpf/task_life.bpf.h"
#include "format/wire/events.h"

/*
 * Finds long polls: is a thread, from one observation of the runtime's state to the next, still in
 * the same poll? Runs at switch-outs and samples, as the thread itself; nothing else touches its
 * struct poll_watch at the same time. A dozen instructions while a poll goes on.
 *
 * A poll is identified by (core, tick, task). The scheduler counts a tick for each round of its
 * loop, but one round may poll several tasks out of the LIFO slot. Two tasks that wake each other
 * can stay in one round for long, and every observation may find the same one of them. So a long
 * poll is kept until its round or the window ends, and marked if a task was polled twice in the
 * round.
 */

/*
 * `wait`: NULL where what followed the poll was not observed. Not inlined, so that the event is on
 * a stack frame of its own: with it, the programs' stacks would exceed 512 bytes.
 */
__noinline int poll_span_send(const struct poll_span *span, const struct poll_queue_wait *wait,
			      __u32 tgid, __u32 tid)
{
	struct event_poll e = {};

	if (!span)
		return 0;
	event_begin(&e.head, EVENT_POLL, tgid, tid, span->end_max_ns);
	e.start_min_ns = span->start_min_ns;
	e.start_max_ns = span->start_max_ns;
	e.end_min_ns = span->end_min_ns;
	e.task = span->task == POLLED_NONE ? 0 : span->task;
	e.sleep_ns = span->sleep_ns;
	e.run_queue_ns = span->run_queue_ns;
	e.site = span->site;
	e.poll_flags = span->flags;
	e.scheduler = span->scheduler;
	e.samples = span->samples;
	e.ready_samples = span->ready_samples;
	e.ready_sum = span->ready_sum;
	e.ready_max = span->ready_max;
	e.trusted = span->trusted;
	if (wait) {
		e.queued = wait->queued;
		e.queued_since_ns = wait->queued_since_ns;
		e.next_sum_ns = wait->next_sum_ns;
		e.next_max_ns = wait->next_max_ns;
		e.left_queued = wait->left;
		e.next_polls = wait->next_polls;
	}
	event_send(&e, sizeof(e));
	return 0;
}

/* Writes the kept poll, if there is one. */
static __always_inline void poll_flush(struct poll_watch *p, __u32 tgid, __u32 tid)
{
	if (!p->kept.start_max_ns)
		return;
	poll_span_send(&p->kept, &p->queue_wait, tgid, tid);
	p->kept.start_max_ns = 0;
	p->queue_wait.to_follow = 0;
}

static __always_inline bool poll_is_long(const struct poll_span *span)
{
	return span->start_max_ns && span->end_min_ns - span->start_max_ns >= threshold_ns;
}

/* Since when it is in its current poll, at the latest; 0: it is in none, or that is not known. */
static __always_inline __u64 poll_since(const struct poll_watch *p)
{
	return p->unread ? 0 : p->span.start_max_ns;
}

/*
 * The state could not be read: a page is absent for a moment, by NUMA balancing or swap. The
 * current poll may go on or not, as the next reading shows; until that nothing is said of it. As
 * that thread itself.
 */
static __always_inline void poll_unread(struct poll_watch *p)
{
	if (p->span.start_max_ns && !(bpf_get_current_task_btf()->flags & PF_EXITING))
		loss_count(COUNT_STATE_UNREAD);
	if (!p->unread)
		p->unread = 1 + p->key.where;
	p->key.where = HUD_WHERE_UNKNOWN;
}

/* It can be read again. */
static __always_inline void poll_reread(struct poll_watch *p)
{
	if (p->unread)
		p->key.where = p->unread - 1;
	p->unread = 0;
}

/* Charges the poll, which went on meanwhile, with what it was off the CPU while unread. */
static __always_inline void poll_unread_charge(struct poll_watch *p)
{
	p->span.sleep_ns += p->unread_sleep_ns;
	p->span.run_queue_ns += p->unread_run_queue_ns;
}

/* Durations of the polls whose beginning a probe saw, by the function that polls. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1); /* hud-record sets it */
	__type(key, struct poll_site);
	__type(value, struct poll_histogram);
} histograms SEC(".maps");

static __always_inline __u32 log2_of(__u64 value)
{
	__u32 log = 0;

	for (__u32 step = 32; step; step /= 2) {
		if (value >> step) {
			value >>= step;
			log += step;
		}
	}
	return log;
}

/* See HISTOGRAM_BUCKETS. */
static __always_inline __u32 bucket_of(__u64 ns)
{
	__u32 log = log2_of(ns), bucket;

	if (log < HISTOGRAM_LOG_MIN)
		return 0;
	bucket = 1 + (log - HISTOGRAM_LOG_MIN) * 4 + ((ns >> (log - 2)) & 3);
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* Not inlined: the verifier checks it once, not on every path of every caller. */
__noinline int histogram_add(__u64 address, __u32 tgid, __u64 ns)
{
	struct poll_site key = {.address = address, .tgid = tgid};
	struct poll_histogram *h = bpf_map_lookup_elem(&histograms, &key);

	if (!h) {
		static const struct poll_histogram none;

		bpf_map_update_elem(&histograms, &key, &none, BPF_NOEXIST);
		h = bpf_map_lookup_elem(&histograms, &key); /* another CPU's, if not ours */
		if (!h) {
			loss_count(COUNT_POLL_SITE);
			return 0;
		}
	}
	/* Atomic: another thread on this CPU may have been preempted while it added. */
	__sync_fetch_and_add(&h->polls, 1);
	__sync_fetch_and_add(&h->total_ns, ns);
	if (ns > h->max_ns)
		h->max_ns = ns;
	__sync_fetch_and_add(&h->bucket[bucket_of(ns) & (HISTOGRAM_BUCKETS - 1)], 1);
	return 0;
}

static __always_inline void poll_count(const struct poll_span *span, const struct poll_key *next,
				       __u32 tgid, __u64 now)
{
	bool to_now = span->flags & HUD_POLL_END_EXACT || next->where == HUD_WHERE_PARK;
	__u64 end = to_now ? now : span->end_min_ns;

	if (!(span->flags & HUD_POLL_UPPER_BOUND)) /* else how long it was is not known */
		histogram_add(span->site, tgid, end - span->start_max_ns);
	if (span->task_header)
		life_poll_end(span->task_header, span->task_word, tgid, end);
}

/* Time of the poll as far as it was observed, less sleep and waiting for a CPU. */
static __always_inline __u64 poll_ran_ns(const struct poll_span *span)
{
	__u64 lasted = span->end_min_ns - span->start_max_ns;
	__u64 off = span->sleep_ns + span->run_queue_ns;

	return lasted > off ? lasted - off : 0;
}

static __always_inline void poll_stolen_add(struct poll_span *span, __u64 stolen)
{
	__u64 room = poll_ran_ns(span);

	span->run_queue_ns += stolen < room ? stolen : room;
}

/*
 * Adds the time stolen since the last observation to the poll's waiting. If the poll has ended in
 * between, it may have been stolen after that: a poll is rather shown too short than too long.
 */
static __always_inline void poll_stolen(struct poll_watch *p)
{
	poll_stolen_add(&p->span, p->stolen_ns - p->span.stolen_ns);
	p->span.stolen_ns = p->stolen_ns;
}

/* The current poll has ended: `next` was observed at `now`. True: it was long, and is kept. */
static __always_inline bool poll_end(struct poll_watch *p, const struct poll_key *next, __u32 tgid,
				     __u32 tid, __u64 now)
{
	struct poll_span *span = &p->span;
	bool kept = false;

	poll_stolen(p);
	/* No probe sees the root future: what slept may have been that, polled after the task. */
	if (span->flags & HUD_POLL_EXACT && p->key.root_alike && span->sleep_ns)
		span->flags = (span->flags | HUD_POLL_UPPER_BOUND) & ~HUD_POLL_END_EXACT;
	if (span->flags & HUD_POLL_EXACT)
		poll_count(span, next, tgid, now);
	/* Seen only by probes, never observed: it may not have held its core throughout. */
	if (poll_is_long(span) && !(span->flags & HUD_POLL_EXACT && span->task == POLLED_NONE)) {
		span->end_max_ns = now;
		if (next->where == HUD_WHERE_PARK && next->tick - p->tick <= 1 &&
		    !(next->trusted & KEY_NO_TICK))
			span->flags |= HUD_POLL_END_AT_MAX;
		poll_flush(p, tgid, tid);
		p->kept = *span;
		p->queue_wait = (struct poll_queue_wait) {};
		if (p->repolled)
			p->kept.flags |= HUD_POLL_UPPER_BOUND;
		/* A worker parks only when its queue is empty: what followed is known. */
		if (span->flags & HUD_POLL_EXACT && span->flags & HUD_POLL_END_AT_MAX)
			p->kept.flags |= HUD_POLL_FOLLOWED;
		kept = true;
	}
	span->start_max_ns = 0;
	return kept;
}

/*
 * Notes that `key`'s task is polled. True if it is the first task of this round of the scheduler's
 * loop that is polled again after another one.
 */
static __always_inline bool round_note(struct poll_watch *p, const struct poll_key *key, __u32 tgid,
				       __u32 tid)
{
	bool again, first;

	if (key->core != p->core || key->tick != p->tick) {
		poll_flush(p, tgid, tid);
		p->core = key->core;
		p->tick = key->tick;
		p->repolled = false;
		p->polled[0] = p->polled[1] = POLLED_NONE;
	}
	/* The same task as before: it goes on after block_in_place. */
	if (p->polled[0] == key->task)
		return false;
	again = p->polled[1] == key->task;
	p->polled[1] = p->polled[0];
	p->polled[0] = key->task;
	if (!again)
		return false;
	first = !p->repolled;
	p->repolled = true;
	if (p->kept.start_max_ns)
		p->kept.flags |= HUD_POLL_UPPER_BOUND;
	return first;
}

/*
 * A task was polled twice in a round. Every such round is reported, long or not: where observations
 * happen to find the same task of a pair all the time, it is the other rounds that show that its
 * long polls may be several. The span is from the last observation, of another task, to this one.
 */
static __always_inline void repolled_send(struct poll_watch *p, const struct poll_key *key,
					  __u32 tgid, __u32 tid, __u64 now)
{
	p->span = (struct poll_span) {
		.start_min_ns = p->observed_ns,
		.start_max_ns = p->observed_ns,
		.end_min_ns = p->observed_ns,
		.end_max_ns = now,
		.task = key->task,
		.flags = HUD_POLL_UPPER_BOUND,
		.scheduler = key->scheduler + 1,
		.trusted = key->trusted,
	};
	poll_span_send(&p->span, NULL, tgid, tid);
}

static __always_inline void poll_begin(struct poll_watch *p, const struct poll_key *key, __u32 tgid,
				       __u32 tid, __u64 now)
{
	struct poll_span *span = &p->span;
	bool after_park = p->key.where == HUD_WHERE_PARK && key->tick - p->key.tick <= 1;
	__u32 flags = after_park && p->observed_ns ? HUD_POLL_START_AT_MIN : 0;

	if (key->trusted & KEY_NO_TICK) {
		flags = HUD_POLL_UPPER_BOUND;
		poll_flush(p, tgid, tid);
		p->core = key->core;
		p->tick = key->tick; /* which a layout before this one may have had */
	} else if (round_note(p, key, tgid, tid)) {
		repolled_send(p, key, tgid, tid, now);
	}
	p->queued.tasks = 0;
	*span = (struct poll_span) {
		/* Where its state was not known before, it may have begun at any time. */
		.start_min_ns = p->key.where == HUD_WHERE_UNKNOWN ? 0 : p->observed_ns,
		.start_max_ns = now,
		.end_min_ns = now,
		.task = key->task,
		.stolen_ns = p->stolen_ns,
		.flags = flags,
		.scheduler = key->scheduler + 1,
		.trusted = key->trusted,
	};
}

static __always_inline void sample_gap_note(struct thread_state *st, __u64 now)
{
	__u64 before = st->poll.observed_ns;

	if (before && now > before && now - before > st->sample_gap_ns)
		st->sample_gap_ns = now - before;
}

/*
 * The first observation in a poll whose beginning a probe saw: it adds the task. Once the probes
 * are detached this may be a later poll of the same round, out of the LIFO slot: its beginning was
 * not seen then.
 */
static __always_inline void exact_poll_identify(struct poll_watch *p, const struct poll_key *key,
						__u64 now)
{
	struct poll_span *span = &p->span;

	span->task = key->task;
	p->polled[0] = key->task;
	if (probing)
		return;
	span->flags &= ~HUD_POLL_EXACT;
	span->site = 0;
	span->sleep_ns = 0;
	span->run_queue_ns = 0;
	span->start_max_ns = now;
	span->end_min_ns = now;
}

/* Is `key` of the round of a poll whose beginning a probe saw, and whose task is not known yet? */
static __always_inline bool is_nameless(const struct poll_watch *p, const struct poll_key *key)
{
	return p->span.start_max_ns && p->span.task == POLLED_NONE &&
	       key->where == HUD_WHERE_POLL && key->core == p->core && key->tick == p->tick;
}

/*
 * The runtime sets the id of a task after the probe, and the former id again when the poll is over.
 * While that one is read, the thread is just before the poll or just behind it: it is no task's.
 */
static __always_inline bool is_beside_poll(const struct poll_watch *p, const struct poll_key *key)
{
	return is_nameless(p, key) && key->has_task && key->task == p->task_before;
}

/* Is `key`, just read, of the current poll? */
static __always_inline bool poll_goes_on(const struct poll_watch *p, const struct poll_key *key)
{
	return p->span.start_max_ns && key->where == HUD_WHERE_POLL && key->task == p->span.task &&
	       key->core == p->core && key->tick == p->tick;
}

static __always_inline void poll_follow(struct poll_watch *p, const struct poll_key *key,
					__u32 tgid, __u32 tid, __u64 now)
{
	if (is_nameless(p, key))
		exact_poll_identify(p, key, now);
	if (poll_goes_on(p, key)) {
		p->span.end_min_ns = now;
		poll_unread_charge(p);
		poll_stolen(p);
		return;
	}
	if (p->span.start_max_ns)
		poll_end(p, key, tgid, tid, now);
	if (key->where == HUD_WHERE_POLL)
		poll_begin(p, key, tgid, tid, now);
	else if (key->where != HUD_WHERE_NO_CORE)
		poll_flush(p, tgid, tid);
}

/*
 * `key` was read from current at `now`: the current poll goes on, ends or begins. Global to the
 * verifier, as where_read_current() is.
 */
__noinline int poll_observe(struct thread_state *st, const struct poll_key *key, __u32 tgid,
			    __u32 tid, __u64 now)
{
	struct poll_watch *p;

	if (!st || !key)
		return 0;
	p = &st->poll;
	if (p->entering)
		return 0;
	if (is_unread(key)) {
		poll_unread(p);
		return 0;
	}
	poll_reread(p);
	sample_gap_note(st, now);
	if (!is_beside_poll(p, key))
		poll_follow(p, key, tgid, tid, now);
	p->unread_sleep_ns = p->unread_run_queue_ns = 0;
	p->key = *key;
	p->observed_ns = now;
	return 0;
}

/* A thread that is off the CPU stays in its poll: charges that time to it. */
static __always_inline void poll_off_cpu_charge(struct poll_watch *p, __u64 sleep_ns,
						__u64 run_queue_ns, __u64 now)
{
	if (p->entering) /* see poll_entered_late() */
		return;
	if (p->unread) {
		p->unread_sleep_ns += sleep_ns;
		p->unread_run_queue_ns += run_queue_ns;
		return;
	}
	p->observed_ns = now;
	if (!p->span.start_max_ns)
		return;
	p->span.sleep_ns += sleep_ns;
	p->span.run_queue_ns += run_queue_ns;
	p->span.end_min_ns = now;
}

/*
 * A thread runs, and its switch-in was not seen (switch_in_unseen()): until when it certainly had
 * no CPU. Since it was switched out it ran no longer than the scheduler has charged it, and that
 * count may lack the time since the last tick.
 */
static __always_inline __u64 unseen_off_cpu_end(struct task_struct *task,
						const struct thread_state *st, __u64 now)
{
	__u64 ran = task->se.sum_exec_runtime - st->out_exec_ns + sample_period_ns;

	return ran < now - st->out_ns ? now - ran : st->out_ns;
}

/* Until when it certainly slept; a preempted thread did not sleep. */
static __always_inline __u64 unseen_wakeup(struct task_struct *task, const struct thread_state *st,
					   __u64 now)
{
	if (st->phase != PHASE_SLEEPING)
		return st->out_ns;
	if (st->wakeup_ns > st->out_ns && st->wakeup_ns < now)
		return st->wakeup_ns;
	return unseen_off_cpu_end(task, st, now);
}

/* Has the current poll lasted so long that its sleeps and samples get stacks? */
static __always_inline bool poll_worth_stacks(const struct poll_watch *p, __u64 now)
{
	return poll_since(p) && now - poll_since(p) >= watch_ns;
}

/* One more reading of the worker's run queue during the poll. */
static __always_inline void ready_add(struct poll_span *span, const struct queue_state *q)
{
	__u32 ready = q->ready + q->next;

	span->ready_samples++;
	span->ready_sum += ready;
	if (ready > span->ready_max)
		span->ready_max = ready;
}

/*
 * Reads the worker's run queue during the current poll. The tasks in it have been queued since
 * `since_ns` or longer. Those of the first reading that finds any are remembered: they wait
 * longest. Returns the function that polls the task in the LIFO slot; 0: none, or not known.
 */
static __always_inline __u64 ready_note(struct thread_state *st, __u64 since_ns)
{
	struct poll_watch *p = &st->poll;
	struct poll_span *span = &p->span;
	struct queue_state q = {};

	if (!queue_read(st->identity, p->key.scheduler, p->key.core, &q))
		return 0;
	if (!p->queued.tasks && q.ready)
		p->queued = (struct poll_queue) {
			.since_ns = since_ns,
			.tasks = q.ready,
			.ring = q.ring,
			.tail = q.tail,
		};
	ready_add(span, &q);
	return q.next_poll;
}

static __always_inline void where_fill(struct event_where *out, const struct poll_key *key,
				       const struct poll_span *span)
{
	*out = (struct event_where) {
		.poll_ns = span->start_max_ns,
		.task = span->start_max_ns && span->task != POLLED_NONE ? span->task : 0,
		.where = key->where,
		.trusted = key->trusted,
	};
}

/* The same of a thread as it was last observed. */
static __always_inline void where_now(struct event_where *out, const struct poll_watch *p)
{
	where_fill(out, &p->key, &p->span);
	if (p->unread)
		out->poll_ns = out->task = 0;
}

#endif
