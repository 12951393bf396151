/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/identity_dwarf.h"
#include "analyzer/base/bytes.h"
#include "analyzer/dwarf/type.h"
#include "analyzer/runtime/declarations.h"

enum { TICK_BYTES = 4 };

struct reader {
	const struct plan_declarations *declared;
	const struct plan_names *names;
	const struct plan_tls *tls;
	struct hud_plan_identity *out;
};

static bool variable_place(const struct reader *r, size_t item, struct dwarf_place *out)
{
	return plan_declared_place(&r->declared->of[item], out);
}

static bool thread_offset(const struct reader *r, uint64_t value, uint64_t bytes, int64_t *out)
{
	return plan_tls_place(r->tls, value, bytes, out);
}

/* An Option of an id: 8 bytes that are not 0, or a tag of 8 bytes and then 8 bytes. */
static void task_read(struct reader *r)
{
	struct hud_plan_identity *head = r->out;
	struct dwarf_place place, option, some, id, none;
	struct dwarf_tag tag, some_tag;

	if (!variable_place(r, NAME_CONTEXT_VARIABLE, &place) ||
	    !dwarf_place_within(&place, DWARF_KIND_MEMBER, r->names->name[NAME_CONTEXT_TASK],
				&option) ||
	    !dwarf_place_within(&option, DWARF_KIND_ENUM, NULL, &option) ||
	    !dwarf_place_variant(&option, "None", &none, &tag) ||
	    !dwarf_place_variant(&option, "Some", &some, &some_tag) ||
	    !dwarf_place_within(&some, DWARF_KIND_NUMBER, NULL, &id))
		return;
	if (!tag.known || tag.value || tag.bytes != POINTER_BYTES ||
	    dwarf_type_bytes(&id.type) != POINTER_BYTES ||
	    !thread_offset(r, id.offset, POINTER_BYTES, &head->task))
		return;
	if (tag.offset != id.offset) {
		if (!thread_offset(r, tag.offset, POINTER_BYTES, &head->task_tag))
			return;
		head->identity_flags |= HUD_IDENTITY_TASK_TAG;
	}
	head->identity_flags |= HUD_IDENTITY_TASK;
}

/* How the function that polls a task, and the id of the task, are found from its address. */
static void header_read(struct reader *r)
{
	const struct plan_declared *header = &r->declared->of[NAME_HEADER_TYPE];
	const struct plan_declared *table = &r->declared->of[NAME_VTABLE_TYPE];
	const char *const *names = r->names->name;
	struct dwarf_place place = {.type = header->entry}, vtable, poll, id;

	if (!header->found || !table->found ||
	    !dwarf_place_member(&place, names[NAME_HEADER_VTABLE], &vtable))
		return;
	place.type = table->entry;
	if (dwarf_place_member(&place, names[NAME_VTABLE_POLL], &poll) && !poll.offset &&
	    dwarf_place_member(&place, names[NAME_VTABLE_ID], &id) &&
	    dwarf_type_bytes(&id.type) == POINTER_BYTES &&
	    dwarf_offset_narrow(vtable.offset, &r->out->task_vtable) &&
	    dwarf_offset_narrow(id.offset, &r->out->task_id))
		r->out->identity_flags |= HUD_IDENTITY_HEADER;
}

static bool tag_take(const struct dwarf_tag *tag, struct hud_plan_tag *out)
{
	bool wide = tag->bytes == 1 || tag->bytes == 2 || tag->bytes == 4 || tag->bytes == 8;

	out->bytes = (uint32_t)tag->bytes;
	out->value = tag->value;
	return tag->known && wide && dwarf_offset_narrow(tag->offset, &out->offset);
}

/* Where the pointer to the context is, and how the scheduler of this kind is recognized in it. */
static bool context_read(struct reader *r, size_t of, struct hud_plan_scheduler *s,
			 struct dwarf_place *context)
{
	const struct plan_declared *type = &r->declared->of[of + OF_CONTEXT];
	const struct plan_declared *variable = &r->declared->of[of + OF_VARIABLE];
	const char *const *names = r->names->name;
	struct dwarf_place place, pointer;
	struct dwarf_tag tag;

