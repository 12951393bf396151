/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/pool_dwarf.h"
#include "analyzer/base/bytes.h"

enum { ITEM_BYTES_MAX = 4096 };

struct reader {
	const struct plan_declarations *declared;
	const struct plan_names *names;
	const struct plan_tls *tls;
	struct hud_plan_pool *out;
};

static bool tag_fits(const struct dwarf_tag *tag)
{
	return tag->bytes <= POINTER_BYTES && !(tag->bytes & (tag->bytes - 1));
}

/* What the first pointer in a value points to; `at`: where that pointer is. */
static bool pointed_to(const struct dwarf_place *in, uint32_t *at, struct dwarf_place *out)
{
	struct dwarf_place pointer;

	return dwarf_place_within(in, DWARF_KIND_POINTER, NULL, &pointer) &&
	       dwarf_offset_narrow(pointer.offset, at) && dwarf_place_target(&pointer, out);
}

/* A count that an atomic may wrap. Without one by this name its place stays unknown. */
static void count_read(const struct dwarf_place *in, const char *name, struct hud_plan_count *out)
{
	struct dwarf_place member, number;
	uint64_t bytes;

	if (!dwarf_place_within(in, DWARF_KIND_MEMBER, name, &member) ||
	    !dwarf_place_within(&member, DWARF_KIND_NUMBER, NULL, &number))
		return;
	bytes = dwarf_type_bytes(&number.type);
	if ((bytes == 4 || bytes == 8) && dwarf_offset_narrow(number.offset, &out->offset))
		out->bytes = (uint32_t)bytes;
}

/* How the tasks lie in the ring. Without that its length is known, and not which task waits. */
static void item_read(struct reader *r)
{
	const struct plan_declared *task = &r->declared->of[NAME_POOL_TASK];
	struct dwarf_place place = {.type = task->entry}, pointer;
	uint64_t bytes;

	if (!task->found || !dwarf_place_within(&place, DWARF_KIND_POINTER, NULL, &pointer) ||
	    !dwarf_offset_narrow(pointer.offset, &r->out->item_task))
		return;
	bytes = dwarf_type_bytes(&task->entry);
	if (bytes <= ITEM_BYTES_MAX)
		r->out->item_bytes = (uint32_t)bytes;
}

/* std's VecDeque, as in identity_dwarf.c, and its buffer. */
static bool queue_read(struct reader *r, const struct dwarf_place *queue)
{
	const char *const *names = r->names->name;
	struct hud_plan_pool *out = r->out;
	struct dwarf_place items;
	bool wrapped = !plan_member_word(queue, names[NAME_DEQUE_LENGTH], &out->queue_end);

	out->queue_kind = wrapped ? HUD_QUEUE_WRAPPED : HUD_QUEUE_LENGTH;
	if (wrapped && !plan_member_word(queue, names[NAME_DEQUE_BACK], &out->queue_end))
		return false;
	return dwarf_offset_narrow(queue->offset, &out->queue) &&
	       plan_member_word(queue, names[wrapped ? NAME_DEQUE_FRONT : NAME_DEQUE_FIRST],
				&out->queue_first) &&
	       plan_member_word(queue, names[NAME_DEQUE_ROOM], &out->queue_room) &&
	       dwarf_place_within(queue, DWARF_KIND_POINTER, NULL, &items) &&
	       dwarf_offset_narrow(items.offset - queue->offset, &out->queue_items);
}

/* What the pool's threads share: a member, or one variant of a member. */
static bool shared_place(struct reader *r, const struct dwarf_place *pool, struct dwarf_place *out)
{
	const char *const *names = r->names->name;
	struct dwarf_place kind;
	struct dwarf_tag tag;

	if (dwarf_place_within(pool, DWARF_KIND_MEMBER, names[NAME_POOL_SHARED], out))
		return true;
	if (!dwarf_place_within(pool, DWARF_KIND_MEMBER, names[NAME_POOL_KIND], &kind) ||
	    !dwarf_place_variant(&kind, names[NAME_POOL_VARIANT], out, &tag))
		return false;
	r->out->variant = (struct hud_plan_tag) {
		.offset = (uint32_t)tag.offset, .bytes = (uint32_t)tag.bytes, .value = tag.value};
	return !tag.bytes || (tag.known && tag_fits(&tag));
}

