/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/definitions.h"
#include "format/base/array.h"
#include "format/wire/definitions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BEHIND_ID (sizeof(struct hud_record) + sizeof(uint32_t))

void definitions_init(struct definitions *d, uint64_t seed)
{
	memset(d, 0, sizeof(*d));
	definition_table_init(&d->string, BEHIND_ID, 0, seed);
	definition_table_init(&d->process, 0, 0, seed);
	definition_table_init(&d->mapping, 0, 0, seed);
	definition_table_init(&d->thread, offsetof(struct hud_thread, tid),
			      offsetof(struct hud_thread, from_ns), seed);
	definition_table_init(&d->user_stack, BEHIND_ID, 0, seed);
	definition_table_init(&d->kernel_stack, BEHIND_ID, 0, seed);
}

void definitions_free(struct definitions *d)
{
	for (size_t i = 0; i < d->process.count; i++)
		address_space_free(&d->space[i]);
	free(d->space);
	definition_table_free(&d->kernel_stack);
	definition_table_free(&d->user_stack);
	definition_table_free(&d->thread);
	definition_table_free(&d->mapping);
	definition_table_free(&d->process);
	definition_table_free(&d->string);
}

static struct hud_record record_head(enum hud_definition_type type, size_t bytes)
{
	return (struct hud_record) {.type = (uint16_t)type, .size = (uint32_t)((bytes + 7) & ~7ul)};
}

int64_t definitions_string(struct definitions *d, const char *text)
{
	struct hud_string *s = (struct hud_string *)d->scratch;
	size_t length = strlen(text);
	size_t bytes = length < HUD_STRING_BYTES_MAX ? length : HUD_STRING_BYTES_MAX;

	*s = (struct hud_string) {
		.head = record_head(HUD_STRING, sizeof(*s) + bytes),
		.id = (uint32_t)definition_table_next_id(&d->string),
		.bytes = (uint32_t)bytes,
	};
	memset(s->text, 0, s->head.size - sizeof(*s));
	memcpy(s->text, text, bytes);
	return definition_table_intern(&d->string, &s->head);
}

int64_t definitions_process(struct definitions *d, const struct hud_process *process)
{
	struct hud_process p = *process;
	int64_t id;

	p.head = record_head(HUD_PROCESS, sizeof(p));
	p.id = (uint32_t)definition_table_next_id(&d->process);
	if (!definitions_hold(d, &p.head))
		return -ENOENT;
	if (!array_grow(&d->space, d->process.count, &d->spaces, sizeof(*d->space)))
		return -ENOMEM;
	id = definition_table_append(&d->process, &p.head);
	if (id > 0)
		d->space[id - 1] = (struct address_space) {0};
	return id;
}

int64_t definitions_mapping(struct definitions *d, const struct hud_mapping *mapping)
{
	struct hud_mapping m = *mapping;
	int64_t id;
	int err;

	m.head = record_head(HUD_MAPPING, sizeof(m));
	m.id = (uint32_t)definition_table_next_id(&d->mapping);
	if (m.start >= m.end || m.build_id_bytes > HUD_BUILD_ID_BYTES_MAX)
		return -EINVAL;
	if (!m.process || !definitions_hold(d, &m.head))
		return -ENOENT;
	id = definition_table_append(&d->mapping, &m.head);
	if (id < 0)
		return id;
	err = address_space_map(&d->space[m.process - 1], m.start, m.end, m.id);
	return err ? err : id;
}

int definitions_thread(struct definitions *d, const struct hud_thread *thread)
{
	struct hud_thread t = *thread, *known;
	struct definition *definition;
	int64_t id;

	t.head = record_head(HUD_THREAD, sizeof(t));
	t.reserved = 0;
	if (!t.process || !definitions_hold(d, &t.head))
		return -ENOENT;
	definition = definition_table_find(&d->thread, &t.head);
	if (!definition) {
		id = definition_table_intern(&d->thread, &t.head);
		return id < 0 ? (int)id : 0;
	}
	known = (struct hud_thread *)definition->record;
	if (known->comm == t.comm)
		return 0;
	*known = t;
	definition->chunk = 0; /* the current chunk has the old name */
	return 0;
}

