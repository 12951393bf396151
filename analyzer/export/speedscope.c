/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/id_map.h"
#include "analyzer/base/json.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/export/stack.h"
#include "format/base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/*
 * speedscope's file format: a profile for all blocked time, one for each cause, and one for CPU
 * time. The stacks come first; the frames that they refer to are collected meanwhile and come last.
 */

struct speedscope {
	const struct export *e;
	struct stack_reader stacks;
	struct id_map index; /* frame.id + 1 to index + 1 */
	int64_t *frame;      /* frame.id, by index */
	size_t frames, frame_room;
	int64_t *weight; /* of the stacks of this profile */
	size_t weights, weight_room;
	size_t profiles;
	enum exit_status status; /* of the profiles */
};

static int frame_write(struct speedscope *s, int64_t id, const char *before)
{
	uint64_t key = (uint64_t)id + 1, index = id_map_get(&s->index, key, 0);

	if (!index) {
		if (!array_grow(&s->frame, s->frames, &s->frame_room, sizeof(*s->frame)))
			return -ENOMEM;
		s->frame[s->frames++] = id;
		index = s->frames;
		if (id_map_set(&s->index, key, 0, index))
			return -ENOMEM;
	}
	fprintf(s->e->out, "%s%" PRIu64, before, index - 1);
	return 0;
}

/* A row of sql/export/profile.sql. */
static int stack_write(void *context, sqlite3_stmt *q)
{
	struct speedscope *s = context;
	struct stack_frame frame;
	const char *before = "";
	int err = 0;

	if (!array_grow(&s->weight, s->weights, &s->weight_room, sizeof(*s->weight)))
		return -ENOMEM;
	fputs(s->weights ? ",\n[" : "[", s->e->out);
	s->weight[s->weights++] = sqlite3_column_int64(q, 1);
	stack_begin(&s->stacks, sqlite3_column_int64(q, 0));
	while (!err && stack_next(&s->stacks, &frame)) {
		err = frame_write(s, frame.id, before);
		before = ",";
	}
	putc_unlocked(']', s->e->out);
	return err;
}

static enum exit_status profile_write(struct speedscope *s, const struct export_of *of)
{
	FILE *out = s->e->out;
	enum exit_status status;
	int64_t total = 0;
	char name[128];

	snprintf(name, sizeof(name), "%s%s%s", of->kind, of->cause ? ": " : "",
		 of->cause ? of->cause : "");
	fputs(s->profiles++ ? ",\n" : "\n", out);
	fputs("{\"type\":\"sampled\",\"unit\":\"nanoseconds\",\"startValue\":0,\"name\":", out);
	json_text(out, name);
	fputs(",\n\"samples\":[", out);
	s->weights = 0;
	status = export_rows(s->e, "profile", of, stack_write, s);
	fputs("],\n\"weights\":[", out);
	for (size_t i = 0; i < s->weights; i++) {
		total = ns_add(total, s->weight[i]);
		fprintf(out, "%s%" PRId64, i ? "," : "", s->weight[i]);
	}
	fprintf(out, "],\n\"endValue\":%" PRId64 "}", total);
	return status;
}

/* A row of sql/export/profile_kinds.sql. */
static int kind_write(void *context, sqlite3_stmt *q)
{
	struct speedscope *s = context;
	struct export_of of = {(const char *)sqlite3_column_text(q, 0),
			       (const char *)sqlite3_column_text(q, 1)};

	if (s->status == STATUS_DONE)
		s->status = profile_write(s, &of);
	return 0;
}

static void frames_write(struct speedscope *s)
{
	FILE *out = s->e->out;

	for (size_t i = 0; i < s->frames; i++) {
		struct stack_frame frame = {.name = "unknown"};

		stack_frame_find(&s->stacks, s->frame[i], &frame);
		fputs(i ? ",\n{\"name\":" : "\n{\"name\":", out);
		json_text(out, frame.name);
		if (frame.file) {
			fputs(",\"file\":", out);
			json_text(out, frame.file);
		}
		if (frame.line > 0)
			fprintf(out, ",\"line\":%" PRId64, frame.line);
		putc_unlocked('}', out);
	}
}

static enum exit_status document_write(struct speedscope *s)
{
	const struct export_of of = export_of(s->e);
	FILE *out = s->e->out;

	fputs("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n"
	      "\"exporter\":\"hud-analyze " HUD_VERSION "\",\n\"activeProfileIndex\":0,\n"
	      "\"profiles\":[",
	      out);
	if (s->e->form->of)
		s->status = profile_write(s, &of);
	else if (export_rows(s->e, "profile_kinds", NULL, kind_write, s) != STATUS_DONE)
		s->status = STATUS_SYSTEM;
	fputs("],\n\"shared\":{\"frames\":[", out);
	frames_write(s);
	fputs("]}}\n", out);
	return s->status == STATUS_DONE ? stack_reader_status(&s->stacks) : s->status;
}

enum exit_status export_speedscope(const struct export *e)
{
	struct speedscope s = {.e = e};
	enum exit_status status = stack_reader_open(&s.stacks, e);

	if (status == STATUS_DONE)
		status = document_write(&s);
	stack_reader_close(&s.stacks);
	id_map_free(&s.index);
	free(s.frame);
	free(s.weight);
	return status;
}
