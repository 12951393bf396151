/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "format/wire/recording.h"
#include "recorder/tasks/reader.h"

#include <errno.h>

/*
 * Blocking pools, and the closures in their queues: a closure is a task that no list has. They are
 * taken out while they are read, so that their number and they themselves are of slightly other
 * moments.
 */

enum { CLOSURES_MAX = 1024 /* of one pool: the others are counted */ };

/* The ring of a queue. */
struct ring {
	uint64_t items; /* its address */
	uint64_t first, count, room;
};

static bool ring_read(struct task_reading *r, uint64_t queue, struct ring *out)
{
	const struct hud_plan_pool *plan = r->dump->plan->pool;
	uint64_t end;

	if (!task_read_word(r, queue + plan->queue_first, &out->first) ||
	    !task_read_word(r, queue + plan->queue_end, &end) ||
	    !task_read_word(r, queue + plan->queue_room, &out->room) ||
	    !task_read_word(r, queue + plan->queue_items, &out->items))
		return false;
	out->count =
		plan->queue_kind == HUD_QUEUE_WRAPPED ? (end - out->first) & (out->room - 1) : end;
	return out->count <= out->room && out->first <= out->room && out->count < HUD_NOT_KNOWN;
}

static bool closure_read(struct task_reading *r, uint64_t item, struct task_closure *out)
{
	const struct task_vtable *vtable;
	uint64_t header, at;

	if (!task_read_word(r, item, &header) || header % 8 ||
	    !task_read_word(r, header + r->plan->lists->vtable, &at))
		return false;
	vtable = task_vtable_at(r, at);
	if (!vtable || !task_read_word(r, header + vtable->id, &out->id))
		return false;
	out->poll = vtable->poll;
	return true;
}

/* 0 or -ENOMEM. */
static int closures_read(struct task_reading *r, const struct ring *ring, struct task_pool *pool)
{
	const struct hud_plan_pool *plan = r->dump->plan->pool;
	struct task_dump *d = r->dump;

	for (uint64_t i = 0; plan->item_bytes && i < ring->count && i < CLOSURES_MAX; i++) {
		uint64_t index = (ring->first + i) % ring->room;
		struct task_closure closure = {.pool = (uint32_t)(pool - d->pool)};

		if (!task_within_limits(r))
			break;
		if (!closure_read(r, ring->items + index * plan->item_bytes + plan->item_task,
				  &closure))
			continue;
		if (!array_grow(&d->closure, d->closures, &d->closure_room, sizeof(*d->closure)))
			return -ENOMEM;
		d->closure[d->closures++] = closure;
		pool->listed++;
	}
	return 0;
}

/* Reads a pool, unless another thread has led to it. 0 or -ENOMEM. */
static int pool_read(struct task_reading *r, uint64_t handle, const struct hud_plan_pool_root *root)
{
	const struct hud_plan_pool *plan = r->dump->plan->pool;
	struct task_dump *d = r->dump;
	struct task_pool *pool;
	struct ring ring;
	uint64_t address, tag = 0;

	if (!task_read_word(r, handle + root->pool, &address) || !task_address_plausible(address))
		return 0;
	for (size_t i = 0; i < d->pools; i++)
		if (d->pool[i].address == address)
			return 0;
	if (plan->variant.bytes &&
	    (!task_read(r, address + plan->variant.offset, &tag, plan->variant.bytes) ||
	     tag != plan->variant.value))
		return 0;
	if (!ring_read(r, address + plan->queue, &ring))
		return 0;
	if (!array_grow(&d->pool, d->pools, &d->pool_room, sizeof(*d->pool)))
		return -ENOMEM;
	pool = &d->pool[d->pools++];
	*pool = (struct task_pool) {
		.address = address,
		.kind = root->kind,
		.threads = task_count_read(r, address, &plan->threads),
		.idle = task_count_read(r, address, &plan->idle),
		.limit = task_count_read(r, address, &plan->limit),
		.workers = task_count_read(r, handle, &root->workers),
		.queued = (uint32_t)ring.count,
	};
	return closures_read(r, &ring, pool);
}

int task_pools_read(struct task_reading *r)
{
	const struct hud_plan_pool *plan = r->dump->plan->pool;
	const struct task_dump *d = r->dump;
	int err = 0;

	for (size_t i = 0; plan && !err && i < d->threads; i++) {
		for (uint32_t k = 0; !err && k < plan->roots; k++) {
			const struct hud_plan_pool_root *root = &plan->root[k];
			uint64_t handle =
				task_handle_read(r, d->thread[i].pointer + (uint64_t)root->place,
						 root->handle, &root->variant);

			if (handle)
				err = pool_read(r, handle, root);
		}
	}
	return err;
}
