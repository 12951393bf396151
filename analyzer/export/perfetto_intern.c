/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/perfetto_intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t perfetto_name(struct perfetto *p, uint32_t list, const char *text)
{
	const char *kept = text_pool_intern(&p->texts, text, strlen(text));
	uint64_t iid = kept ? id_map_get(&p->names, (uintptr_t)kept, list) : 0;
	size_t entry;

	if (!kept)
		p->interned.failed = true;
	if (!kept || iid)
		return iid;
	iid = ++p->last_iid[list];
	if (id_map_set(&p->names, (uintptr_t)kept, list, iid)) {
		p->interned.failed = true;
		return 0;
	}
	entry = proto_begin(&p->interned, list);
	proto_number(&p->interned, ENTRY_IID, iid);
	proto_text(&p->interned, ENTRY_TEXT, kept);
	proto_end(&p->interned, entry);
	return iid;
}

#define BY_ADDRESS INTERNED_LISTS /* the list of names known by their address */

uint64_t perfetto_arg_name(struct perfetto *p, const char *name)
{
	uint64_t iid = id_map_get(&p->names, (uintptr_t)name, BY_ADDRESS);

	if (iid)
		return iid;
	iid = perfetto_name(p, INTERNED_ARG_NAME, name);
	if (iid && id_map_set(&p->names, (uintptr_t)name, BY_ADDRESS, iid))
		p->interned.failed = true;
	return iid;
}

/* Whether it is the first time that this entry of a list is asked for. */
static bool is_new(struct perfetto *p, uint32_t list, uint64_t iid)
{
	if (id_map_get(&p->written, iid, list))
		return false;
	if (id_map_set(&p->written, iid, list, 1)) {
		p->interned.failed = true;
		return false;
	}
	return true;
}

/* A build-id as its bytes: InternedData has it so. */
static uint64_t build_id(struct perfetto *p, const char *hex)
{
	uint64_t iid = ++p->last_iid[INTERNED_BUILD_ID];
	size_t entry = proto_begin(&p->interned, INTERNED_BUILD_ID);
	uint8_t bytes[64];
	size_t count = 0;

	for (; count < sizeof(bytes) && hex[2 * count] && hex[2 * count + 1]; count++) {
		const char digits[] = {hex[2 * count], hex[2 * count + 1], '\0'};

		bytes[count] = (uint8_t)strtoul(digits, NULL, 16);
	}
	proto_number(&p->interned, ENTRY_IID, iid);
	proto_bytes(&p->interned, ENTRY_TEXT, bytes, count);
	proto_end(&p->interned, entry);
	return iid;
}

/* The mapping of the kernel, and of frames in no binary: the numbers of the others follow. */
#define MAPPING_NONE 1

static uint64_t mapping_iid(int64_t binary)
{
	return (uint64_t)binary + MAPPING_NONE;
}

static void mapping_write(struct perfetto *p, uint64_t iid, const char *path, const char *id,
			  const uint64_t range[3])
{
	uint64_t path_iid = perfetto_name(p, INTERNED_PATH, path ? path : "[unknown]");
	uint64_t id_iid = id ? build_id(p, id) : 0;
	size_t entry = proto_begin(&p->interned, INTERNED_MAPPING);

	proto_number(&p->interned, ENTRY_IID, iid);
	if (id_iid)
		proto_number(&p->interned, MAPPING_BUILD_ID, id_iid);
	proto_number(&p->interned, MAPPING_START, range[0]);
	proto_number(&p->interned, MAPPING_END, range[1]);
	proto_number(&p->interned, MAPPING_OFFSET, range[2]);
	proto_number(&p->interned, MAPPING_PATH, path_iid);
	proto_end(&p->interned, entry);
}

/* A row of sql/export/mappings.sql. */
static int mapping_row(void *context, sqlite3_stmt *q)
{
	const uint64_t range[] = {(uint64_t)sqlite3_column_int64(q, 3),
				  (uint64_t)sqlite3_column_int64(q, 4),
				  (uint64_t)sqlite3_column_int64(q, 5)};

	mapping_write(context, mapping_iid(sqlite3_column_int64(q, 0)),
		      (const char *)sqlite3_column_text(q, 1),
		      (const char *)sqlite3_column_text(q, 2), range);
	return 0;
}

static void frame_write(struct perfetto *p, const struct stack_frame *f)
{
	uint64_t name = perfetto_name(p, INTERNED_FUNCTION, f->name);
	uint64_t path = f->file ? perfetto_name(p, INTERNED_SOURCE_PATH, f->file) : 0;
	size_t entry = proto_begin(&p->interned, INTERNED_FRAME);

	proto_number(&p->interned, ENTRY_IID, (uint64_t)f->id);
	proto_number(&p->interned, FRAME_FUNCTION, name);
	proto_number(&p->interned, FRAME_MAPPING, mapping_iid(f->binary));
	proto_number(&p->interned, FRAME_RELATIVE_PC, f->offset);
	if (path)
		proto_number(&p->interned, FRAME_SOURCE_PATH, path);
	if (f->line > 0)
		proto_number(&p->interned, FRAME_LINE, (uint64_t)f->line);
	proto_end(&p->interned, entry);
}

bool perfetto_stack(struct perfetto *p, int64_t stack)
{
	struct proto frames = {0};
	struct stack_frame frame;
	size_t entry;

	if (!is_new(p, INTERNED_STACK, (uint64_t)stack))
		return !p->interned.failed;
	stack_begin(&p->stacks, stack);
	while (stack_next(&p->stacks, &frame)) {
		if (is_new(p, INTERNED_FRAME, (uint64_t)frame.id))
			frame_write(p, &frame);
		proto_number(&frames, STACK_FRAME_IDS, (uint64_t)frame.id);
	}
	entry = proto_begin(&p->interned, INTERNED_STACK);
	proto_number(&p->interned, ENTRY_IID, (uint64_t)stack);
	proto_append(&p->interned, &frames);
	proto_end(&p->interned, entry);
	proto_close(&frames);
	return !p->interned.failed;
}

enum exit_status perfetto_intern_open(struct perfetto *p)
{
	static const uint64_t nowhere[3] = {0};
	enum exit_status status = stack_reader_open(&p->stacks, p->e);

	mapping_write(p, MAPPING_NONE, "[kernel or unknown]", NULL, nowhere);
	return status == STATUS_DONE ? export_rows(p->e, "mappings", NULL, mapping_row, p) : status;
}

void perfetto_intern_close(struct perfetto *p)
{
	stack_reader_close(&p->stacks);
	text_pool_close(&p->texts);
	id_map_free(&p->names);
	id_map_free(&p->written);
	proto_close(&p->interned);
}
