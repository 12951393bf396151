/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "recorder/tasks/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a task waits for, from its copy, holds only if the task was not polled, moved or freed
 * meanwhile: it is read again, and must say the same, and the task before it in the list must still
 * lead to it. (A freed task keeps its contents: only the link shows it.)
 */

enum { ATTEMPTS = 8, BATCH = 256 };

/* Many cells, read again at once. */
struct batch {
	struct task_span span[BATCH];
	size_t first, count; /* cells */
	size_t whole;        /* of these were read, the first ones */
	uint8_t *data;
	size_t room;
};

bool task_frames_alike(const struct task_dump *d, size_t a, size_t b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct task_frame *x = &d->frame[a + i], *y = &d->frame[b + i];

		if (x->entry != y->entry || x->variant != y->variant || x->number != y->number ||
		    x->resource != y->resource || x->depth != y->depth || x->kind != y->kind ||
		    x->leaf != y->leaf)
			return false;
	}
	return true;
}

/* What the header and its links say; the rest counts by what it is decoded to. */
static void seen_read(struct task_reading *r, const struct task_cell *cell,
		      const struct task_region *copy, struct task_seen *out)
{
	const struct hud_plan_tasks *lists = r->plan->lists;

	*out = (struct task_seen) {.address = cell->address,
				   .owner = cell->owner,
				   .poll = cell->vtable->poll,
				   .frame = r->dump->frames};
	task_region_number(copy, lists->state, 8, &out->state);
	task_region_number(copy, cell->vtable->id, 8, &out->id);
}

/* Is it the same task still, in a list, by the copy that was read last? */
static bool same_task(const struct task_reading *r, const struct task_cell *cell,
		      const struct task_region *copy, const struct task_seen *seen)
{
	const struct hud_plan_tasks *lists = r->plan->lists;
	uint64_t vtable, owner, id;

	return task_region_number(copy, lists->vtable, 8, &vtable) &&
	       vtable == cell->vtable->address &&
	       task_region_number(copy, lists->owner, 8, &owner) && owner == cell->owner &&
	       task_region_number(copy, cell->vtable->id, 8, &id) && id == seen->id;
}

static void decode(struct task_reading *r, const struct task_cell *cell,
		   const struct task_region *copy, struct task_seen *out)
{
	enum task_outcome outcome;

	seen_read(r, cell, copy, out);
	if (out->state & r->plan->lists->running) {
		out->outcome = TASK_POLLING;
		return;
	}
	outcome = task_descend(r, cell->vtable, copy, &out->finished, &out->children);
	out->outcome = (uint8_t)outcome;
	if (outcome == TASK_FAILED || outcome == TASK_MOVING)
		r->dump->frames = out->frame;
	out->frames = (uint32_t)(r->dump->frames - out->frame);
	if (out->outcome == TASK_UNKNOWN)
		out->finished = out->state & r->plan->lists->complete;
}

/* Does what was decoded at first hold by a second copy? */
static bool confirmed(struct task_reading *r, const struct task_cell *cell,
		      const struct task_region *copy, const struct task_seen *seen)
{
	struct task_dump *d = r->dump;
	size_t before = d->frames;
	struct task_seen again;
	bool same;

	if (!same_task(r, cell, copy, seen))
		return false;
	r->confirming = true;
	decode(r, cell, copy, &again);
	r->confirming = false;
	same = again.outcome == seen->outcome && again.outcome != TASK_MOVING &&
	       again.frames == seen->frames && again.finished == seen->finished &&
	       task_frames_alike(d, seen->frame, again.frame, seen->frames);
	d->frames = before;
	return same;
}

/* Does a neighbour's link, to the one before or after it, lead to the cell? */
static bool leads_back(struct task_reading *r, const struct task_cell *cell, uint64_t neighbour,
		       uint32_t link)
{
	const struct task_vtable *vtable;
	uint64_t at;

	if (neighbour % 8 || !task_read_word(r, neighbour + r->plan->lists->vtable, &at))
		return false;
	vtable = task_vtable_at(r, at);
	return vtable && task_read_word(r, neighbour + vtable->trailer + link, &at) &&
	       at == cell->address;
}

/*
 * A neighbour in its list leads to it, or the list itself does. One of both is enough: the other
 * may have been freed just now.
 */
static bool linked(struct task_reading *r, const struct task_cell *cell,
		   const struct task_region *copy)
{
	const struct hud_plan_tasks *lists = r->plan->lists;
	uint64_t previous, next, first;
	uint32_t trailer = cell->vtable->trailer;

	if (!task_region_number(copy, trailer + lists->previous, 8, &previous) ||
	    !task_region_number(copy, trailer + lists->next, 8, &next))
		return false;
	if (previous ? leads_back(r, cell, previous, lists->next)
		     : task_read_word(r, cell->list, &first) && first == cell->address)
		return true;
	return next && leads_back(r, cell, next, lists->previous);
}

/*
 * As linked(), without another read where that is possible: what was read of the one before it,
 * after this one was read first, says the same.
 */
