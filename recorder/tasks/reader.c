/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/reader.h"
#include "format/base/array.h"
#include "format/wire/recording.h"

#include <stdlib.h>
#include <string.h>

/* The first page is never mapped; user memory ends at bit 47 of x86-64, at bit 48 of AArch64. */
#define ADDRESS_MIN 4096u
#define ADDRESS_BITS 48

bool task_address_plausible(uint64_t address)
{
	return address >= ADDRESS_MIN && !(address >> ADDRESS_BITS);
}

bool task_within_limits(struct task_reading *r)
{
	struct task_dump *d = r->dump;

	if (r->no_memory || d->counts.bytes > d->limits->bytes ||
	    d->clock() - d->start_ns > d->limits->ns)
		r->stopped = d->counts.cut = true;
	return !r->stopped;
}

bool task_read(struct task_reading *r, uint64_t address, void *out, size_t bytes)
{
	struct task_dump *d = r->dump;
	struct task_span span = {address, bytes};

	if (!task_address_plausible(address) || d->counts.bytes > d->limits->bytes)
		return false;
	d->counts.reads++;
	d->counts.bytes += bytes;
	return d->memory.read(d->memory.context, &span, 1, out) == 1;
}

bool task_read_word(struct task_reading *r, uint64_t address, uint64_t *out)
{
	return task_read(r, address, out, sizeof(*out));
}

uint32_t task_count_read(struct task_reading *r, uint64_t address, const struct hud_plan_count *at)
{
	uint64_t count = 0;

	if (!at->bytes || !task_read(r, address + at->offset, &count, at->bytes))
		return HUD_NOT_KNOWN;
	return count < HUD_NOT_KNOWN ? (uint32_t)count : HUD_NOT_KNOWN;
}

uint64_t task_handle_read(struct task_reading *r, uint64_t variable, uint32_t handle,
			  const struct hud_plan_tag *variant)
{
	uint64_t tag = 0, address;

	if (variant->bytes && (!task_read(r, variable + variant->offset, &tag, variant->bytes) ||
			       tag != variant->value))
		return 0;
	if (!task_read_word(r, variable + handle, &address) || address % 8)
		return 0;
	return task_address_plausible(address) ? address : 0;
}

bool task_region_number(const struct task_region *region, uint64_t offset, size_t bytes,
			uint64_t *out)
{
	*out = 0;
	if (bytes > sizeof(*out) || offset > region->bytes || bytes > region->bytes - offset)
		return false;
	memcpy(out, region->data + offset, bytes);
	return true;
}

static size_t hash_of(uint64_t address, size_t slots)
{
	return (size_t)((address * 0x9E3779B97F4A7C15u) >> 32) & (slots - 1);
}

/* Is this the function that polls a type of task, by the plan? */
static bool is_poll_site(const struct plan *plan, uint64_t address)
{
	size_t low = 0, high = plan->poll_sites;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (plan->poll_site[middle].address == address)
			return true;
		if (plan->poll_site[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static void vtable_read(struct task_reading *r, struct task_vtable *v)
{
	const struct hud_plan_tasks *lists = r->plan->lists;
	uint8_t raw[1024];
	struct task_region region = {v->address, raw, lists->vtable_bytes};
	uint64_t trailer, id;

	if (lists->vtable_bytes > sizeof(raw) || !task_read(r, v->address, raw, region.bytes) ||
	    !task_region_number(&region, lists->poll, 8, &v->poll) ||
	    !task_region_number(&region, lists->trailer, 8, &trailer) ||
	    !task_region_number(&region, lists->id, 8, &id) ||
	    !is_poll_site(r->dump->plan, v->poll - r->dump->bias))
		return;
	if (trailer > r->dump->limits->cell_bytes)
		r->dump->counts.cut = true; /* and the list that it is in cannot be followed */
	if (trailer > r->dump->limits->cell_bytes || id + 8 > trailer || id > trailer)
		return;
	v->trailer = (uint32_t)trailer;
	v->id = (uint32_t)id;
	v->type = plan_task_type(r->plan, v->poll - r->dump->bias);
	if (v->type && (v->type->node == HUD_NO_NODE || v->type->trailer != trailer))
		v->type = NULL;
	v->valid = true;
}

const struct task_vtable *task_vtable_at(struct task_reading *r, uint64_t address)
{
	size_t slot = hash_of(address, TASK_VTABLES);

	if (!task_address_plausible(address) || address % 8)
		return NULL;
	while (r->vtable[slot].address && r->vtable[slot].address != address)
		slot = (slot + 1) & (TASK_VTABLES - 1);
	if (!r->vtable[slot].address) {
		if (r->vtables >= TASK_VTABLES / 2)
			return NULL; /* no program has so many: wild pointers */
		r->vtables++;
		r->vtable[slot].address = address;
		vtable_read(r, &r->vtable[slot]);
	}
	return r->vtable[slot].valid ? &r->vtable[slot] : NULL;
}

static size_t cell_slot(const struct task_reading *r, uint64_t address)
{
	size_t slot = hash_of(address, r->slots);

	while (r->slot[slot] && r->cell[r->slot[slot] - 1].address != address)
		slot = (slot + 1) & (r->slots - 1);
	return slot;
}

struct task_cell *task_cell_find(const struct task_reading *r, uint64_t address)
{
	size_t slot = r->slots ? cell_slot(r, address) : 0;

	return r->slots && r->slot[slot] ? &r->cell[r->slot[slot] - 1] : NULL;
}

static bool slots_grow(struct task_reading *r)
{
	size_t slots = r->slots ? 2 * r->slots : 1024;
	uint32_t *old = r->slot, *new = calloc(slots, sizeof(*new));

	if (!new)
		return false;
	r->slot = new;
	r->slots = slots;
	for (size_t i = 0; i < r->cells; i++)
		r->slot[cell_slot(r, r->cell[i].address)] = (uint32_t)i + 1;
	free(old);
	return true;
}

struct task_cell *task_cell_add(struct task_reading *r, uint64_t address)
{
	if (r->cells == r->dump->limits->tasks) {
		r->dump->counts.cut = true;
		return NULL;
	}
	if ((2 * r->cells >= r->slots && !slots_grow(r)) ||
	    !array_grow(&r->cell, r->cells, &r->cell_room, sizeof(*r->cell))) {
		r->no_memory = true;
		return NULL;
	}
	r->cell[r->cells] = (struct task_cell) {.address = address};
	r->slot[cell_slot(r, address)] = (uint32_t)r->cells + 1;
	return &r->cell[r->cells++];
}
