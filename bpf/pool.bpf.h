/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_POOL_BPF_H
#define HUD_BPF_POOL_BPF_H

#include "bpf/identity.bpf.h"
#include "format/wire/recording.h"

/*
 * The queue of a runtime's blocking pool. Any thread that is in the runtime can read it; who adds
 * to it or takes from it is such a thread, with few exceptions, and is switched out some time
 * afterwards. So it is read at switch-outs, on average no more than twice in the threshold by each
 * thread and of each pool: some 20 reads of user memory. While all threads sleep it does not
 * change; the walk over sleepers reads it each second.
 *
 * The pool's lock is not taken: numbers of one read may be microseconds apart.
 *
 * How long tasks wait follows from witnesses: tasks that were once found last in the queue. Their
 * ids are never used again and a task is queued once, so a witness that is found in its place again
 * has been in the queue all the time, and so has every task before it.
 */

struct pool_at {
	__u64 address;
	__u32 tgid;
	__u32 reserved;
};

struct pool_read {
	__u64 since_ns; /* the task that is next has been in the queue since then, or longer */
	__u32 tasks;
	__u32 threads; /* this and the next three: HUD_NOT_KNOWN */
	__u32 idle;
	__u32 limit;
	__u32 workers;
	__u32 kind;
};

struct pool_witness {
	__u64 task;  /* its id; 0: there is none */
	__u64 index; /* its place in the ring */
	__u64 since_ns;
};

struct pool_seen {
	__u64 budget_ns; /* see pool_read_allowed() */
	__u64 sent_ns;
	__u64 claimed;              /* 1: a thread reads it now; the witnesses are of one read */
	__u64 room;                 /* of the ring when the witnesses were chosen */
	struct pool_witness oldest; /* this one as long as it is in the queue, … */
	struct pool_witness newest; /* … then this one: the last task of the read before */
	struct pool_read sent;
};

/* The two ends of the queue: indices in its ring. */
struct pool_ends {
	__u64 first;
	__u64 tasks;
	__u64 room;
};

/* What reading a pool takes; zeros at first. */
struct pool_work {
	struct pool_at at;
	struct pool_ends ends;
	struct pool_witness last;
	struct pool_read read;
	struct event_pool event;
};

/* For the walk, whose own stack has no room for one. One walk runs at a time. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pool_work);
} pool_works SEC(".maps");

/* The least recently used go first: a program may make and drop runtimes all the time. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024); /* a process has one or few */
	__type(key, struct pool_at);
	__type(value, struct pool_seen);
} pools SEC(".maps");

/* Without a queue, changes of the number of threads are sent no more often than this. */
#define POOL_QUIET_NS 100000000
/* An empty queue is sent again after this. */
#define POOL_REPEAT_NS 1000000000
/* Reads that took longer, by page faults, are of no known time. */
#define POOL_READ_NS 1000000

static __always_inline __u32 pool_count(struct task_struct *sleeper, __u64 base,
					const struct hud_plan_count *c)
{
	__u64 value = 0;

	if (!c->bytes || user_word(sleeper, &value, base + c->offset))
		return HUD_NOT_KNOWN;
	if (c->bytes == 4)
		value = (__u32)value;
	return value < HUD_NOT_KNOWN ? (__u32)value : HUD_NOT_KNOWN;
}

/* The pool of the runtime that a thread is in; 0: in none, or it cannot be read. */
static __always_inline __u64 pool_find(struct task_struct *sleeper, __u64 base,
				       const struct hud_plan_pool *plan, struct pool_read *out)
{
	for (__u32 i = 0; i < HUD_PLAN_POOL_ROOTS_MAX && i < plan->roots; i++) {
		const struct hud_plan_pool_root *root = &plan->root[i];
		__u64 variable = base + root->place, handle = 0, pool = 0;
		bool match = true;

		if (root->variant.bytes &&
		    (!tag_matches(sleeper, variable, &root->variant, &match) || !match))
			continue;
		if (user_word(sleeper, &handle, variable + root->handle) || !handle ||
		    user_word(sleeper, &pool, handle + root->pool) || !pool)
			continue;
		out->kind = root->kind;
		out->workers = pool_count(sleeper, handle, &root->workers);
		return pool;
	}
	return 0;
}

