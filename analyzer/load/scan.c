/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/scan.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/load/state.h"

struct scan_mapping {
	uint32_t process;
	uint16_t flags;
	uint16_t build_id_bytes;
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
	uint64_t start, end, offset, from_ns;
	const char *path;
	size_t binary; /* index + 1; 0: anonymous */
};

struct scan_stack {
	uint32_t process;
	uint32_t frames;
	uint64_t seen_ns;
	uint64_t *address;
};

struct scan_state {
	struct text_pool pool;
	struct key_map strings, mapping_ids, stack_ids; /* seen before */
	struct scan_mapping *mappings;
	size_t mapping_count, mapping_room;
	struct scan_stack *stacks;
	size_t stack_count, stack_room;
};

static struct scan_capture *capture_of(struct scan *s, const struct hud_chunk *chunk)
{
	struct scan_capture *c;

	for (size_t i = s->count; i-- > 0;)
		if (!memcmp(s->captures[i]->id, chunk->capture_id, sizeof(chunk->capture_id)))
			return s->captures[i];
	if (!array_grow(&s->captures, s->count, &s->room, sizeof(struct scan_capture *)))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	memcpy(c->id, chunk->capture_id, sizeof(c->id));
	s->captures[s->count++] = c;
	c->state = calloc(1, sizeof(*c->state));
	return c->state ? c : NULL;
}

/* Is this the first record of its kind with this id? Then it is remembered. */
static bool first_seen(struct scan_capture *c, struct key_map *map, uint32_t id, int *error)
{
	if (!id || key_map_find(map, id))
		return false;
	*error = key_map_put(map, id, c);
	return !*error;
}

static int take_string(struct scan_state *s, const struct hud_string *r)
{
	char *clean;
	const char *kept;

	if (!r->id || key_map_find(&s->strings, r->id))
		return 0;
	clean = text_clean(r->text, r->bytes);
	kept = clean ? text_pool_intern(&s->pool, clean, strlen(clean)) : NULL;
	free(clean);
	return kept ? key_map_put(&s->strings, r->id, (void *)(uintptr_t)kept) : -ENOMEM;
}

static int take_mapping(struct scan_capture *c, const struct hud_mapping *r)
{
	struct scan_state *s = c->state;
	struct scan_mapping *m;
	int error = 0;

	if (r->end <= r->start || !first_seen(c, &s->mapping_ids, r->id, &error))
		return error;
	if (!array_grow(&s->mappings, s->mapping_count, &s->mapping_room, sizeof(*s->mappings)))
		return -ENOMEM;
	m = &s->mappings[s->mapping_count++];
	*m = (struct scan_mapping) {
		.process = r->process,
		.flags = r->mapping_flags,
		.build_id_bytes = r->build_id_bytes,
		.start = r->start,
		.end = r->end,
		.offset = r->offset,
		.from_ns = r->from_ns,
		.path = key_map_find(&s->strings, r->path),
	};
	memcpy(m->build_id, r->build_id, sizeof(m->build_id));
	return 0;
}

static int take_stack(struct scan_capture *c, const struct hud_user_stack *r, uint64_t now_ns)
{
	struct scan_state *s = c->state;
	struct scan_stack *stack;
	int error = 0;

	if (r->frames > HUD_STACK_FRAMES_MAX || !first_seen(c, &s->stack_ids, r->id, &error))
		return error;
	if (!array_grow(&s->stacks, s->stack_count, &s->stack_room, sizeof(*s->stacks)))
		return -ENOMEM;
	stack = &s->stacks[s->stack_count++];
	*stack = (struct scan_stack) {
		.process = r->process,
		.frames = r->frames,
		.seen_ns = now_ns,
		.address = text_pool_alloc(&s->pool, r->frames * sizeof(*stack->address)),
	};
	if (!stack->address)
		return -ENOMEM;
	memcpy(stack->address, r->address, r->frames * sizeof(*stack->address));
	return 0;
}

static int take(struct scan *s, const struct hud_record *r, const struct hud_chunk *chunk)
{
	struct scan_capture *c = capture_of(s, chunk);

	if (!c)
		return -ENOMEM;
	if (chunk->sequence >= c->next_sequence)
		c->next_sequence = chunk->sequence + 1;
	if (chunk->end_ns > c->end_ns)
		c->end_ns = chunk->end_ns;
	switch (r->type) {
	case HUD_STRING:
		return take_string(c->state, (const void *)r);
	case HUD_MAPPING:
		return take_mapping(c, (const void *)r);
	case HUD_USER_STACK:
		return take_stack(c, (const void *)r, chunk->end_ns);
	case HUD_SYMBOL_ADDRESS:
	case HUD_SYMBOL_BINARY:
		c->symbolized = true;
		return 0;
	default:
		return 0;
	}
}

