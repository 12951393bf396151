/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "recorder/tasks/reader.h"

#include <string.h>

/*
 * Lists of tasks, which change while they are read: a task that is freed leads nowhere, or into
 * another list. The walk stops there, and begins anew from the other end.
 */

enum {
	ATTEMPTS = 4,
	GUESS_BYTES = 1024, /* the first read of a list */
	GUESS_BYTES_MAX = 4096,
};

/* A walk from one end of a list. */
struct walk {
	struct task_reading *r;
	const struct task_list *list;
	bool backward;
	uint32_t number;
	size_t guess; /* bytes to read of the next task: so that most are read in one call */
};

/* Room for a copy of so many bytes. NULL: no memory. */
static uint8_t *copy_room(struct task_reading *r, size_t bytes)
{
	if (!array_reserve(&r->copy, r->copied, bytes, &r->copy_room, 1)) {
		r->no_memory = true;
		return NULL;
	}
	return r->copy + r->copied;
}

/* Reads a task whole: its header, which says how long it is, in the same call in most cases. */
static const struct task_vtable *cell_copy(struct walk *w, uint64_t address, size_t *bytes)
{
	struct task_reading *r = w->r;
	const struct hud_plan_tasks *lists = r->plan->lists;
	size_t header = (lists->vtable > lists->owner ? lists->vtable : lists->owner) + 8;
	size_t got = w->guess < header ? header : w->guess;
	const struct task_vtable *vtable;
	struct task_region region;
	uint8_t *copy = copy_room(r, got);
	uint64_t at;

	if (!copy)
		return NULL;
	if (!task_read(r, address, copy, got)) {
		got = header;
		if (!task_read(r, address, copy, got))
			return NULL;
	}
	region = (struct task_region) {address, copy, got};
	if (!task_region_number(&region, lists->vtable, 8, &at))
		return NULL;
	vtable = task_vtable_at(r, at);
	if (!vtable)
		return NULL;
	*bytes = vtable->trailer + lists->trailer_bytes;
	if (*bytes > w->guess && *bytes <= GUESS_BYTES_MAX)
		w->guess = *bytes;
	if (*bytes <= got)
		return vtable;
	copy = copy_room(r, *bytes);
	return copy && task_read(r, address, copy, *bytes) ? vtable : NULL;
}

/* What the copy says of the task. False: it is not of this list. */
static bool cell_read(struct walk *w, uint64_t address, struct task_cell *out)
{
	struct task_reading *r = w->r;
	const struct hud_plan_tasks *lists = r->plan->lists;
	const struct task_vtable *vtable = cell_copy(w, address, &out->bytes);
	struct task_region region = {address, r->copy + r->copied, out->bytes};
	uint64_t at;

	out->vtable = vtable;
	return vtable && task_region_number(&region, lists->vtable, 8, &at) &&
	       at == vtable->address && task_region_number(&region, lists->owner, 8, &out->owner) &&
	       out->owner == w->list->owner &&
	       task_region_number(&region, vtable->trailer + lists->previous, 8, &out->previous) &&
	       task_region_number(&region, vtable->trailer + lists->next, 8, &out->next);
}

/* Keeps what was read; of a task that was met before, this. */
static struct task_cell *cell_keep(struct walk *w, uint64_t address, const struct task_cell *read)
{
	struct task_reading *r = w->r;
	struct task_cell *cell = task_cell_find(r, address);

	if (!cell)
		cell = task_cell_add(r, address);
	if (!cell)
		return NULL;
	*cell = *read;
	cell->address = address;
	cell->list = w->list->first;
	cell->runtime = w->list->runtime;
	cell->walk = w->number;
	cell->copy = r->copied;
	r->copied += (read->bytes + 7) & ~(size_t)7;
	return cell;
}

/* True: it ended at the other end of the list. */
static bool list_walk(struct walk *w)
{
	struct task_reading *r = w->r;
	uint64_t begin = w->backward ? w->list->last : w->list->first;
	uint64_t end = w->backward ? w->list->first : w->list->last;
	uint64_t address, last = 0, at_end;
	uint32_t count = 0;

	w->number = ++r->walks;
	if (!task_read_word(r, begin, &address))
		return false;
	while (address) {
		struct task_cell read = {0}, *known = task_cell_find(r, address);

		if (address % 8 || (known && known->walk == w->number) ||
		    (++count % LIMITS_EVERY == 0 && !task_within_limits(r)))
			return false;
		if (!cell_read(w, address, &read))
			return false;
		if (!cell_keep(w, address, &read))
			return false;
		last = address;
		address = w->backward ? read.previous : read.next;
	}
	return task_read_word(r, end, &at_end) && at_end == last;
}

bool task_list_walk(struct task_reading *r, const struct task_list *list)
{
	struct walk w = {.r = r, .list = list, .guess = GUESS_BYTES};

	for (int i = 0; i < 2 * ATTEMPTS && task_within_limits(r); i++) {
		w.backward = i % 2;
		if (list_walk(&w))
			return true;
		r->dump->counts.retries++;
	}
	return false;
}