static __always_inline bool pool_ends_read(struct task_struct *sleeper, __u64 queue,
					   const struct hud_plan_pool *plan, struct pool_ends *out)
{
	__u64 end = 0;

	if (user_word(sleeper, &out->first, queue + plan->queue_first) ||
	    user_word(sleeper, &end, queue + plan->queue_end) ||
	    user_word(sleeper, &out->room, queue + plan->queue_room))
		return false;
	out->tasks =
		plan->queue_kind == HUD_QUEUE_WRAPPED ? (end - out->first) & (out->room - 1) : end;
	return out->tasks <= out->room;
}

/* The runtime's id of the task at an index of the ring; 0: it cannot be read. */
static __always_inline __u64 pool_task_id(struct task_struct *sleeper, const struct identity *id,
					  __u64 items, __u64 index)
{
	__u64 header = 0, vtable = 0, offset = 0, task = 0;

	if (user_word(sleeper, &header, items + index * id->pool.item_bytes + id->pool.item_task) ||
	    user_word(sleeper, &vtable, header + id->task_vtable) ||
	    user_word(sleeper, &offset, vtable + id->task_id) ||
	    user_word(sleeper, &task, header + offset))
		return 0;
	return task;
}

/* How far an index is behind the front of the queue. */
static __always_inline __u64 pool_distance(const struct pool_ends *ends, __u64 index)
{
	return index >= ends->first ? index - ends->first : index + ends->room - ends->first;
}

static __always_inline bool pool_has(struct task_struct *sleeper, const struct identity *id,
				     __u64 items, const struct pool_ends *ends,
				     const struct pool_witness *w)
{
	return w->task && pool_distance(ends, w->index) < ends->tasks &&
	       pool_task_id(sleeper, id, items, w->index) == w->task;
}

/* Since when the task at the front has waited, at least; 0: not known. Chooses new witnesses. */
static __always_inline void pool_wait_read(struct task_struct *sleeper, const struct identity *id,
					   __u64 queue, struct pool_seen *seen, struct pool_work *w,
					   __u64 now)
{
	const struct pool_ends *ends = &w->ends;
	struct pool_witness *last = &w->last;
	bool old_stays = false, new_stays = false;
	__u64 items = 0;

	if (ends->tasks && id->pool.item_bytes && id->flags & HUD_IDENTITY_HEADER &&
	    !user_word(sleeper, &items, queue + id->pool.queue_items)) {
		last->index = ends->first + ends->tasks - 1;
		if (last->index >= ends->room)
			last->index -= ends->room;
		last->task = pool_task_id(sleeper, id, items, last->index);
		if (ends->room == seen->room) { /* a ring that grew has them in other places */
			old_stays = pool_has(sleeper, id, items, ends, &seen->oldest);
			new_stays = pool_has(sleeper, id, items, ends, &seen->newest);
		}
	}
	last->since_ns = now;
	seen->room = ends->room;
	if (!old_stays)
		seen->oldest = new_stays ? seen->newest : *last;
	seen->newest = *last;
	w->read.since_ns = seen->oldest.task ? seen->oldest.since_ns : 0;
}

#define POOL_READS 8

/*
 * May a pool be read again? Twice in the threshold over time, some of these at once: what happens
 * to a queue comes in bursts, after which all threads may sleep. `budget_ns`: the time up to which
 * reads are accounted for (a token bucket).
 */
static __always_inline bool pool_read_allowed(__u64 *budget_ns, __u64 now)
{
	__u64 gap = threshold_ns / 2, budget = *budget_ns;

	if (budget + POOL_READS * gap < now)
		budget = now - POOL_READS * gap;
	if (budget + gap > now)
		return false;
	*budget_ns = budget + gap;
	return true;
}

/* The pool's entry in the map, if it is to be read now, and by this thread. */
static __always_inline struct pool_seen *pool_claim(const struct pool_at *at, __u64 now)
{
	struct pool_seen *seen = bpf_map_lookup_elem(&pools, at);

	if (!seen) {
		static const struct pool_seen none;

		bpf_map_update_elem(&pools, at, &none, BPF_NOEXIST);
		seen = bpf_map_lookup_elem(&pools, at);
	}
	if (!seen || __sync_val_compare_and_swap(&seen->claimed, 0, 1))
		return NULL;
	if (pool_read_allowed(&seen->budget_ns, now))
		return seen;
	seen->claimed = 0;
	return NULL;
}

static __always_inline bool pool_worth_sending(const struct pool_seen *seen,
					       const struct pool_read *r, __u64 now)
{
	const struct pool_read *sent = &seen->sent;
	bool changed = r->threads != sent->threads || r->idle != sent->idle;
	__u64 quiet = now - seen->sent_ns;

	return !seen->sent_ns || r->tasks || sent->tasks || quiet >= POOL_REPEAT_NS ||
	       (changed && quiet >= POOL_QUIET_NS);
}

