/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/pprof_tables.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A frame of the stack that is read. */
struct pprof_line {
	uint64_t function, number;
	int64_t frame, binary;
	uint64_t offset;
	bool inlined;
};

void pprof_tables_free(struct pprof_tables *t)
{
	text_pool_close(&t->texts);
	id_map_free(&t->string);
	id_map_free(&t->function);
	id_map_free(&t->location);
	id_map_free(&t->start);
	free(t->line);
}

/* The first one must be "". */
uint64_t pprof_string(struct pprof_tables *t, const char *text)
{
	const char *kept = text_pool_intern(&t->texts, text, strlen(text));
	uint64_t number = kept ? id_map_get(&t->string, (uintptr_t)kept, 0) : 0;

	if (number)
		return number - 1;
	if (!kept || id_map_set(&t->string, (uintptr_t)kept, 0, ++t->strings))
		t->out->failed = true;
	proto_text(t->out, PROFILE_STRING, text);
	return t->strings - 1;
}

/* A row of sql/export/mappings.sql. */
int pprof_mapping_row(void *tables, sqlite3_stmt *q)
{
	struct pprof_tables *t = tables;
	const char *path = (const char *)sqlite3_column_text(q, 1);
	const char *build_id = (const char *)sqlite3_column_text(q, 2);
	uint64_t id = (uint64_t)sqlite3_column_int64(q, 0);
	uint64_t start = (uint64_t)sqlite3_column_int64(q, 3);
	uint64_t offset = (uint64_t)sqlite3_column_int64(q, 5);
	uint64_t path_at = pprof_string(t, path ? path : "");
	uint64_t build_id_at = pprof_string(t, build_id ? build_id : "");
	size_t mapping = proto_begin(t->out, PROFILE_MAPPING);

	proto_number(t->out, MAPPING_ID, id);
	proto_number(t->out, MAPPING_START, start);
	proto_number(t->out, MAPPING_END, (uint64_t)sqlite3_column_int64(q, 4));
	proto_number(t->out, MAPPING_OFFSET, offset);
	proto_number(t->out, MAPPING_FILE, path_at);
	proto_number(t->out, MAPPING_BUILD_ID, build_id_at);
	for (uint32_t field = MAPPING_HAS_FUNCTIONS; field <= MAPPING_HAS_INLINED; field++)
		proto_number(t->out, field, 1);
	proto_end(t->out, mapping);
	/* Where an offset in the file was in memory: never 0, which would mean not known. */
	return id_map_set(&t->start, id, 0, start - offset ? start - offset : 1);
}

static uint64_t function(struct pprof_tables *t, const struct stack_frame *f)
{
	uint64_t name = pprof_string(t, f->name), full = pprof_string(t, f->full);
	uint64_t file = pprof_string(t, f->file ? f->file : "");
	uint64_t number = id_map_get(&t->function, full << 32 | name, file);
	size_t message;

	if (number)
		return number;
	number = ++t->functions;
	if (id_map_set(&t->function, full << 32 | name, file, number))
		t->out->failed = true;
	message = proto_begin(t->out, PROFILE_FUNCTION);
	proto_number(t->out, FUNCTION_ID, number);
	proto_number(t->out, FUNCTION_NAME, name);
	proto_number(t->out, FUNCTION_FULL, full);
	proto_number(t->out, FUNCTION_FILE, file);
	proto_number(t->out, FUNCTION_LINE, (uint64_t)f->decl_line);
	proto_end(t->out, message);
	return number;
}

/* Reads a stack into t->line, the outermost frame first. */
static int lines_read(struct pprof_tables *t, int64_t stack)
{
	struct stack_frame f;

	t->lines = 0;
	stack_begin(t->stacks, stack);
	while (stack_next(t->stacks, &f)) {
		if (!array_grow(&t->line, t->lines, &t->line_room, sizeof(*t->line)))
			return -ENOMEM;
		t->line[t->lines++] = (struct pprof_line) {
			.function = function(t, &f),
			.number = (uint64_t)(f.line > 0 ? f.line : 0),
			.frame = f.id,
			.binary = f.binary,
			.offset = f.offset,
			.inlined = f.inlined,
		};
	}
	return 0;
}

/* An address: `count` lines up to `last`, the innermost, of which all but the first are inlined. */
static uint64_t location(struct pprof_tables *t, const struct pprof_line *last, size_t count)
{
	uint64_t id = (uint64_t)last->frame + 1;
	uint64_t start = id_map_get(&t->start, (uint64_t)last->binary, 0);
	size_t message;

	if (id_map_get(&t->location, id, 0))
		return id;
	if (id_map_set(&t->location, id, 0, 1))
		t->out->failed = true;
	message = proto_begin(t->out, PROFILE_LOCATION);
	proto_number(t->out, LOCATION_ID, id);
	if (start)
		proto_number(t->out, LOCATION_MAPPING, (uint64_t)last->binary);
	proto_number(t->out, LOCATION_ADDRESS, last->offset + start);
	for (size_t i = 0; i < count; i++) {
		size_t line = proto_begin(t->out, LOCATION_LINE);

		proto_number(t->out, LINE_FUNCTION, last[-(ptrdiff_t)i].function);
		proto_number(t->out, LINE_NUMBER, last[-(ptrdiff_t)i].number);
		proto_end(t->out, line);
	}
	proto_end(t->out, message);
	return id;
}

/* The addresses of the stack that was read, the innermost first. */
static void locations_write(struct pprof_tables *t, struct proto *ids)
{
	for (size_t end = t->lines; end > 0;) {
		size_t first = end - 1;

		while (first > 0 && t->line[first].inlined)
			first--;
		proto_packed(ids, location(t, &t->line[end - 1], end - first));
		end = first;
	}
}

int pprof_stack(struct pprof_tables *t, int64_t stack, struct proto *ids)
{
	int err = lines_read(t, stack);

	if (!err)
		locations_write(t, ids);
	return err;
}
