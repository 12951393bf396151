/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_IDENTITY_BPF_H
#define HUD_BPF_IDENTITY_BPF_H

#include "bpf/calls.bpf.h"
#include "bpf/identity_tables.h"
#include "bpf/state.bpf.h"
#include "bpf/thread_pointer.bpf.h"
#include "bpf/user_memory.bpf.h"
#include "format/wire/events.h"

/*
 * What the runtime does on a thread, read from the thread's own memory. A worker is in a poll if
 * and only if its scheduler's context holds the core and the core holds its parker: Tokio puts the
 * core into the context before a poll and takes it out after it, and a park takes the parker out of
 * the core (runtime/scheduler/multi_thread/worker.rs, current_thread/mod.rs). Costs three to five
 * reads of some 90 ns each, more than everything else that is done at a switch.
 */

/* From a tgid to its identities. 8192: as `targets`. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct identity_list);
} identities_of SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IDENTITIES_MAX);
	__type(key, __u32);
	__type(value, struct identity);
} identities SEC(".maps");

__u32 identity_version = 1; /* hud-record increments it when identities_of has changed */

/* Of each learned identity: parks and polls that it denies. */
__u64 contradictions[IDENTITIES_MAX];

/*
 * A thread that is about to sleep, with what a learned identity says of it. Only the runtime's
 * driver waits in epoll, parked. Any other call proves nothing: where a worker parks it may also
 * run the user's code, a waker or a callback.
 */
static __always_inline void sleep_check(const struct thread_state *st, const struct poll_key *key,
					__s32 call)
{
	__u32 index = st->identity;

	if (!(key->trusted & KEY_LEARNED) || index >= IDENTITIES_MAX)
		return;
	if (key->where == HUD_WHERE_POLL && call_is_epoll(call))
		__sync_fetch_and_add(&contradictions[index], 1);
}

/* Not inlined, as histogram_add(); it is rarely called. */
__noinline int identities_take(struct thread_state *st, __u32 tgid)
{
	struct identity_list *list = bpf_map_lookup_elem(&identities_of, &tgid);
	__u32 known = 0;

	if (!st)
		return 0;
	st->identity = IDENTITY_NONE;
	for (__u32 i = 0; list && i < IDENTITY_OBJECTS; i++) {
		if (list->index[i] == IDENTITY_NONE)
			continue;
		if (!known++)
			st->identity = list->index[i];
	}
	st->identities = known;
	st->identities_missing = list && list->objects > known;
	return 0;
}

/*
 * The identity of the thread's process; of several the one in whose runtime it was found last, or
 * the first. Cached in the thread; NULL: none.
 */
static __always_inline struct identity *identity_find(struct thread_state *st, __u32 tgid)
{
	__u32 version = identity_version, number;

	if (st->identity_version != version) {
		identities_take(st, tgid);
		st->identity_version = version;
	}
	number = st->identity; /* Linux 6.1 takes no key from an argument's memory */
	return number == IDENTITY_NONE ? NULL : bpf_map_lookup_elem(&identities, &number);
}

#define THREAD_BYTES 152 /* read at once; words outside of them take a read each */

/* The thread-local words of the runtime that one read gets. */
struct thread_words {
	__u64 base;  /* the thread pointer */
	__u64 first; /* address of byte[0]; 0: nothing was read */
	__u8 byte[THREAD_BYTES];
};

static __always_inline void thread_words_read(struct task_struct *sleeper, struct thread_words *w,
					      const struct identity *id)
{
	w->first = w->base + id->first;
	if (sleeper || bpf_probe_read_user(w->byte, sizeof(w->byte), (const void *)w->first))
		w->first = 0;
}

/* Like user_word(), for the word at `offset` from the thread pointer. */
static __always_inline int thread_word(struct task_struct *sleeper, const struct thread_words *w,
				       __u64 *to, __s64 offset)
{
	__u64 at = w->base + offset - w->first;

	if (at <= sizeof(w->byte) - sizeof(*to)) {
		*to = *(__u64 *)&w->byte[at];
		return 0;
	}
	return user_word(sleeper, to, w->base + offset);
}

static __always_inline bool tag_holds(const struct hud_plan_tag *tag, __u64 value)
{
	if (tag->bytes < sizeof(value))
		value &= (1ull << (8 * (tag->bytes & 7))) - 1;
	return value == tag->value;
}

static __always_inline bool tag_matches(struct task_struct *sleeper, __u64 base,
					const struct hud_plan_tag *tag, bool *matches)
{
	__u64 value = 0;

	if (user_word(sleeper, &value, base + tag->offset))
		return false;
	*matches = tag_holds(tag, value);
	return true;
}

