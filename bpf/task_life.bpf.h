/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_TASK_LIFE_BPF_H
#define HUD_BPF_TASK_LIFE_BPF_H

#include "bpf/identity.bpf.h"

/*
 * How long each task was polled, ready, or awaited something (--polls): its phase changes where
 * probes see it spawned, woken, polled and ended. Any thread may change it, and two may at once: a
 * change is one compare-and-swap of the word that has the phase and since when. Who succeeds
 * charges the time; so the phases of a task add up to its life.
 */

#define LIFE_TRIES 4         /* to change a word that others change too */
#define LIVES_PER_WINDOW 100 /* of one thread's tasks that end have an event of their own */

/* hud-record sets both sizes. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct task_key);
	__type(value, struct task_life);
} lives SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, struct poll_site);
	__type(value, struct task_sum);
} task_sums SEC(".maps");

static __always_inline struct task_sum *task_sum_of(__u64 site, __u32 tgid)
{
	struct poll_site key = {.address = site, .tgid = tgid};
	struct task_sum *sum = bpf_map_lookup_elem(&task_sums, &key);
	static const struct task_sum none;

	if (sum)
		return sum;
	bpf_map_update_elem(&task_sums, &key, &none, BPF_NOEXIST);
	sum = bpf_map_lookup_elem(&task_sums, &key); /* another CPU's, if not ours */
	if (!sum)
		loss_count(COUNT_POLL_SITE);
	return sum;
}

/* Changes the phase at `now`, unless the word is no longer `old`; charges the time since then. */
static __always_inline bool life_turn(struct task_life *l, __u64 old, __u64 phase, __u64 now)
{
	__u64 since = old >> LIFE_SINCE_SHIFT, before = old & LIFE_PHASE_MASK;

	if (now < since)
		now = since;
	if (__sync_val_compare_and_swap(&l->word, old, phase | now << LIFE_SINCE_SHIFT) != old)
		return false;
	__sync_fetch_and_add(&l->ns[before & LIFE_PHASE_MASK], now - since);
	if (before == LIFE_READY && phase == LIFE_POLLED) {
		l->readies++;
		if (now - since > l->ready_max_ns)
			l->ready_max_ns = now - since;
	}
	return true;
}

/* Atomic: another thread on this CPU may have been preempted while it added. */
static __always_inline void sum_add(__u64 *sum, __u64 more)
{
	__sync_fetch_and_add(sum, more);
}

/* Its life has ended. `seen`: just now; else it may have been any time since it was seen last. */
static __always_inline void life_sum(const struct task_life *l, struct task_sum *sum, bool seen)
{
	bool whole = seen && l->flags & LIFE_SPAWN_SEEN;

	sum_add(&sum->ended, 1);
	sum_add(&sum->polls, l->polls);
	sum_add(&sum->readies, l->readies);
	for (int i = 0; i < LIFE_PHASES; i++) {
		sum_add(&sum->ns[i], l->ns[i]);
		if (whole)
			sum_add(&sum->lived_ns, l->ns[i]);
	}
	sum_add(&sum->lived, whole);
	if (l->ready_max_ns > sum->ready_max_ns)
		sum->ready_max_ns = l->ready_max_ns;
}

/* Follows a task from `now` on, in `phase`. NULL: there is no room, or it cannot be read. */
static __always_inline struct task_life *life_begin(const struct identity *id,
						    const struct task_key *key, __u64 phase,
						    __u32 flags, __u64 now)
{
	static const struct task_life none;
	__u64 vtable = 0, site = 0, offset = 0, task = 0;
	struct task_life *l;
	struct task_sum *sum;

	if (!(id->flags & HUD_IDENTITY_HEADER) ||
	    user_word(NULL, &vtable, key->header + id->task_vtable) ||
	    user_word(NULL, &site, vtable) || user_word(NULL, &offset, vtable + id->task_id) ||
	    user_word(NULL, &task, key->header + offset))
		return NULL;
	sum = task_sum_of(site, key->tgid);
	if (!sum)
		return NULL;
	bpf_map_update_elem(&lives, key, &none, BPF_NOEXIST);
	l = bpf_map_lookup_elem(&lives, key);
	if (!l) {
		if (!(flags & LIFE_SPAWN_SEEN))
			sum_add(&sum->unfollowed, 1);
		return NULL;
	}
	sum_add(flags & LIFE_SPAWN_SEEN ? &sum->spawned : &sum->found, 1);
	l->task = task;
	l->id_place = key->header + offset;
	l->site = site;
	l->start_ns = now;
	l->flags = flags;
	l->word = phase | now << LIFE_SINCE_SHIFT;
	return l;
}

/*
 * The life of the task in this place, which may be in the making (word 0); if it was that of
 * another task, that one has ended unseen.
 */
static __always_inline struct task_life *life_find(const struct task_key *key)
{
	struct task_life *l = bpf_map_lookup_elem(&lives, key);
	struct task_sum *sum;
	__u64 task = 0;

	if (!l || !l->word || (!user_word(NULL, &task, l->id_place) && task == l->task))
		return l;
	l->ns[LIFE_UNKNOWN] += bpf_ktime_get_ns() - (l->word >> LIFE_SINCE_SHIFT);
	sum = task_sum_of(l->site, key->tgid);
	if (sum)
		life_sum(l, sum, false);
	bpf_map_delete_elem(&lives, key);
	return NULL;
}

/* The functions below are global to the verifier: it checks each once. */

