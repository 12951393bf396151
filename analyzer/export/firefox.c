/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/json.h"
#include "analyzer/export/firefox_thread.h"
#include "format/base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Firefox Profiler's processed profile, of a version that it upgrades when it loads one: a thread
 * for each thread, with its samples, and markers for blocking polls.
 */

#define PROFILE_VERSION 47

struct firefox {
	const struct export *e;
	int64_t start_ns;
	struct stack_reader stacks;
	struct firefox_thread thread;
	sqlite3_stmt *samples, *polls; /* both by thread; at the first row not used yet */
	int sample_step, poll_step;
	size_t threads;
};

/* A row of sql/export/firefox_meta.sql: the members of the document before its threads. */
static int meta_row(void *context, sqlite3_stmt *q)
{
	static const char marker_schema[] =
		"[{\"name\":\"BlockingPoll\",\"display\":[\"marker-chart\",\"marker-table\","
		"\"timeline-overview\"],\"tooltipLabel\":\"{marker.data.function}\","
		"\"tableLabel\":\"{marker.data.function} ({marker.data.cause})\","
		"\"chartLabel\":\"{marker.data.function}\",\"data\":["
		"{\"key\":\"cause\",\"label\":\"Cause\",\"format\":\"string\","
		"\"searchable\":true},"
		"{\"key\":\"task\",\"label\":\"Task\",\"format\":\"string\","
		"\"searchable\":true},"
		"{\"key\":\"place\",\"label\":\"Line\",\"format\":\"string\","
		"\"searchable\":true},"
		"{\"key\":\"function\",\"label\":\"Function\",\"format\":\"string\","
		"\"searchable\":true},"
		"{\"key\":\"blocked_ns\",\"label\":\"Blocked\",\"format\":\"nanoseconds\"},"
		"{\"key\":\"run_queue_ns\",\"label\":\"Waiting for a CPU\","
		"\"format\":\"nanoseconds\"},"
		"{\"key\":\"bounds\",\"label\":\"Bounds\",\"format\":\"string\"}]}]";
	struct firefox *f = context;
	int64_t hz = sqlite3_column_int64(q, 2);
	FILE *out = f->e->out;

	f->start_ns = sqlite3_column_int64(q, 0);
	fprintf(out,
		"{\"meta\":{\"version\":24,\"preprocessedProfileVersion\":%d,\"processType\":0,"
		"\"interval\":%.6f,\"startTime\":%.6f,\"stackwalk\":1,\"symbolicated\":true,"
		"\"usesOnlyOneStackType\":true,\"sourceCodeIsNotOnSearchfox\":true,\"debug\":false,"
		"\"pausedRanges\":[],\"extensions\":{\"length\":0,\"id\":[],\"name\":[],"
		"\"baseURL\":[]},\"sampleUnits\":{\"time\":\"ms\",\"eventDelay\":\"ms\","
		"\"threadCPUDelta\":\"ns\"},\"importedFrom\":\"hud-analyze " HUD_VERSION
		"\",\n\"product\":",
		PROFILE_VERSION, hz > 0 ? 1e3 / (double)hz : 1.0,
		(double)sqlite3_column_int64(q, 1) / 1e6);
	json_text(out, (const char *)sqlite3_column_text(q, 3));
	fputs(",\n\"categories\":[", out);
	for (size_t i = 0; firefox_categories[i].origin; i++)
		fprintf(out, "%s{\"name\":\"%s\",\"color\":\"%s\",\"subcategories\":[\"Other\"]}",
			i ? "," : "", firefox_categories[i].origin, firefox_categories[i].colour);
	fprintf(out, "],\n\"markerSchema\":%s},\n\"libs\":[],\"pages\":[],\n\"threads\":[",
		marker_schema);
	return 0;
}

/* The object that says what a marker is of, from a row of sql/export/trace_polls.sql. */
static char *marker_data(sqlite3_stmt *q)
{
	static const struct {
		const char *name;
		int column;
	} texts[] = {{"function", 4}, {"cause", 5}, {"task", 6}, {"bounds", 14}},
	  numbers[] = {{"blocked_ns", 12}, {"run_queue_ns", 11}, {"blocking_poll", 3}};
	char *data = NULL, *place;
	size_t bytes;
	FILE *out = open_memstream(&data, &bytes);

	if (!out)
		return NULL;
	fputs("{\"type\":\"BlockingPoll\"", out);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (sqlite3_column_type(q, texts[i].column) == SQLITE_NULL)
			continue;
		fprintf(out, ",\"%s\":", texts[i].name);
		json_text(out, (const char *)sqlite3_column_text(q, texts[i].column));
	}
	if (sqlite3_column_type(q, 7) != SQLITE_NULL &&
	    asprintf(&place, "%s:%" PRId64, (const char *)sqlite3_column_text(q, 7),
		     (int64_t)sqlite3_column_int64(q, 8)) >= 0) {
		fputs(",\"place\":", out);
		json_text(out, place);
		free(place);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		fprintf(out, ",\"%s\":%" PRId64, numbers[i].name,
			(int64_t)sqlite3_column_int64(q, numbers[i].column));
	putc('}', out);
	if (fclose(out) == 0)
		return data;
	free(data);
	return NULL;
}

