/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_set.h"
#include "analyzer/export/gzip.h"
#include "analyzer/export/pprof_tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * pprof's profile.proto, compressed: a sample for each site and stack. Strings, functions and
 * locations are written when they are first referred to; the order of fields does not matter.
 */

struct pprof {
	const struct export *e;
	struct export_of of;
	struct gzip gzip;
	struct proto out;
	struct stack_reader stacks;
	struct pprof_tables tables;
	struct text_set causes;
};

static void type_write(struct pprof *p, const char *name, const char *unit)
{
	uint64_t name_at = pprof_string(&p->tables, name), unit_at = pprof_string(&p->tables, unit);
	size_t type = proto_begin(&p->out, PROFILE_SAMPLE_TYPE);

	proto_number(&p->out, TYPE_NAME, name_at);
	proto_number(&p->out, TYPE_UNIT, unit_at);
	proto_end(&p->out, type);
}

/* All time, and of blocked time also that of each cause. */
static void types_write(struct pprof *p)
{
	bool is_cpu = strcmp(p->of.kind, "cpu") == 0;
	char name[128];

	type_write(p, is_cpu ? "samples" : "parts", "count");
	type_write(p, p->of.kind, "nanoseconds");
	for (size_t i = 0; i < p->causes.count; i++) {
		snprintf(name, sizeof(name), "%.100s_parts", p->causes.text[i]);
		type_write(p, name, "count");
		type_write(p, p->causes.text[i], "nanoseconds");
	}
	proto_number(&p->out, PROFILE_DEFAULT_TYPE, pprof_string(&p->tables, p->of.kind));
}

/* A row of sql/export/profile_kinds.sql. */
static int cause_row(void *context, sqlite3_stmt *q)
{
	struct pprof *p = context;
	const char *cause = (const char *)sqlite3_column_text(q, 1);
	int64_t added;

	if (!cause || strcmp(p->of.kind, "cpu") == 0 ||
	    (p->of.cause && strcmp(cause, p->of.cause) != 0))
		return 0;
	added = text_set_index(&p->causes, cause);
	return added < 0 ? (int)added : 0;
}

/* A row of sql/export/trace_time.sql. */
static int time_row(void *context, sqlite3_stmt *q)
{
	struct pprof *p = context;
	int64_t start_ns = sqlite3_column_int64(q, 0);

	proto_number(&p->out, PROFILE_TIME,
		     (uint64_t)sqlite3_column_int64(q, 3) +
			     ((uint64_t)start_ns - (uint64_t)sqlite3_column_int64(q, 2)));
	proto_number(&p->out, PROFILE_DURATION,
		     (uint64_t)sqlite3_column_int64(q, 1) - (uint64_t)start_ns);
	return 0;
}

struct label {
	const char *key, *text; /* text NULL: the number, or no label where that is 0 */
	int64_t number;
};

#define LABELS 3

static void labels_write(struct pprof *p, const struct label *label, const uint64_t *key,
			 const uint64_t *text)
{
	for (size_t i = 0; i < LABELS; i++) {
		size_t message;

		if (!label[i].text && !label[i].number)
			continue;
		message = proto_begin(&p->out, SAMPLE_LABEL);
		proto_number(&p->out, LABEL_KEY, key[i]);
		if (label[i].text)
			proto_number(&p->out, LABEL_TEXT, text[i]);
		else
			proto_number(&p->out, LABEL_NUMBER, (uint64_t)label[i].number);
		proto_end(&p->out, message);
	}
}

/* All time, and that of the sample's cause: in the order of the types. */
static void values_write(struct pprof *p, const char *cause, int64_t count, int64_t ns)
{
	size_t list = proto_begin(&p->out, SAMPLE_VALUES);

	proto_packed(&p->out, (uint64_t)count);
	proto_packed(&p->out, (uint64_t)ns);
	for (size_t i = 0; i < p->causes.count; i++) {
		bool own = cause && strcmp(cause, p->causes.text[i]) == 0;

		proto_packed(&p->out, own ? (uint64_t)count : 0);
		proto_packed(&p->out, own ? (uint64_t)ns : 0);
	}
	proto_end(&p->out, list);
}

static int flush(struct pprof *p)
{
	if (p->out.failed)
		return -ENOMEM;
	gzip_write(&p->gzip, p->out.bytes, p->out.length);
	p->out.length = 0;
	return 0;
}

/* A row of sql/export/profile.sql. */
static int sample_row(void *context, sqlite3_stmt *q)
{
	struct pprof *p = context;
	const char *cause = (const char *)sqlite3_column_text(q, 3);
	const struct label label[LABELS] = {
		{"cause", cause, 0},
		{"site", NULL, sqlite3_column_int64(q, 4)},
		{"function", (const char *)sqlite3_column_text(q, 5), 0},
	};
	uint64_t key[LABELS], text[LABELS];
	struct proto ids = {0};
	int err = pprof_stack(&p->tables, sqlite3_column_int64(q, 0), &ids);
	size_t sample;

	for (size_t i = 0; i < LABELS; i++) {
		key[i] = pprof_string(&p->tables, label[i].key);
		text[i] = label[i].text ? pprof_string(&p->tables, label[i].text) : 0;
	}
	sample = proto_begin(&p->out, PROFILE_SAMPLE);
	proto_bytes(&p->out, SAMPLE_LOCATIONS, ids.bytes, ids.length);
	values_write(p, cause, sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 1));
	labels_write(p, label, key, text);
	proto_end(&p->out, sample);
	p->out.failed |= ids.failed;
	proto_close(&ids);
	return err ? err : flush(p);
}

static enum exit_status profile_write(struct pprof *p)
{
	enum exit_status status = export_rows(p->e, "profile_kinds", NULL, cause_row, p);

	pprof_string(&p->tables, "");
	types_write(p);
	proto_number(&p->out, PROFILE_COMMENT,
		     pprof_string(&p->tables, "hud-analyze " HUD_VERSION));
	if (status == STATUS_DONE)
		status = export_rows(p->e, "trace_time", NULL, time_row, p);
	if (status == STATUS_DONE)
		status = export_rows(p->e, "mappings", NULL, pprof_mapping_row, &p->tables);
	if (status == STATUS_DONE)
		status = export_rows(p->e, "profile", &p->of, sample_row, p);
	if (status == STATUS_DONE && flush(p))
		status = message(STATUS_SYSTEM, NULL, "cannot export: out of memory");
	return status == STATUS_DONE ? stack_reader_status(&p->stacks) : status;
}

enum exit_status export_pprof(const struct export *e)
{
	struct pprof p = {.e = e, .of = export_of(e)};
	enum exit_status status = stack_reader_open(&p.stacks, e);

	p.tables.out = &p.out;
	p.tables.stacks = &p.stacks;
	if (status == STATUS_DONE && gzip_open(&p.gzip, e->out))
		status = message(STATUS_SYSTEM, NULL, "cannot export: out of memory");
	if (status == STATUS_DONE)
		status = profile_write(&p);
	gzip_close(&p.gzip, status == STATUS_DONE);
	stack_reader_close(&p.stacks);
	pprof_tables_free(&p.tables);
	text_set_free(&p.causes);
	proto_close(&p.out);
	return status;
}