static __always_inline void pool_send(struct pool_seen *seen, struct pool_work *w, __u32 tid,
				      __u64 now)
{
	const struct pool_read *r = &w->read;
	struct event_pool *e = &w->event;

	if (!pool_worth_sending(seen, r, now))
		return;
	seen->sent = *r;
	seen->sent_ns = now;
	event_begin(&e->head, EVENT_POOL, w->at.tgid, tid, now);
	e->pool = w->at.address;
	e->since_ns = r->since_ns;
	e->tasks = r->tasks;
	e->threads = r->threads;
	e->idle = r->idle;
	e->limit = r->limit;
	e->workers = r->workers;
	e->kind = r->kind;
	event_send(e, sizeof(*e));
}

/* Reads the pool at `w->at`. False: it cannot be read, or has another kind of queue. */
static __always_inline bool pool_figures_read(struct task_struct *sleeper,
					      const struct hud_plan_pool *plan, struct pool_work *w)
{
	__u64 pool = w->at.address;
	struct pool_read *r = &w->read;
	bool match = true;

	if (plan->variant.bytes && (!tag_matches(sleeper, pool, &plan->variant, &match) || !match))
		return false;
	if (!pool_ends_read(sleeper, pool + plan->queue, plan, &w->ends))
		return false;
	r->tasks = w->ends.tasks < READY_MAX ? (__u32)w->ends.tasks : READY_MAX;
	r->threads = pool_count(sleeper, pool, &plan->threads);
	r->idle = pool_count(sleeper, pool, &plan->idle);
	r->limit = pool_count(sleeper, pool, &plan->limit);
	return true;
}

/* Returns the address of the pool, whether its queue was read or not; 0: the thread has none. */
static __always_inline __u64 pool_read(struct task_struct *sleeper, __u64 base,
				       const struct identity *id, struct pool_work *w, __u32 tid)
{
	__u64 now = bpf_ktime_get_ns();
	struct pool_seen *seen;

	w->at.address = pool_find(sleeper, base, &id->pool, &w->read);
	seen = w->at.address ? pool_claim(&w->at, now) : NULL;
	if (!seen)
		return w->at.address;
	if (pool_figures_read(sleeper, &id->pool, w) && bpf_ktime_get_ns() - now < POOL_READ_NS) {
		pool_wait_read(sleeper, id, w->at.address + id->pool.queue, seen, w, now);
		pool_send(seen, w, tid, now);
	}
	seen->claimed = 0;
	return w->at.address;
}

/* pool_read() for current. Global to the verifier: see where_read_current(). */
__noinline __u64 pool_read_current(__u64 base, const struct identity *id)
{
	__u64 pid = bpf_get_current_pid_tgid();
	struct pool_work w = {.at = {.tgid = pid >> 32}};

	return id ? pool_read(NULL, base, id, &w, (__u32)pid) : 0;
}

static __always_inline __u64 pool_read_sleeper(struct task_struct *sleeper, __u64 base,
					       const struct identity *id)
{
	__u32 zero = 0;
	struct pool_work *w = bpf_map_lookup_elem(&pool_works, &zero);

	if (!w)
		return 0;
	__builtin_memset(w, 0, sizeof(*w));
	w->at.tgid = sleeper->tgid;
	return pool_read(sleeper, base, id, w, sleeper->pid);
}

static __always_inline void runtime_send(const struct task_struct *task, __u64 pool, __u64 now)
{
	struct event_runtime e = {.pool = pool};

	event_begin(&e.head, EVENT_RUNTIME, task->tgid, task->pid, now);
	event_send(&e, sizeof(e));
}

/* As the thread, or in the walk (`sleeper`): reads the pool of the runtime that it is in. */
static __always_inline void pool_read_of_thread(struct task_struct *task,
						struct task_struct *sleeper,
						struct thread_state *st, __u64 now)
{
	struct identity *id;
	__u64 base, pool;

	if (!pool_read_allowed(&st->pool_budget_ns, now))
		return;
	id = identity_find(st, task->tgid);
	base = thread_pointer(task);
	if (!id || !id->pool.roots || !base)
		return;
	pool = sleeper ? pool_read_sleeper(sleeper, base, id) : pool_read_current(base, id);
	if (!pool || pool == st->pool)
		return;
	st->pool = pool;
	runtime_send(task, pool, now);
}

#endif
