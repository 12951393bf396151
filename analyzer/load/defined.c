/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/defined.h"
#include "analyzer/base/text_clean.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Chunks repeat the definitions that they use: a known id says nothing new. */

int list_add(void *array, size_t *count, size_t *room, size_t size)
{
	char *at;

	if (!array_grow(array, *count, room, size))
		return -ENOMEM;
	memcpy(&at, array, sizeof(at));
	memset(at + *count * size, 0, size);
	++*count;
	return 0;
}

const char *defined_string(const struct defined *d, uint32_t id)
{
	uint64_t index = id_map_get(&d->strings, id, 0);

	return index ? d->string.at[index - 1] : NULL;
}

struct defined_thread *defined_thread(const struct defined *d, uint32_t process, uint32_t tid)
{
	uint64_t index = id_map_get(&d->threads, process, tid);

	return index ? &d->thread.at[index - 1] : NULL;
}

int64_t defined_process_row(const struct defined *d, uint32_t process)
{
	uint64_t index = id_map_get(&d->processes, process, 0);

	return index ? d->process.at[index - 1].row : 0;
}

static int add_session(struct defined *d, const struct hud_session *s)
{
	/* Every other time is compared with these: sums of them must fit 63 bits. */
	if (s->start_ns > INT64_MAX / 4 || s->threshold_ns > INT64_MAX / 4 ||
	    s->start_realtime_ns > INT64_MAX || s->sample_hz > 1000000)
		return -EINVAL;
	d->session = *s;
	d->session_known = true;
	return 0;
}

static int add_string(struct defined *d, const struct hud_string *s)
{
	char *text;
	int err;

	if (!s->id)
		return -EINVAL;
	if (id_map_get(&d->strings, s->id, 0))
		return 0;
	err = LIST_ADD(d->string);
	if (err)
		return err;
	text = text_clean(s->text, s->bytes);
	d->string.at[d->string.count - 1] = text;
	return text ? id_map_set(&d->strings, s->id, 0, d->string.count) : -ENOMEM;
}

static int add_process(struct defined *d, int64_t *last_row, const struct hud_process *p)
{
	int err;

	if (!p->id)
		return -EINVAL;
	if (id_map_get(&d->processes, p->id, 0))
		return 0;
	err = LIST_ADD(d->process);
	if (err)
		return err;
	d->process.at[d->process.count - 1] = (struct defined_process) {
		.row = ++last_row[ROW_PROCESS],
		.pid = p->pid,
		.start_ns = p->start_ns,
		.name = defined_string(d, p->name),
		.exe = defined_string(d, p->exe),
	};
	return id_map_set(&d->processes, p->id, 0, d->process.count);
}

static int add_mapping(struct defined *d, const struct hud_mapping *m)
{
	struct defined_mapping *mapping;
	int err;

	if (!m->id || m->end <= m->start || m->build_id_bytes > HUD_BUILD_ID_BYTES_MAX ||
	    !id_map_get(&d->processes, m->process, 0))
		return -EINVAL;
	if (id_map_get(&d->mappings, m->id, 0))
		return 0;
	err = LIST_ADD(d->mapping);
	if (err)
		return err;
	mapping = &d->mapping.at[d->mapping.count - 1];
	*mapping = (struct defined_mapping) {
		.process = m->process,
		.start = m->start,
		.end = m->end,
		.offset = m->offset,
		.from_ns = m->from_ns,
		.path = defined_string(d, m->path),
		.flags = m->mapping_flags,
		.build_id_bytes = m->build_id_bytes,
	};
	memcpy(mapping->build_id, m->build_id, m->build_id_bytes);
	return id_map_set(&d->mappings, m->id, 0, d->mapping.count);
}

/* A thread defined again has been renamed. */
static int add_thread(struct defined *d, int64_t *last_row, const struct hud_thread *t)
{
	int64_t process = defined_process_row(d, t->process);
	struct defined_thread *thread = defined_thread(d, t->process, t->tid);

	if (!process)
		return -EINVAL;
	if (!thread) {
		int err = LIST_ADD(d->thread);

		if (!err)
			err = id_map_set(&d->threads, t->process, t->tid, d->thread.count);
		if (err)
			return err;
		thread = &d->thread.at[d->thread.count - 1];
		thread->row = ++last_row[ROW_THREAD];
		thread->process = process;
		thread->tid = t->tid;
	}
	if (!thread->comm || t->from_ns >= thread->comm_ns) {
		thread->written = false;
		thread->comm = defined_string(d, t->comm);
		thread->comm_ns = t->from_ns;
	}
	return 0;
}