__noinline int life_spawn(struct thread_state *st, __u64 header, __u32 tgid, __u64 parent)
{
	struct task_key key = {.header = header, .tgid = tgid};
	struct identity *id;
	struct task_life *l;

	if (!st)
		return 0;
	id = identity_find(st, tgid);
	if (!id || life_find(&key))
		return 0;
	l = life_begin(id, &key, LIFE_READY, LIFE_SPAWN_SEEN, bpf_ktime_get_ns());
	if (l)
		l->parent = parent;
	return 0;
}

/* Is the task in this place not followed, and not cancelled: that would make it ready too? */
__noinline int life_may_be_new(struct thread_state *st, __u64 header, __u32 tgid)
{
	struct task_key key = {.header = header, .tgid = tgid};
	struct identity *id;
	__u64 state = 0;

	if (!st)
		return 0;
	id = identity_find(st, tgid);
	return id && id->task_cancelled && !life_find(&key) &&
	       !user_word(NULL, &state, header + id->task_state) && !(state & id->task_cancelled);
}

/* A poll begins at `now`. 0: one whose end will not be seen. */
__noinline int life_poll(struct thread_state *st, __u64 header, __u32 tgid, __u64 now)
{
	struct task_key key = {.header = header, .tgid = tgid};
	__u64 phase = now ? LIFE_POLLED : LIFE_UNKNOWN, at = now ? now : bpf_ktime_get_ns();
	struct identity *id;
	struct task_life *l;
	bool turned = false;

	if (!st || !following)
		return 0;
	id = identity_find(st, tgid);
	if (!id)
		return 0;
	l = life_find(&key);
	if (!l) {
		l = life_begin(id, &key, phase, 0, at);
		turned = l != NULL;
	}
	for (int i = 0; l && !turned && i < LIFE_TRIES; i++) {
		__u64 old = l->word;

		/* Nothing that woke it was seen: it was ready for a part of that time. */
		if ((old & LIFE_PHASE_MASK) != LIFE_READY)
			old = __sync_val_compare_and_swap(&l->word, old, old | LIFE_UNKNOWN) == old
				      ? old | LIFE_UNKNOWN
				      : l->word;
		turned = life_turn(l, old, phase, at);
	}
	if (!l)
		st->woken_header = header;
	if (!l || !turned)
		return 0;
	l->polls++;
	if (now)
		st->poll.span.task_word = phase | at << LIFE_SINCE_SHIFT;
	return 0;
}

/* The poll that began with `word` has ended: seen when the thread did something else. */
__noinline int life_poll_end(__u64 header, __u64 word, __u32 tgid, __u64 end)
{
	struct task_key key = {.header = header, .tgid = tgid};
	struct task_life *l = bpf_map_lookup_elem(&lives, &key);

	for (int i = 0; l && i < LIFE_TRIES; i++) {
		__u64 old = l->word;

		if ((old & ~(__u64)LIFE_WOKEN) != word ||
		    life_turn(l, old, old & LIFE_WOKEN ? LIFE_READY : LIFE_AWAITS, end))
			break;
	}
	return 0;
}

/* Does a thread poll the task? Its poll may have ended, and the thread not been seen since. */
static __always_inline bool is_polled(const struct identity *id, __u64 header)
{
	__u64 state = 0;

	return !id->task_running || user_word(NULL, &state, header + id->task_state) ||
	       state & id->task_running;
}

/* A task that is woken while it is polled is ready when that poll ends. */
__noinline int life_wake(struct thread_state *st, __u64 header, __u32 tgid)
{
	struct task_key key = {.header = header, .tgid = tgid};
	struct task_life *l = bpf_map_lookup_elem(&lives, &key);
	__u64 now = bpf_ktime_get_ns();
	struct identity *id;

	if (st && !l)
		st->woken_header = header;
	if (!st || !l || !l->word)
		return 0;
	id = identity_find(st, tgid);
	for (int i = 0; id && i < LIFE_TRIES; i++) {
		__u64 old = l->word, phase = old & LIFE_PHASE_MASK;

		if (phase == LIFE_READY || old & LIFE_WOKEN)
			break;
		if (phase == LIFE_AWAITS || !is_polled(id, header)) {
			if (life_turn(l, old, LIFE_READY, now))
				break;
		} else if (phase == LIFE_UNKNOWN ||
			   __sync_val_compare_and_swap(&l->word, old, old | LIFE_WOKEN) == old) {
			break;
		}
	}
	return 0;
}

/* Tasks that lived for long have an event of their own, at most so many of a thread. */
static __always_inline bool life_send(struct thread_state *st, const struct task_life *l,
				      __u32 tgid, __u64 now)
{
	struct event_task *e;

	if (now - l->start_ns < threshold_ns)
		return false;
	if (now - st->lives_start_ns >= window_ns) {
		st->lives_start_ns = now;
		st->lives = 0;
	}
	if (st->lives >= LIVES_PER_WINDOW)
		return false;
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		loss_count(COUNT_RING_FULL);
		return false;
	}
	st->lives++;
	event_begin(&e->head, EVENT_TASK, tgid, (__u32)bpf_get_current_pid_tgid(), now);
	e->life = *l;
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return true;
}

__noinline int life_end(struct thread_state *st, __u64 header, __u32 tgid)
{
	struct task_key key = {.header = header, .tgid = tgid};
	struct task_life *l = bpf_map_lookup_elem(&lives, &key);
	__u64 now = bpf_ktime_get_ns();
	struct task_sum *sum;

	if (!st || !l || !l->word)
		return 0;
	for (int i = 0; i < LIFE_TRIES; i++)
		if (life_turn(l, l->word, LIFE_UNKNOWN, now))
			break;
	sum = task_sum_of(l->site, tgid);
	if (sum) {
		life_sum(l, sum, true);
		sum_add(&sum->sent, life_send(st, l, tgid, now));
	}
	bpf_map_delete_elem(&lives, &key);
	return 0;
}

#endif