/* Symbols that the capture has already are the symbolizer's to know. */
static int symbols_pass(struct scan *s, const struct hud_record *r, const struct hud_chunk *chunk)
{
	int error = symbolizer_add_record(s->symbolizer, chunk->capture_id, r);

	return error == -ENOMEM ? error : 0;
}

int scan_read(struct scan *s, struct symbolizer *symbolizer, capture_source source, void *context)
{
	struct capture_reader *reader;
	const struct hud_record *r;
	int error = capture_reader_open(source, context, &reader);

	s->symbolizer = symbolizer;
	if (error)
		return error;
	while (!(error = capture_reader_next(reader, &r)) && r) {
		const struct hud_chunk *chunk = capture_reader_chunk(reader);

		error = chunk && r->type != HUD_LOST ? take(s, r, chunk) : 0;
		if (!error && chunk)
			error = symbols_pass(s, r, chunk);
		if (error)
			break;
	}
	s->reader = capture_reader_state(reader);
	capture_reader_close(reader);
	return error;
}

/* The binary of a mapping: index + 1. Modules are the same where build-id and path are. */
static int binary_of_mapping(struct scan *s, struct scan_capture *c, struct scan_mapping *m)
{
	struct symbol_module *module =
		symbolizer_module(s->symbolizer, m->build_id, m->build_id_bytes, m->path);

	if (!module)
		return -ENOMEM;
	for (m->binary = 1; m->binary <= c->binary_count; m->binary++)
		if (c->binaries[m->binary - 1].module == module)
			return 0;
	if (!array_grow(&c->binaries, c->binary_count, &c->binary_room, sizeof(*c->binaries)))
		return -ENOMEM;
	c->binaries[c->binary_count++] = (struct scan_binary) {.module = module};
	return 0;
}

/* As ingest has it: the mapping that held then; else the first that ever did. */
static const struct scan_mapping *mapping_of_address(const struct scan_state *s,
						     const struct scan_stack *stack,
						     uint64_t address)
{
	const struct scan_mapping *best = NULL;
	const struct scan_mapping *later = NULL;

	for (size_t i = 0; i < s->mapping_count; i++) {
		const struct scan_mapping *m = &s->mappings[i];

		if (m->process != stack->process || address < m->start || address >= m->end)
			continue;
		if (m->from_ns <= stack->seen_ns && (!best || m->from_ns >= best->from_ns))
			best = m;
		if (m->from_ns > stack->seen_ns && (!later || m->from_ns < later->from_ns))
			later = m;
	}
	return best ? best : later;
}

static int take_address(struct scan_capture *c, const struct scan_stack *stack, uint32_t index)
{
	uint64_t address = stack->address[index];
	const struct scan_mapping *m;
	struct scan_binary *b;

	if (index && address)
		address--;
	m = mapping_of_address(c->state, stack, address);
	if (!m || !m->binary)
		return 0;
	b = &c->binaries[m->binary - 1];
	if (!array_grow(&b->offsets, b->count, &b->room, sizeof(*b->offsets)))
		return -ENOMEM;
	b->offsets[b->count++] = address - m->start + m->offset;
	return 0;
}

static int offset_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void offsets_once(struct scan_binary *b)
{
	size_t used = 0;

	if (b->count)
		qsort(b->offsets, b->count, sizeof(*b->offsets), offset_order);
	for (size_t i = 0; i < b->count; i++)
		if (!used || b->offsets[used - 1] != b->offsets[i])
			b->offsets[used++] = b->offsets[i];
	b->count = used;
}

static int capture_resolve(struct scan *s, struct scan_capture *c)
{
	struct scan_state *state = c->state;
	int error = 0;

	for (size_t i = 0; i < state->mapping_count && !error; i++)
		if (!(state->mappings[i].flags & HUD_MAPPING_ANONYMOUS))
			error = binary_of_mapping(s, c, &state->mappings[i]);
	for (size_t i = 0; i < state->stack_count && !error; i++)
		for (uint32_t k = 0; k < state->stacks[i].frames && !error; k++)
			error = take_address(c, &state->stacks[i], k);
	for (size_t i = 0; i < c->binary_count; i++)
		offsets_once(&c->binaries[i]);
	return error;
}

int scan_resolve(struct scan *s)
{
	int error = 0;

	for (size_t i = 0; i < s->count && !error; i++)
		error = capture_resolve(s, s->captures[i]);
	return error;
}

static void state_close(struct scan_state *s)
{
	if (!s)
		return;
	key_map_close(&s->strings);
	key_map_close(&s->mapping_ids);
	key_map_close(&s->stack_ids);
	text_pool_close(&s->pool);
	free(s->mappings);
	free(s->stacks);
	free(s);
}

void scan_close(struct scan *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct scan_capture *c = s->captures[i];

		for (size_t k = 0; k < c->binary_count; k++)
			free(c->binaries[k].offsets);
		free(c->binaries);
		state_close(c->state);
		free(c);
	}
	free(s->captures);
	memset(s, 0, sizeof(*s));
}