static int add_user_stack(struct defined *d, int64_t *last_row, const struct hud_user_stack *s,
			  uint64_t now_ns)
{
	struct defined_user_stack *stack;
	int err;

	if (!s->id || s->frames > HUD_STACK_FRAMES_MAX || !id_map_get(&d->processes, s->process, 0))
		return -EINVAL;
	if (id_map_get(&d->user_stacks, s->id, 0))
		return 0;
	err = LIST_ADD(d->user_stack);
	if (err)
		return err;
	stack = &d->user_stack.at[d->user_stack.count - 1];
	*stack = (struct defined_user_stack) {
		.row = ++last_row[ROW_STACK],
		.process = s->process,
		.stop = s->stop,
		.frame_pointer_from = s->frame_pointer_from,
		.seen_ns = now_ns,
		.address = text_pool_alloc(&d->pool, s->frames * sizeof(*stack->address)),
	};
	if (!stack->address)
		return -ENOMEM;
	stack->frames = s->frames;
	memcpy(stack->address, s->address, s->frames * sizeof(*stack->address));
	return id_map_set(&d->user_stacks, s->id, 0, d->user_stack.count);
}

static int add_kernel_stack(struct defined *d, int64_t *last_row, const struct hud_kernel_stack *s)
{
	struct defined_kernel_stack *stack;
	int err;

	if (!s->id || s->frames > HUD_STACK_FRAMES_MAX)
		return -EINVAL;
	if (id_map_get(&d->kernel_stacks, s->id, 0))
		return 0;
	err = LIST_ADD(d->kernel_stack);
	if (err)
		return err;
	stack = &d->kernel_stack.at[d->kernel_stack.count - 1];
	*stack = (struct defined_kernel_stack) {
		.row = ++last_row[ROW_STACK],
		.stop = s->stop,
		.function = text_pool_alloc(&d->pool, s->frames * sizeof(*stack->function)),
	};
	if (!stack->function)
		return -ENOMEM;
	stack->frames = s->frames;
	for (size_t i = 0; i < s->frames; i++) {
		const char *name = defined_string(d, s->function[i]);

		stack->function[i] = name ? name : "";
	}
	return id_map_set(&d->kernel_stacks, s->id, 0, d->kernel_stack.count);
}

int defined_add(struct defined *d, int64_t last_row[ROW_KINDS], const struct hud_record *r,
		uint64_t now_ns)
{
	switch (r->type) {
	case HUD_SESSION:
		return add_session(d, (const void *)r);
	case HUD_STRING:
		return add_string(d, (const void *)r);
	case HUD_PROCESS:
		return add_process(d, last_row, (const void *)r);
	case HUD_MAPPING:
		return add_mapping(d, (const void *)r);
	case HUD_THREAD:
		return add_thread(d, last_row, (const void *)r);
	case HUD_USER_STACK:
		return add_user_stack(d, last_row, (const void *)r, now_ns);
	case HUD_KERNEL_STACK:
		return add_kernel_stack(d, last_row, (const void *)r);
	default:
		return 0;
	}
}

void defined_free(struct defined *d)
{
	struct id_map *maps[] = {&d->strings,  &d->processes,   &d->threads,
				 &d->mappings, &d->user_stacks, &d->kernel_stacks};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		id_map_free(maps[i]);
	for (size_t i = 0; i < d->string.count; i++)
		free(d->string.at[i]);
	free(d->string.at);
	free(d->process.at);
	free(d->mapping.at);
	free(d->thread.at);
	free(d->user_stack.at);
	free(d->kernel_stack.at);
	text_pool_close(&d->pool);
}

/* The mapping that held the address when the stack was taken; else the first that ever did. */
static const struct defined_mapping *mapping_of_address(const struct defined *d, uint32_t process,
							uint64_t address, uint64_t when_ns)
{
	const struct defined_mapping *best = NULL, *later = NULL;

	for (size_t i = 0; i < d->mapping.count; i++) {
		const struct defined_mapping *m = &d->mapping.at[i];

		if (m->process != process || address < m->start || address >= m->end)
			continue;
		if (m->from_ns <= when_ns && (!best || m->from_ns >= best->from_ns))
			best = m;
		if (m->from_ns > when_ns && (!later || m->from_ns < later->from_ns))
			later = m;
	}
	return best ? best : later;
}

const struct defined_mapping *defined_frame(const struct defined *d,
					    const struct defined_user_stack *stack, size_t frame,
					    uint64_t *offset)
{
	uint64_t address = stack->address[frame];
	const struct defined_mapping *m;

	if (frame && address)
		address--;
	m = mapping_of_address(d, stack->process, address, stack->seen_ns);
	*offset = m ? address - m->start + m->offset : 0;
	return m;
}

static int add_offset(const struct defined *d, const struct defined_user_stack *stack, size_t frame,
		      struct offsets *of_binary)
{
	uint64_t offset;
	const struct defined_mapping *m = defined_frame(d, stack, frame, &offset);
	struct offsets *of = m && m->binary ? &of_binary[m->binary - 1] : NULL;
	int err = of ? LIST_ADD(of->list) : 0;

	if (of && !err)
		of->list.at[of->list.count - 1] = offset;
	return err;
}

int defined_offsets(const struct defined *d, size_t first_stack, struct offsets *of_binary)
{
	int err = 0;

	for (size_t i = first_stack; !err && i < d->user_stack.count; i++)
		for (size_t k = 0; !err && k < d->user_stack.at[i].frames; k++)
			err = add_offset(d, &d->user_stack.at[i], k, of_binary);
	return err;
}