int64_t definitions_user_stack(struct definitions *d, uint32_t process, const uint64_t *address,
			       size_t frames, uint16_t stop, uint32_t frame_pointer_from)
{
	struct hud_user_stack *s = (struct hud_user_stack *)d->scratch;

	if (!definitions_space(d, process))
		return -ENOENT;
	if (frames > HUD_STACK_FRAMES_MAX) {
		frames = HUD_STACK_FRAMES_MAX;
		stop = HUD_STOP_DEPTH;
	}
	*s = (struct hud_user_stack) {
		.head = record_head(HUD_USER_STACK, sizeof(*s) + frames * sizeof(*address)),
		.id = (uint32_t)definition_table_next_id(&d->user_stack),
		.process = process,
		.frames = (uint16_t)frames,
		.stop = stop,
		.frame_pointer_from = frame_pointer_from,
	};
	if (frames)
		memcpy(s->address, address, frames * sizeof(*address));
	return definition_table_intern(&d->user_stack, &s->head);
}

int64_t definitions_kernel_stack(struct definitions *d, const uint32_t *function, size_t frames,
				 uint16_t stop)
{
	struct hud_kernel_stack *s = (struct hud_kernel_stack *)d->scratch;

	if (frames > HUD_STACK_FRAMES_MAX) {
		frames = HUD_STACK_FRAMES_MAX;
		stop = HUD_STOP_DEPTH;
	}
	*s = (struct hud_kernel_stack) {
		.head = record_head(HUD_KERNEL_STACK, sizeof(*s) + frames * sizeof(*function)),
		.id = (uint32_t)definition_table_next_id(&d->kernel_stack),
		.frames = (uint16_t)frames,
		.stop = stop,
	};
	if (frames)
		memcpy(s->function, function, frames * sizeof(*function));
	if (frames % 2)
		memset(&s->function[frames], 0, sizeof(*function));
	if (!definitions_hold(d, &s->head))
		return -ENOENT;
	return definition_table_intern(&d->kernel_stack, &s->head);
}

struct definition *definitions_find(const struct definitions *d, enum reference_kind kind,
				    uint32_t id, uint32_t process)
{
	struct hud_thread key;

	switch (kind) {
	case REFERENCE_STRING:
		return definition_table_at(&d->string, id);
	case REFERENCE_PROCESS:
		return definition_table_at(&d->process, id);
	case REFERENCE_THREAD:
		key = (struct hud_thread) {.tid = id, .process = process};
		return definition_table_find(&d->thread, &key.head);
	case REFERENCE_USER_STACK:
		return definition_table_at(&d->user_stack, id);
	case REFERENCE_KERNEL_STACK:
		return definition_table_at(&d->kernel_stack, id);
	case REFERENCE_MAPPING:
		return definition_table_at(&d->mapping, id);
	case REFERENCE_NONE:
		break;
	}
	return NULL;
}

const struct address_space *definitions_space(const struct definitions *d, uint32_t process)
{
	return process && process <= d->process.count ? &d->space[process - 1] : NULL;
}

bool definitions_hold(const struct definitions *d, const struct hud_record *record)
{
	const struct record_kind *kind = record_kind(record->type);

	for (size_t n = 0; kind && n < RECORD_REFERENCES && kind->reference[n].kind; n++) {
		const struct record_reference *r = &kind->reference[n];
		uint32_t count = r->each ? record_count(kind, record) : 1;

		if (r->kind == REFERENCE_THREAD || r->kind == REFERENCE_MAPPING)
			continue;
		if (r->when && record_u32(record, r->when) != r->equals)
			continue;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t id = record_u32(record, (uint16_t)(r->offset + 4 * i));

			if (id && !definitions_find(d, r->kind, id, 0))
				return false;
		}
	}
	return true;
}

size_t definitions_stack_bytes(const struct definitions *d)
{
	return d->user_stack.bytes + d->kernel_stack.bytes;
}

void definitions_forget_stacks(struct definitions *d)
{
	definition_table_forget(&d->user_stack);
	definition_table_forget(&d->kernel_stack);
}