static bool linked_in(struct task_reading *r, const struct batch *b, const struct task_cell *cell,
		      const struct task_region *copy)
{
	const struct hud_plan_tasks *lists = r->plan->lists;
	const struct task_cell *before;
	const uint8_t *data = b->data;
	uint64_t previous, next;
	size_t index;

	if (!task_region_number(copy, cell->vtable->trailer + lists->previous, 8, &previous))
		return false;
	before = previous ? task_cell_find(r, previous) : NULL;
	index = before ? (size_t)(before - r->cell) : 0;
	if (!before || index < b->first || index >= b->first + b->whole)
		return linked(r, cell, copy);
	for (size_t i = b->first; i < index; i++)
		data += b->span[i - b->first].bytes;
	return task_region_number(&(struct task_region) {previous, data, before->bytes},
				  before->vtable->trailer + lists->next, 8, &next) &&
	       next == cell->address;
}

/*
 * Reads and decodes a task anew until it says the same twice. Sets whose tasks end all the time may
 * never: at last their futures are counted only.
 */
static void settle(struct task_reading *r, const struct task_cell *cell, struct task_seen *seen)
{
	uint8_t *first = malloc(2 * cell->bytes + 1);
	uint8_t *second = first ? first + cell->bytes : NULL;
	struct task_region a = {cell->address, first, cell->bytes};
	struct task_region b = {cell->address, second, cell->bytes};
	uint8_t outcome = TASK_MOVING;
	bool settled = false;

	if (!first) {
		r->no_memory = true;
		return;
	}
	for (int i = 0; i < ATTEMPTS && !settled && task_within_limits(r); i++) {
		r->counting = i >= ATTEMPTS / 2;
		r->dump->counts.retries++;
		r->dump->frames = seen->frame;
		if (!task_read(r, cell->address, first, a.bytes) || !same_task(r, cell, &a, seen)) {
			outcome = TASK_GONE;
			break;
		}
		/* Its neighbour may have been freed just then: that is no proof yet. */
		outcome = linked(r, cell, &a) ? TASK_MOVING : TASK_GONE;
		decode(r, cell, &a, seen);
		settled = outcome == TASK_MOVING && task_read(r, cell->address, second, b.bytes) &&
			  linked(r, cell, &b) &&
			  (seen->outcome == TASK_POLLING || confirmed(r, cell, &b, seen));
		if (settled)
			outcome = seen->outcome;
	}
	r->counting = false;
	seen->outcome = outcome;
	if (outcome == TASK_MOVING || outcome == TASK_GONE)
		seen->frames = 0;
	r->dump->frames = seen->frame + seen->frames;
	free(first);
}

static bool seen_add(struct task_reading *r, const struct task_seen *seen)
{
	struct task_dump *d = r->dump;

	if (!array_grow(&d->seen, d->seens, &d->seen_room, sizeof(*d->seen))) {
		r->no_memory = true;
		return false;
	}
	d->seen[d->seens++] = *seen;
	r->children += seen->frames ? seen->children : 0;
	return true;
}

/* Reads the cells of a batch again. How many came whole. */
static size_t batch_read(struct task_reading *r, struct batch *b)
{
	struct task_dump *d = r->dump;
	size_t bytes = 0;

	for (size_t i = 0; i < b->count; i++) {
		const struct task_cell *cell = &r->cell[b->first + i];

		b->span[i] = (struct task_span) {cell->address, cell->bytes};
		bytes += cell->bytes;
	}
	if (!array_reserve(&b->data, 0, bytes, &b->room, 1)) {
		r->no_memory = true;
		return 0;
	}
	d->counts.reads++;
	d->counts.bytes += bytes;
	return d->memory.read(d->memory.context, b->span, b->count, b->data);
}

static void cell_decode(struct task_reading *r, const struct batch *b, size_t index,
			const uint8_t *again)
{
	const struct task_cell *cell = &r->cell[index];
	struct task_region copy = {cell->address, r->copy + cell->copy, cell->bytes};
	struct task_region second = {cell->address, again, cell->bytes};
	struct task_seen seen;
	bool holds;

	decode(r, cell, &copy, &seen);
	holds = again && linked_in(r, b, cell, &second) &&
		(seen.outcome == TASK_POLLING ? same_task(r, cell, &second, &seen)
					      : confirmed(r, cell, &second, &seen));
	if (!holds)
		settle(r, cell, &seen);
	seen_add(r, &seen);
}

int task_cells_decode(struct task_reading *r)
{
	struct batch b = {0};

	for (b.first = 0; b.first < r->cells && !r->no_memory; b.first += b.count) {
		const uint8_t *again;
		b.count = r->cells - b.first < BATCH ? r->cells - b.first : BATCH;
		b.whole = batch_read(r, &b);
		again = b.data;
		for (size_t i = 0; i < b.count && !r->no_memory; i++) {
			cell_decode(r, &b, b.first + i, i < b.whole ? again : NULL);
			again += b.span[i].bytes;
			if (i % LIMITS_EVERY == 0 && !task_within_limits(r))
				goto out;
		}
	}
out:
	free(b.data);
	return r->no_memory ? -ENOMEM : 0;
}
