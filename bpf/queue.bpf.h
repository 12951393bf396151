/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_QUEUE_BPF_H
#define HUD_BPF_QUEUE_BPF_H

#include "bpf/identity.bpf.h"

/*
 * The run queue of a worker. Only its own thread adds to it (tasks that other threads wake go to a
 * queue that all workers share), so it does not grow while that sleeps. Two to six reads of user
 * memory, as the worker itself or, while it sleeps, in the walk over all threads.
 */
struct queue_state {
	__u32 ready; /* tasks in it, or fewer: other workers may steal some meanwhile */
	__u32 next;  /* 1: one more task, in the LIFO slot */
	/* Width in bytes of the two counters below, of tasks removed and added; 0: not a ring. */
	__u32 ring;
	__u32 head; /* other workers steal here too */
	__u32 tail;
	__u32 reserved;
	__u64 next_poll; /* of the task in the LIFO slot: its poll function; 0: not known */
};

/* Reads 2, 4 or 8 `bytes` at an address; false where they cannot be read: see user_word(). */
static __always_inline bool word_read(struct task_struct *sleeper, __u64 address, __u32 bytes,
				      __u64 *to)
{
	__u64 value = 0;

	if (user_word(sleeper, &value, address))
		return false;
	*to = bytes == 2 ? (__u16)value : bytes == 4 ? (__u32)value : value;
	return true;
}

static __always_inline __u32 queue_distance(__u32 from, __u32 to, __u32 bytes)
{
	return bytes == 2 ? (__u16)(to - from) : to - from;
}

static __always_inline bool ring_read(struct task_struct *sleeper,
				      const struct hud_plan_scheduler *s, __u64 queue,
				      struct queue_state *out)
{
	__u64 head = 0, tail = 0;

	if (!word_read(sleeper, queue, 8, &queue) ||
	    !word_read(sleeper, queue + s->queue_head, s->queue_bytes, &head) ||
	    !word_read(sleeper, queue + s->queue_tail, s->queue_bytes, &tail))
		return false;
	out->ring = s->queue_bytes;
	out->head = (__u32)head;
	out->tail = (__u32)tail;
	out->ready = queue_distance(out->head, out->tail, s->queue_bytes);
	return true;
}

static __always_inline bool wrapped_read(struct task_struct *sleeper,
					 const struct hud_plan_scheduler *s, __u64 queue,
					 struct queue_state *out)
{
	__u64 head = 0, tail = 0, room = 0;

	if (!word_read(sleeper, queue + s->queue_head, 8, &head) ||
	    !word_read(sleeper, queue + s->queue_tail, 8, &tail) ||
	    !word_read(sleeper, queue + s->queue_room, 8, &room))
		return false;
	out->ready = (__u32)((tail - head) & (room - 1));
	return true;
}

static __always_inline bool length_read(struct task_struct *sleeper,
					const struct hud_plan_scheduler *s, __u64 queue,
					struct queue_state *out)
{
	__u64 length = 0;

	if (!word_read(sleeper, queue + s->queue_tail, 8, &length))
		return false;
	out->ready = (__u32)length;
	return true;
}

/* The task in the LIFO slot, which no other worker can take, and the function that polls it. */
static __always_inline bool lifo_read(struct task_struct *sleeper, const struct identity *id,
				      __u64 slot, struct queue_state *out)
{
	__u64 task = 0, table = 0;

	if (!word_read(sleeper, slot, 8, &task))
		return false;
	out->next = !!task;
	if (task && id->flags & HUD_IDENTITY_HEADER &&
	    word_read(sleeper, task + id->task_vtable, 8, &table))
		word_read(sleeper, table, 8, &out->next_poll);
	return true;
}

/*
 * Fills `out`, which is zero, with the queue of the worker that holds `core`. False: a word could
 * not be read, and `out` says nothing.
 */
static __always_inline bool queue_fill(struct task_struct *sleeper, const struct identity *id,
				       const struct hud_plan_scheduler *s, __u64 core,
				       struct queue_state *out)
{
	__u64 queue = core + s->queue;
	bool read = true;

	if (s->queue_kind == HUD_QUEUE_RING)
		read = ring_read(sleeper, s, queue, out);
	else if (s->queue_kind == HUD_QUEUE_LENGTH)
		read = length_read(sleeper, s, queue, out);
	else if (s->queue_kind == HUD_QUEUE_WRAPPED)
		read = wrapped_read(sleeper, s, queue, out);
	if (s->lifo != HUD_NO_OFFSET)
		read = lifo_read(sleeper, id, core + s->lifo, out) && read;
	if (!read)
		loss_count(COUNT_STATE_UNREAD);
	if (out->ready > READY_MAX)
		out->ready = READY_MAX;
	return read;
}

/* poll_key.scheduler to the scheduler of the identity by which it was read. */
static __always_inline const struct hud_plan_scheduler *scheduler_of(const struct identity *id,
								     __u32 scheduler)
{
	return &id->scheduler[scheduler % IDENTITY_SCHEDULERS];
}

/*
 * Reads the queue of the worker that holds `core`, of this scheduler (poll_key.scheduler), as that
 * worker. 0: it could not be read. Not inlined: see histogram_add().
 */
__noinline int queue_read(__u32 identity, __u32 scheduler, __u64 core, struct queue_state *out)
{
	struct identity *id = bpf_map_lookup_elem(&identities, &identity);

	if (!out)
		return 0;
	*out = (struct queue_state) {};
	return !id || !core || queue_fill(NULL, id, scheduler_of(id, scheduler), core, out);
}

#endif