	if (variable_place(r, NAME_CONTEXT_VARIABLE, &place) &&
	    dwarf_place_within(&place, DWARF_KIND_MEMBER, names[NAME_CONTEXT_SCHEDULER],
			       &pointer) &&
	    dwarf_place_within(&pointer, DWARF_KIND_POINTER, NULL, &pointer) &&
	    dwarf_place_target(&pointer, &place) &&
	    dwarf_place_variant(&place, names[of + OF_VARIANT], context, &tag))
		return thread_offset(r, pointer.offset, POINTER_BYTES, &s->context) &&
		       (!tag.bytes || tag_take(&tag, &s->variant));
	/* Older versions have a thread-local for each kind, with a pointer without a type. */
	pointer.offset = variable->value;
	if (!variable->found || !type->found ||
	    (variable->by != DECLARED_WORD &&
	     (!variable_place(r, of + OF_VARIABLE, &place) ||
	      !dwarf_place_within(&place, DWARF_KIND_POINTER, NULL, &pointer))))
		return false;
	*context = (struct dwarf_place) {.type = type->entry};
	return thread_offset(r, pointer.offset, POINTER_BYTES, &s->context);
}

/* The core, which is in a Box in the context. */
static bool core_read(const struct reader *r, size_t of, const struct dwarf_place *context,
		      struct hud_plan_scheduler *s, struct dwarf_place *core)
{
	const struct plan_declared *type = &r->declared->of[of + OF_CORE_TYPE];
	struct dwarf_place pointer, member;

	if (!dwarf_place_within(context, DWARF_KIND_MEMBER, r->names->name[of + OF_CORE],
				&pointer) ||
	    !dwarf_place_within(&pointer, DWARF_KIND_POINTER, NULL, &pointer) ||
	    !dwarf_offset_narrow(pointer.offset, &s->core))
		return false;
	if (dwarf_place_target(&pointer, core) &&
	    dwarf_place_member(core, r->names->name[of + OF_TICK], &member))
		return true;
	*core = (struct dwarf_place) {.type = type->entry};
	return type->found;
}

static bool tick_read(struct reader *r, const struct dwarf_place *core, const char *name,
		      struct hud_plan_scheduler *s)
{
	struct dwarf_place tick;
	uint64_t bytes;

	if (!dwarf_place_member(core, name, &tick) || !dwarf_offset_narrow(tick.offset, &s->tick))
		return false;
	bytes = dwarf_type_bytes(&tick.type);
	if (bytes == 1)
		r->out->identity_flags |= HUD_IDENTITY_SHORT_TICK;
	return bytes == 1 || bytes == TICK_BYTES;
}

/* While the thread is parked the parker or driver is taken out of the core. */
static bool parked_read(const struct dwarf_place *core, const char *name,
			struct hud_plan_scheduler *s)
{
	struct dwarf_place option, none;
	struct dwarf_tag tag;

	return dwarf_place_member(core, name, &option) &&
	       dwarf_place_variant(&option, "None", &none, &tag) && tag.bytes &&
	       tag_take(&tag, &s->parked);
}

static void lifo_read(const struct dwarf_place *core, const char *name,
		      struct hud_plan_scheduler *s)
{
	struct dwarf_place task;

	s->lifo = HUD_NO_OFFSET;
	if (name && dwarf_place_member(core, name, &task) &&
	    dwarf_place_within(&task, DWARF_KIND_POINTER, NULL, &task) &&
	    !dwarf_offset_narrow(task.offset, &s->lifo))
		s->lifo = HUD_NO_OFFSET;
}

/* A ring that other workers steal from. Its head is two numbers, each as wide as the tail. */
static bool ring_read(const struct dwarf_place *queue, const char *const *names,
		      struct hud_plan_scheduler *s)
{
	struct dwarf_place pointer, ring, head, tail;