static int marker_add(struct firefox *f, sqlite3_stmt *q)
{
	struct firefox_thread *t = &f->thread;
	const char *function = (const char *)sqlite3_column_text(q, 4);
	int64_t name = firefox_string(t, function ? function : "blocking poll");
	char *data = marker_data(q);
	const char *kept = data ? text_pool_intern(&t->texts, data, strlen(data)) : NULL;

	free(data);
	if (name < 0 || !kept ||
	    !array_grow(&t->marker, t->markers, &t->marker_room, sizeof(*t->marker)))
		return -ENOMEM;
	t->marker[t->markers++] = (struct firefox_marker) {
		.start_ns = sqlite3_column_int64(q, 1),
		.end_ns = sqlite3_column_int64(q, 2),
		.name = (size_t)name,
		.data = kept,
	};
	return 0;
}

static int sample_add(struct firefox *f, sqlite3_stmt *q)
{
	struct firefox_thread *t = &f->thread;
	int64_t stack = firefox_stack(t, &f->stacks, sqlite3_column_int64(q, 2));

	if (stack == -ENOMEM ||
	    !array_grow(&t->sample, t->samples, &t->sample_room, sizeof(*t->sample)))
		return -ENOMEM;
	t->sample[t->samples++] = (struct firefox_sample) {
		.time_ns = sqlite3_column_int64(q, 1),
		.stack = stack,
		.cpu_ns = sqlite3_column_int64(q, 3),
	};
	return 0;
}

/* Adds the rows of one thread. The rows come by thread, in the order of the threads. */
static int rows_take(struct firefox *f, sqlite3_stmt *q, int *step, int64_t thread,
		     int (*add)(struct firefox *f, sqlite3_stmt *q))
{
	int err = 0;

	while (!err && *step == SQLITE_ROW && sqlite3_column_int64(q, 0) <= thread) {
		if (sqlite3_column_int64(q, 0) == thread)
			err = add(f, q);
		*step = sqlite3_step(q);
	}
	return err;
}

/* A row of sql/export/firefox_threads.sql. A thread of which nothing is known is left out. */
static int thread_row(void *context, sqlite3_stmt *q)
{
	struct firefox *f = context;
	FILE *out = f->e->out;
	int64_t thread = sqlite3_column_int64(q, 0);
	const char *comm = (const char *)sqlite3_column_text(q, 4);
	int err;

	firefox_thread_clear(&f->thread);
	err = rows_take(f, f->samples, &f->sample_step, thread, sample_add);
	if (!err)
		err = rows_take(f, f->polls, &f->poll_step, thread, marker_add);
	if (err || (!f->thread.samples && !f->thread.markers))
		return err;
	fprintf(out,
		"%s{\"processType\":\"default\",\"processStartupTime\":0,\"processShutdownTime\":"
		"null,\"registerTime\":0,\"unregisterTime\":null,\"pausedRanges\":[],"
		"\"isMainThread\":%s,\"pid\":\"%" PRId64 "\",\"tid\":%" PRId64 ",\"processName\":",
		f->threads++ ? ",\n" : "\n", sqlite3_column_int(q, 7) ? "true" : "false",
		(int64_t)sqlite3_column_int64(q, 1), (int64_t)sqlite3_column_int64(q, 3));
	json_text(out, (const char *)sqlite3_column_text(q, 2));
	fputs(",\"name\":", out);
	json_text(out, comm ? comm : "thread");
	fputs(",\n\"nativeSymbols\":{\"length\":0,\"address\":[],\"functionSize\":[],"
	      "\"libIndex\":[],\"name\":[]},\"resourceTable\":{\"length\":0,\"lib\":[],"
	      "\"name\":[],\"host\":[],\"type\":[]}",
	      out);
	firefox_tables_write(&f->thread, f->start_ns, out);
	putc('}', out);
	return 0;
}

static enum exit_status document_write(struct firefox *f)
{
	enum exit_status status = export_rows(f->e, "firefox_meta", NULL, meta_row, f);

	f->samples = export_query(f->e, "firefox_samples", NULL);
	f->polls = f->samples ? export_query(f->e, "trace_polls", NULL) : NULL;
	if (status != STATUS_DONE || !f->polls)
		return STATUS_SYSTEM;
	f->sample_step = sqlite3_step(f->samples);
	f->poll_step = sqlite3_step(f->polls);
	status = export_rows(f->e, "firefox_threads", NULL, thread_row, f);
	fputs("]}\n", f->e->out);
	if (status == STATUS_DONE)
		status = export_ended(f->e, f->sample_step);
	if (status == STATUS_DONE)
		status = export_ended(f->e, f->poll_step);
	return status == STATUS_DONE ? stack_reader_status(&f->stacks) : status;
}

enum exit_status export_firefox(const struct export *e)
{
	struct firefox f = {.e = e};
	enum exit_status status = stack_reader_open(&f.stacks, e);

	if (status == STATUS_DONE)
		status = document_write(&f);
	firefox_thread_clear(&f.thread);
	sqlite3_finalize(f.samples);
	sqlite3_finalize(f.polls);
	stack_reader_close(&f.stacks);
	return status;
}