#define CORE_SPAN_BYTES 64

/*
 * Reads the core's two words, at once where they are close together, as in multi_thread. Overwrites
 * the thread's words in `w`: the stack has no room for both.
 */
static __always_inline bool core_read(struct task_struct *sleeper, struct thread_words *w,
				      __u64 core, const struct hud_plan_scheduler *s, bool *parked,
				      __u64 *tick)
{
	bool ticks = s->tick != HUD_NO_OFFSET;
	__u32 first = s->tick < s->parked.offset ? s->tick : s->parked.offset;
	__u32 to_tick = s->tick - first, to_parked = s->parked.offset - first;

	w->first = 0;
	if (!sleeper && to_tick <= CORE_SPAN_BYTES - 8 && to_parked <= CORE_SPAN_BYTES - 8 &&
	    !bpf_probe_read_user(w->byte, CORE_SPAN_BYTES, (const void *)(core + first))) {
		*tick = *(__u64 *)&w->byte[to_tick];
		*parked = tag_holds(&s->parked, *(__u64 *)&w->byte[to_parked]);
		return true;
	}
	return tag_matches(sleeper, core, &s->parked, parked) &&
	       (!ticks || !user_word(sleeper, tick, core + s->tick));
}

static __always_inline void key_unread(struct poll_key *key)
{
	key->where = HUD_WHERE_UNKNOWN;
	key->unread = 1;
}

/*
 * Reads the state of the thread in one scheduler. False: the thread is not in a context of this
 * scheduler, or that could not be read.
 */
static __always_inline bool scheduler_read(struct task_struct *sleeper, struct thread_words *w,
					   const struct identity *id,
					   const struct hud_plan_scheduler *s, struct poll_key *key)
{
	__u64 context = 0, tick = 0;
	bool match = true, parked = false;

	if (thread_word(sleeper, w, &context, s->context)) {
		key_unread(key);
		return false;
	}
	if (!context)
		return false;
	if (s->variant.bytes && !tag_matches(sleeper, context, &s->variant, &match)) {
		key_unread(key);
		return false;
	}
	if (!match) {
		key->where = HUD_WHERE_UNKNOWN; /* in a scheduler's context, unless another's */
		return false;
	}
	if (user_word(sleeper, &key->core, context + s->core)) {
		key_unread(key);
		return false;
	}
	key->where = HUD_WHERE_NO_CORE;
	if (!key->core)
		return true;
	if (!core_read(sleeper, w, key->core, s, &parked, &tick)) {
		key_unread(key);
		return true;
	}
	key->tick = id->flags & HUD_IDENTITY_SHORT_TICK ? (__u8)tick : (__u32)tick;
	if (s->tick == HUD_NO_OFFSET) {
		key->trusted |= KEY_NO_TICK;
		key->root_alike = s->kind == HUD_SCHEDULER_CURRENT_THREAD && !key->has_task;
	}
	key->where = parked ? HUD_WHERE_PARK : HUD_WHERE_POLL;
	return true;
}

/* False: it could not be read. */
static __always_inline bool task_read(struct task_struct *sleeper, const struct thread_words *w,
				      const struct identity *id, struct poll_key *key)
{
	__u64 tag = 1;

	if (!(id->flags & HUD_IDENTITY_TASK))
		return true;
	if (id->flags & HUD_IDENTITY_TASK_TAG && thread_word(sleeper, w, &tag, id->task_tag))
		return false;
	return !tag || !thread_word(sleeper, w, &key->task, id->task);
}

static __always_inline __u32 trust_of(__u32 flags)
{
	return (flags & HUD_IDENTITY_KNOWN ? KEY_TRUSTED : 0) |
	       (flags & HUD_IDENTITY_LEARNED ? KEY_LEARNED : 0);
}

static __always_inline void where_read(struct task_struct *sleeper, __u64 base,
				       const struct identity *id, struct poll_key *key)
{
	struct thread_words w = {.base = base};
	bool early;

	thread_words_read(sleeper, &w, id);
	/* Free now; needed in a poll only, but core_read() overwrites these words. */
	early = w.first && task_read(sleeper, &w, id, key);
	key->trusted = trust_of(id->flags);
	key->has_task = !!(id->flags & HUD_IDENTITY_TASK);
	key->where = id->flags & HUD_IDENTITY_PARTIAL ? HUD_WHERE_UNKNOWN : HUD_WHERE_OUTSIDE;
	for (__u32 i = 0; i < IDENTITY_SCHEDULERS && i < id->schedulers; i++) {
		key->scheduler = id->object * IDENTITY_SCHEDULERS + i;
		if (scheduler_read(sleeper, &w, id, &id->scheduler[i], key))
			break;
	}
	if (key->where != HUD_WHERE_POLL)
		key->task = 0;
	else if (!early && !task_read(sleeper, &w, id, key))
		key_unread(key);
}