static bool pool_read(struct reader *r, const struct dwarf_place *pool)
{
	const char *const *names = r->names->name;
	struct hud_plan_pool *out = r->out;
	struct dwarf_place shared, queue;

	if (!shared_place(r, pool, &shared) ||
	    !dwarf_place_within(&shared, DWARF_KIND_MEMBER, names[NAME_POOL_QUEUE], &queue) ||
	    !queue_read(r, &queue))
		return false;
	count_read(pool, names[NAME_POOL_THREADS], &out->threads);
	count_read(pool, names[NAME_POOL_IDLE], &out->idle);
	count_read(pool, names[NAME_POOL_LIMIT], &out->limit);
	item_read(r);
	return true;
}

/* Each worker has an entry in a slice that the handle owns: its length is how many there are. */
static void workers_read(struct reader *r, const struct dwarf_place *handle,
			 struct hud_plan_count *out)
{
	struct dwarf_place slice;

	if (dwarf_place_within(handle, DWARF_KIND_MEMBER, r->names->name[NAME_POOL_WORKERS],
			       &slice))
		count_read(&slice, r->names->name[NAME_SLICE_LENGTH], out);
}

bool plan_handle_place(const struct plan_declarations *declared, const struct plan_names *names,
		       const struct plan_tls *tls, const char *variant, struct plan_handle *out)
{
	struct dwarf_place context, cell, option, some, value, pointer;
	struct dwarf_tag tag;

	if (!plan_declared_place(&declared->of[NAME_CONTEXT_VARIABLE], &context) ||
	    !dwarf_place_within(&context, DWARF_KIND_MEMBER, names->name[NAME_POOL_HANDLE],
				&cell) ||
	    !dwarf_place_within(&cell, DWARF_KIND_ENUM, NULL, &option) ||
	    !dwarf_place_variant(&option, "Some", &some, &tag) ||
	    !dwarf_place_within(&some, DWARF_KIND_ENUM, NULL, &some) ||
	    !dwarf_place_variant(&some, variant, &value, &tag) || (tag.bytes && !tag.known) ||
	    !tag_fits(&tag))
		return false;
	value.offset -= cell.offset;
	out->variant = (struct hud_plan_tag) {0};
	if (tag.bytes)
		out->variant =
			(struct hud_plan_tag) {.offset = (uint32_t)(tag.offset - cell.offset),
					       .bytes = (uint32_t)tag.bytes,
					       .value = tag.value};
	return dwarf_place_within(&value, DWARF_KIND_POINTER, NULL, &pointer) &&
	       dwarf_offset_narrow(pointer.offset, &out->handle) &&
	       dwarf_place_target(&pointer, &out->target) &&
	       plan_tls_place(tls, cell.offset, dwarf_type_bytes(&cell.type), &out->place);
}

static bool root_read(struct reader *r, const struct plan_scheduler_kind *kind,
		      struct hud_plan_pool_root *root)
{
	const char *const *names = r->names->name;
	struct dwarf_place spawner, pool;
	struct plan_handle handle;

	if (!plan_handle_place(r->declared, r->names, r->tls, names[kind->names + OF_VARIANT],
			       &handle))
		return false;
	root->kind = kind->kind;
	root->place = handle.place;
	root->handle = handle.handle;
	root->variant = handle.variant;
	if (!dwarf_place_within(&handle.target, DWARF_KIND_MEMBER, names[NAME_POOL_SPAWNER],
				&spawner) ||
	    !pointed_to(&spawner, &root->pool, &pool) || (!r->out->roots && !pool_read(r, &pool)))
		return false;
	workers_read(r, &handle.target, &root->workers);
	return true;
}

void plan_pool_read_dwarf(struct hud_plan_pool *out, const struct plan_declarations *declared,
			  const struct plan_names *names, const struct plan_tls *tls)
{
	struct reader r = {.declared = declared, .names = names, .tls = tls, .out = out};

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < PLAN_SCHEDULERS; i++) {
		struct hud_plan_pool_root root = {0};

		if (root_read(&r, &plan_scheduler_kinds[i], &root))
			out->root[out->roots++] = root;
	}
}
