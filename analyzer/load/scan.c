/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/scan.h"
#include "analyzer/base/text_pool.h"
#include "format/base/array.h"
#include "format/wire/recording.h"
#include "format/wire/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct scan_capture *capture_of_chunk(struct scan *s, const struct hud_chunk *chunk)
{
	struct scan_capture *c;

	for (size_t i = s->capture.count; i-- > 0;)
		if (!memcmp(s->capture.at[i]->id, chunk->capture_id, sizeof(chunk->capture_id)))
			return s->capture.at[i];
	c = calloc(1, sizeof(*c));
	if (!c || LIST_ADD(s->capture)) {
		free(c);
		return NULL;
	}
	memcpy(c->id, chunk->capture_id, sizeof(c->id));
	s->capture.at[s->capture.count - 1] = c;
	return c;
}

static int take(struct scan *s, const struct hud_record *r, const struct hud_chunk *chunk)
{
	struct scan_capture *c = capture_of_chunk(s, chunk);
	int error;

	if (!c)
		return -ENOMEM;
	if (chunk->sequence >= c->next_sequence)
		c->next_sequence = chunk->sequence + 1;
	if (chunk->end_ns > c->end_ns)
		c->end_ns = chunk->end_ns;
	if (r->type == HUD_SYMBOL_ADDRESS || r->type == HUD_SYMBOL_BINARY)
		c->symbolized = true;
	error = defined_add(&c->defined, c->last_row, r, chunk->end_ns);
	return error == -EINVAL ? 0 : error;
}

/* The symbolizer uses symbols that the capture has already. */
static int take_symbols(struct scan *s, const struct hud_record *r, const struct hud_chunk *chunk)
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
			error = take_symbols(s, r, chunk);
		if (error)
			break;
	}
	s->reader = capture_reader_state(reader);
	capture_reader_close(reader);
	return error;
}

/* Sets the binary of a mapping. Modules are the same where build-id and path are. */
static int find_binary(struct scan *s, struct scan_capture *c, struct defined_mapping *m)
{
	struct symbol_module *module =
		symbolizer_module(s->symbolizer, m->build_id, m->build_id_bytes, m->path);
	int error;

	if (!module)
		return -ENOMEM;
	for (m->binary = 1; m->binary <= c->binary.count; m->binary++)
		if (c->binary.at[m->binary - 1].module == module)
			return 0;
	error = LIST_ADD(c->binary);
	if (!error)
		c->binary.at[c->binary.count - 1].module = module;
	return error;
}

static int offset_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void keep_each_once(struct offsets *o)
{
	size_t used = 0;

	if (o->list.count)
		qsort(o->list.at, o->list.count, sizeof(*o->list.at), offset_order);
	for (size_t i = 0; i < o->list.count; i++)
		if (!used || o->list.at[used - 1] != o->list.at[i])
			o->list.at[used++] = o->list.at[i];
	o->list.count = used;
}

static bool of_user(const struct symbol_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (frames[i].origin == ORIGIN_USER)
			return true;
	return false;
}

int scan_add_callees(struct scan_binary *b)
{
	const size_t own = b->offsets.list.count;
	int error = 0;

	for (size_t i = 0; i < own && !error; i++) {
		const struct symbol_frame *frames;
		uint64_t target, offset = b->offsets.list.at[i];
		size_t count;

		error = symbol_module_resolve(b->module, offset, &frames, &count);
		if (error || !of_user(frames, count) ||
		    !symbol_module_call_target(b->module, offset, &target))
			continue;
		error = LIST_ADD(b->offsets.list);
		if (!error)
			b->offsets.list.at[b->offsets.list.count - 1] = target;
	}
	keep_each_once(&b->offsets);
	return error;
}

static int find_offsets(struct scan_capture *c)
{
	struct offsets *of_binary = calloc(c->binary.count + 1, sizeof(*of_binary));
	int error = of_binary ? defined_offsets(&c->defined, 0, of_binary) : -ENOMEM;

	for (size_t i = 0; of_binary && i < c->binary.count; i++) {
		keep_each_once(&of_binary[i]);
		c->binary.at[i].offsets = of_binary[i];
	}
	free(of_binary);
	return error;
}

int scan_resolve(struct scan *s)
{
	int error = 0;

	for (size_t i = 0; i < s->capture.count && !error; i++) {
		struct scan_capture *c = s->capture.at[i];

		for (size_t k = 0; k < c->defined.mapping.count && !error; k++)
			if (!(c->defined.mapping.at[k].flags & HUD_MAPPING_ANONYMOUS))
				error = find_binary(s, c, &c->defined.mapping.at[k]);
		if (!error)
			error = find_offsets(c);
	}
	return error;
}

void scan_close(struct scan *s)
{
	for (size_t i = 0; i < s->capture.count; i++) {
		struct scan_capture *c = s->capture.at[i];

		for (size_t k = 0; k < c->binary.count; k++)
			free(c->binary.at[k].offsets.list.at);
		free(c->binary.at);
		defined_free(&c->defined);
		free(c);
	}
	free(s->capture.at);
	memset(s, 0, sizeof(*s));
}

enum exit_status scan_check_binaries(const struct scan *s)
{
	const char *unused = symbolizer_unused_binary(s->symbolizer, 0);

	if (!unused)
		return STATUS_DONE;
	return message_unfit_binary(unused, "capture", "it is none of the binaries in the capture");
}