/*
 * where_read() for current, whose thread pointer is `base`. Global to the verifier: it checks
 * the many paths through the reads once, and not on every path of every program.
 */
__noinline int where_read_current(__u64 base, const struct identity *id, struct poll_key *key)
{
	if (id && key)
		where_read(NULL, base, id, key);
	return 0;
}

/* Is the state not known because a word of it could not be read? */
static __always_inline bool is_unread(const struct poll_key *key)
{
	return key->unread && key->where == HUD_WHERE_UNKNOWN;
}

/* Is the thread in a context of a scheduler of this identity? */
static __always_inline bool is_inside(const struct poll_key *key)
{
	return key->where != HUD_WHERE_OUTSIDE && key->where != HUD_WHERE_UNKNOWN;
}

/* Reads the state of current, whose thread pointer is `pointer`, in the runtime of one object. */
static __always_inline void object_read_current(__u64 pointer, const struct identity *id,
						struct poll_key *key)
{
	__u64 base = id->module ? module_block(NULL, pointer, id->module) : pointer;

	*key = (struct poll_key) {};
	if (base) {
		where_read_current(base, id, key);
	} else { /* it has never called into the library */
		key->trusted = trust_of(id->flags);
		key->where = HUD_WHERE_OUTSIDE;
	}
}

/*
 * Current is in no context of the identity that it was found by last: in one of another object's?
 * A thread stays in the runtime of one object, so this is for those that are in none, and new ones.
 *
 * Inlined, and each is read into `key`: up to Linux 6.12 the stack has no room for one more call,
 * or one more key.
 */
static __always_inline void objects_read_current(struct thread_state *st, __u64 pointer, __u32 tgid,
						 struct poll_key *key)
{
	struct identity_list *list = bpf_map_lookup_elem(&identities_of, &tgid);
	bool unknown = key->where == HUD_WHERE_UNKNOWN, unread = key->unread;

	if (!list)
		return;
	for (__u32 i = 0; i < IDENTITY_OBJECTS; i++) {
		__u32 number = list->index[i];
		struct identity *id = number == st->identity || number == IDENTITY_NONE
					      ? NULL
					      : bpf_map_lookup_elem(&identities, &number);

		if (!id)
			continue;
		object_read_current(pointer, id, key);
		if (is_inside(key)) {
			st->identity = number;
			return;
		}
		unknown |= key->where == HUD_WHERE_UNKNOWN;
		unread |= key->unread;
	}
	key->where = unknown ? HUD_WHERE_UNKNOWN : HUD_WHERE_OUTSIDE;
	key->unread = unread;
}

/* A sleeper's, which only the walk reads: of the first object alone. */
static __always_inline void object_read_sleeper(__u64 pointer, struct task_struct *sleeper,
						const struct identity *id, struct poll_key *key)
{
	__u64 base = id->module ? module_block(sleeper, pointer, id->module) : pointer;

	if (base) {
		where_read(sleeper, base, id, key);
	} else {
		key->trusted = trust_of(id->flags);
		key->where = HUD_WHERE_OUTSIDE;
	}
}

/*
 * `sleeper`: NULL for current. HUD_WHERE_UNKNOWN if the process has no identity, or one of its
 * objects with a runtime has none and the thread is in no context of the others.
 */
static __always_inline void identity_read(struct task_struct *task, struct task_struct *sleeper,
					  struct thread_state *st, __u32 tgid, struct poll_key *key)
{
	struct identity *id = identity_find(st, tgid);
	__u64 pointer = thread_pointer(task);

	*key = (struct poll_key) {};
	if (!id || !pointer)
		return;
	if (sleeper)
		object_read_sleeper(pointer, sleeper, id, key);
	else
		object_read_current(pointer, id, key);
	if (is_inside(key))
		return;
	if (!sleeper && st->identities > 1)
		objects_read_current(st, pointer, tgid, key);
	if (key->where == HUD_WHERE_OUTSIDE &&
	    (st->identities_missing || (sleeper && st->identities > 1)))
		key->where = HUD_WHERE_UNKNOWN;
}

#endif