	if (!dwarf_place_within(queue, DWARF_KIND_POINTER, NULL, &pointer) ||
	    !dwarf_place_target(&pointer, &ring) ||
	    !dwarf_place_within(&ring, DWARF_KIND_MEMBER, names[NAME_RING_HEAD], &head) ||
	    !dwarf_place_within(&ring, DWARF_KIND_MEMBER, names[NAME_RING_TAIL], &tail))
		return false;
	s->queue_bytes = (uint16_t)dwarf_type_bytes(&tail.type);
	s->queue_kind = HUD_QUEUE_RING;
	return (s->queue_bytes == 2 || s->queue_bytes == 4) &&
	       dwarf_type_bytes(&head.type) == 2 * (uint64_t)s->queue_bytes &&
	       dwarf_offset_narrow(pointer.offset, &s->queue) &&
	       dwarf_offset_narrow(head.offset, &s->queue_head) &&
	       dwarf_offset_narrow(tail.offset, &s->queue_tail);
}

/* std's VecDeque: it has a length, or before Rust 1.67 two ends in a buffer of a power of two. */
static bool deque_read(const struct dwarf_place *queue, const char *const *names,
		       struct hud_plan_scheduler *s)
{
	s->queue_bytes = POINTER_BYTES;
	if (!dwarf_offset_narrow(queue->offset, &s->queue))
		return false;
	if (plan_member_word(queue, names[NAME_DEQUE_LENGTH], &s->queue_tail)) {
		s->queue_kind = HUD_QUEUE_LENGTH;
		return true;
	}
	s->queue_kind = HUD_QUEUE_WRAPPED;
	return plan_member_word(queue, names[NAME_DEQUE_FRONT], &s->queue_head) &&
	       plan_member_word(queue, names[NAME_DEQUE_BACK], &s->queue_tail) &&
	       plan_member_word(queue, names[NAME_DEQUE_ROOM], &s->queue_room);
}

static void queue_read(const struct reader *r, size_t of, const struct dwarf_place *core,
		       struct hud_plan_scheduler *s)
{
	struct dwarf_place queue;
	bool found = dwarf_place_member(core, r->names->name[of + OF_QUEUE], &queue) &&
		     (of == NAME_MULTI ? ring_read : deque_read)(&queue, r->names->name, s);

	if (found)
		return;
	s->queue_kind = HUD_QUEUE_UNKNOWN;
	s->queue_bytes = 0;
	s->queue = s->queue_head = s->queue_tail = s->queue_room = 0;
}

static void scheduler_read(struct reader *r, const struct plan_scheduler_kind *kind)
{
	struct hud_plan_scheduler s = {.kind = kind->kind};
	size_t of = kind->names;
	struct dwarf_place context, core;

	if (!context_read(r, of, &s, &context) || !core_read(r, of, &context, &s, &core) ||
	    !tick_read(r, &core, r->names->name[of + OF_TICK], &s) ||
	    !parked_read(&core, r->names->name[of + OF_PARK], &s))
		return;
	lifo_read(&core, r->names->name[of + OF_LIFO], &s);
	queue_read(r, of, &core, &s);
	r->out->scheduler[r->out->schedulers++] = s;
}

void plan_identity_read_dwarf(struct hud_plan_identity *out,
			      const struct plan_declarations *declared,
			      const struct plan_names *names, const struct plan_tls *tls)
{
	struct reader r = {.declared = declared, .names = names, .tls = tls, .out = out};

	memset(out, 0, sizeof(*out));
	task_read(&r);
	header_read(&r);
	for (size_t i = 0; i < PLAN_SCHEDULERS; i++)
		scheduler_read(&r, &plan_scheduler_kinds[i]);
	if (out->schedulers)
		out->identity_flags |= HUD_IDENTITY_KNOWN;
	else
		out->identity_flags = 0;
}
