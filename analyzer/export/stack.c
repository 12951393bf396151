/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/stack.h"

/* The columns of sql/export/frames.sql. */
enum column {
	COLUMN_ID,
	COLUMN_SITE,
	COLUMN_FUNCTION,
	COLUMN_FILE,
	COLUMN_LINE,
	COLUMN_INLINED,
	COLUMN_BINARY,
	COLUMN_OFFSET,
	COLUMN_ORIGIN,
	COLUMN_DECL_LINE,
};

enum exit_status stack_reader_open(struct stack_reader *r, const struct export *e)
{
	*r = (struct stack_reader) {.export = e, .step = SQLITE_DONE};
	r->q = export_query(e, "frames", NULL);
	r->one = r->q ? export_query(e, "frame", NULL) : NULL;
	return r->one ? STATUS_DONE : STATUS_SYSTEM;
}

void stack_reader_close(struct stack_reader *r)
{
	sqlite3_finalize(r->q);
	sqlite3_finalize(r->one);
	r->q = r->one = NULL;
}

void stack_begin(struct stack_reader *r, int64_t stack)
{
	sqlite3_reset(r->q);
	sqlite3_bind_int64(r->q, 1, stack);
	r->nameless = stack == 0;
}

static const struct stack_frame nameless = {
	.name = "unknown", .full = "unknown", .origin = "unknown"};

static void frame_read(sqlite3_stmt *q, struct stack_frame *out)
{
	*out = (struct stack_frame) {
		.id = sqlite3_column_int64(q, COLUMN_ID),
		.name = (const char *)sqlite3_column_text(q, COLUMN_SITE),
		.full = (const char *)sqlite3_column_text(q, COLUMN_FUNCTION),
		.file = (const char *)sqlite3_column_text(q, COLUMN_FILE),
		.line = sqlite3_column_int64(q, COLUMN_LINE),
		.inlined = sqlite3_column_int(q, COLUMN_INLINED) != 0,
		.binary = sqlite3_column_int64(q, COLUMN_BINARY),
		.offset = (uint64_t)sqlite3_column_int64(q, COLUMN_OFFSET),
		.origin = (const char *)sqlite3_column_text(q, COLUMN_ORIGIN),
		.decl_line = sqlite3_column_int64(q, COLUMN_DECL_LINE),
	};
	out->name = out->name ? out->name : nameless.name;
	out->full = out->full ? out->full : nameless.full;
	out->origin = out->origin ? out->origin : nameless.origin;
}

bool stack_next(struct stack_reader *r, struct stack_frame *out)
{
	int step;

	if (r->nameless) {
		*out = nameless;
		r->nameless = false;
		return true;
	}
	step = sqlite3_step(r->q);
	if (step == SQLITE_ROW)
		frame_read(r->q, out);
	else if (step != SQLITE_DONE)
		r->step = step;
	return step == SQLITE_ROW;
}

bool stack_frame_find(struct stack_reader *r, int64_t id, struct stack_frame *out)
{
	int step;

	if (!id) {
		*out = nameless;
		return true;
	}
	sqlite3_reset(r->one);
	sqlite3_bind_int64(r->one, 1, id);
	step = sqlite3_step(r->one);
	if (step == SQLITE_ROW)
		frame_read(r->one, out);
	else if (step != SQLITE_DONE)
		r->step = step;
	return step == SQLITE_ROW;
}

enum exit_status stack_reader_status(const struct stack_reader *r)
{
	return export_ended(r->export, r->step);
}
