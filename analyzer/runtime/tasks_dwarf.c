/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/tasks_dwarf.h"
#include "analyzer/base/bytes.h"
#include "analyzer/runtime/pool_dwarf.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>

struct reader {
	const struct plan_declarations *declared;
	const struct plan_names *names;
	const struct plan_tls *tls;
};

/* The first member of this name, at any depth: 8 bytes. */
static bool word_within(const struct reader *r, const struct dwarf_place *in, enum plan_name name,
			uint32_t *out)
{
	struct dwarf_place member;

	return dwarf_place_within(in, DWARF_KIND_MEMBER, r->names->name[name], &member) &&
	       dwarf_is_word(&member.type) && dwarf_offset_narrow(member.offset, out);
}

static bool type_place(const struct reader *r, enum plan_name name, struct dwarf_place *out,
		       uint32_t *bytes)
{
	const struct plan_declared *d = &r->declared->of[name];

	if (!d->found)
		return false;
	*out = (struct dwarf_place) {.type = d->entry};
	return dwarf_offset_narrow(dwarf_type_bytes(&d->entry), bytes) && *bytes;
}

static bool task_read(const struct reader *r, struct hud_plan_tasks *out)
{
	struct dwarf_place header, vtable, trailer;
	uint32_t header_bytes;

	return type_place(r, NAME_HEADER_TYPE, &header, &header_bytes) &&
	       type_place(r, NAME_VTABLE_TYPE, &vtable, &out->vtable_bytes) &&
	       type_place(r, NAME_TRAILER_TYPE, &trailer, &out->trailer_bytes) &&
	       word_within(r, &header, NAME_HEADER_STATE, &out->state) &&
	       word_within(r, &header, NAME_HEADER_VTABLE, &out->vtable) &&
	       word_within(r, &header, NAME_HEADER_OWNER, &out->owner) &&
	       word_within(r, &vtable, NAME_VTABLE_POLL, &out->poll) &&
	       word_within(r, &vtable, NAME_VTABLE_TRAILER, &out->trailer) &&
	       word_within(r, &vtable, NAME_VTABLE_ID, &out->id) &&
	       word_within(r, &trailer, NAME_TRAILER_PREVIOUS, &out->previous) &&
	       word_within(r, &trailer, NAME_TRAILER_NEXT, &out->next);
}

/* A slice of lists: the address of the first, and how many. */
static bool shards_read(const struct reader *r, const struct dwarf_place *slice,
			struct hud_plan_task_root *root)
{
	struct dwarf_place pointer, shard;

	return dwarf_place_within(slice, DWARF_KIND_POINTER, NULL, &pointer) &&
	       dwarf_offset_narrow(pointer.offset, &root->list) &&
	       dwarf_place_target(&pointer, &shard) &&
	       dwarf_offset_narrow(dwarf_type_bytes(&shard.type), &root->shard_bytes) &&
	       root->shard_bytes && word_within(r, slice, NAME_SLICE_LENGTH, &root->shards) &&
	       word_within(r, &shard, NAME_TASKS_FIRST, &root->first) &&
	       word_within(r, &shard, NAME_TASKS_LAST, &root->last);
}

/* One list: its ends count from it, as those of a shard do. */
static bool list_read(const struct reader *r, const struct dwarf_place *owned,
		      struct hud_plan_task_root *root)
{
	root->shards = HUD_NO_OFFSET;
	if (!dwarf_offset_narrow(owned->offset, &root->list) ||
	    !word_within(r, owned, NAME_TASKS_FIRST, &root->first) ||
	    !word_within(r, owned, NAME_TASKS_LAST, &root->last))
		return false;
	root->first -= root->list;
	root->last -= root->list;
	return true;
}

static void count_read(const struct reader *r, const struct dwarf_place *owned,
		       struct hud_plan_count *out)
{
	struct dwarf_place member, number;
	uint64_t bytes;

	if (!dwarf_place_within(owned, DWARF_KIND_MEMBER, r->names->name[NAME_TASKS_COUNT],
				&member) ||
	    !dwarf_place_within(&member, DWARF_KIND_NUMBER, NULL, &number))
		return;
	bytes = dwarf_type_bytes(&number.type);
	if ((bytes == 4 || bytes == 8) && dwarf_offset_narrow(number.offset, &out->offset))
		out->bytes = (uint32_t)bytes;
}

static bool root_read(const struct reader *r, const struct plan_scheduler_kind *kind,
		      struct hud_plan_task_root *root)
{
	const char *const *names = r->names->name;
	struct dwarf_place owned, id, slice;
	struct plan_handle handle;

	if (!plan_handle_place(r->declared, r->names, r->tls, names[kind->names + OF_VARIANT],
			       &handle) ||
	    !dwarf_place_within(&handle.target, DWARF_KIND_MEMBER, names[NAME_TASKS_OWNED],
				&owned) ||
	    !dwarf_place_member(&owned, names[NAME_TASKS_ID], &id) || !dwarf_is_word(&id.type) ||
	    !dwarf_offset_narrow(id.offset, &root->owner))
		return false;
	root->kind = kind->kind;
	root->place = handle.place;
	root->handle = handle.handle;
	root->variant = handle.variant;
	count_read(r, &owned, &root->count);
	if (dwarf_place_within(&owned, DWARF_KIND_MEMBER, names[NAME_TASKS_SHARDS], &slice))
		return shards_read(r, &slice, root);
	return list_read(r, &owned, root);
}

static uint8_t bit_of(const struct plan_names *names, enum plan_name name)
{
	return (uint8_t)strtoul(names->name[name], NULL, 0);
}

static void bits_read(struct hud_plan_tasks *out, const struct plan_names *names)
{
	out->running = bit_of(names, NAME_STATE_RUNNING);
	out->complete = bit_of(names, NAME_STATE_COMPLETE);
	out->woken = bit_of(names, NAME_STATE_WOKEN);
	out->cancelled = bit_of(names, NAME_STATE_CANCELLED);
}

void plan_tasks_read_dwarf(struct hud_plan_tasks *out, const struct plan_declarations *declared,
			   const struct plan_names *names, const struct plan_tls *tls)
{
	struct reader r = {.declared = declared, .names = names, .tls = tls};

	memset(out, 0, sizeof(*out));
	bits_read(out, names);
	if (!task_read(&r, out))
		return;
	for (size_t i = 0; i < PLAN_SCHEDULERS; i++) {
		struct hud_plan_task_root root = {0};

		if (root_read(&r, &plan_scheduler_kinds[i], &root))
			out->root[out->roots++] = root;
	}
}

bool plan_tasks_by_layout(struct hud_plan_tasks *out, const struct plan_names *names,
			  const struct plan_tls *tls)
{
	memset(out, 0, sizeof(*out));
	bits_read(out, names);
	if (sscanf(names->name[NAME_TASKS_LAYOUT], "%u:%u:%u:%u:%u:%u:%u:%u:%u:%u", &out->state,
		   &out->vtable, &out->owner, &out->poll, &out->trailer, &out->id,
		   &out->vtable_bytes, &out->previous, &out->next, &out->trailer_bytes) != 10)
		return false;
	out->block_bytes = tls->bytes < HUD_PLAN_TASK_BLOCK_BYTES_MAX
				   ? tls->bytes
				   : HUD_PLAN_TASK_BLOCK_BYTES_MAX;
	return tls->executable && out->block_bytes && plan_tls_offset(tls, 0, &out->block);
}
