/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/id_map.h"
#include "analyzer/base/json.h"
#include "analyzer/export/trace.h"
#include "format/base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Trace Event JSON, an event a line, for Perfetto's viewer, chrome://tracing and readers of their
 * own. Times are microseconds since the recording began. Slices are complete events (X), so that
 * none can lack its end. An instant that a flow begins or ends at is a slice without length: flows
 * bind to slices.
 */

struct known_track {
	int64_t pid, tid;
	char *name; /* of a counter; NULL: not one */
};

struct chrome {
	FILE *out;
	int64_t start_ns; /* of the recording */
	struct id_map at; /* the id of a track to its index + 1 */
	struct known_track *track;
	size_t tracks, room;
	bool any; /* was there an event? */
};

/* Signed microseconds with three digits behind the point. */
static void microseconds(FILE *out, const char *name, int64_t ns)
{
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	fprintf(out, ",\"%s\":%s%" PRIu64 ".%03u", name, ns < 0 ? "-" : "", size / 1000,
		(unsigned)(size % 1000));
}

static int64_t since(int64_t ns, int64_t start_ns)
{
	int64_t difference;

	return __builtin_sub_overflow(ns, start_ns, &difference) ? ns : difference;
}

static void event_begin(struct chrome *c, const char *phase, const struct known_track *track)
{
	fprintf(c->out, "%s{\"ph\":\"%s\",\"pid\":%" PRId64 ",\"tid\":%" PRId64,
		c->any ? ",\n" : "\n", phase, track->pid, track->tid);
	c->any = true;
}

static void key_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	json_text(out, text);
}

static int chrome_begin(void *context, const struct trace_clocks *clocks)
{
	struct chrome *c = context;

	c->start_ns = clocks->monotonic_ns;
	fprintf(c->out,
		"{\"displayTimeUnit\":\"ns\",\"otherData\":{\"exporter\":\"hud-analyze " HUD_VERSION
		"\",\"start_realtime_ns\":\"%" PRId64 "\",\"start_monotonic_ns\":\"%" PRId64
		"\"},\n\"traceEvents\":[",
		clocks->realtime_ns, clocks->monotonic_ns);
	return 0;
}

/* A metadata event: the name of a process or thread, or its place. */
static void metadata(struct chrome *c, const struct known_track *track, const char *what,
		     const char *name, int64_t place)
{
	event_begin(c, "M", track);
	fprintf(c->out, ",\"name\":\"%s\",\"args\":{", what);
	if (name) {
		fputs("\"name\":", c->out);
		json_text(c->out, name);
	} else {
		fprintf(c->out, "\"sort_index\":%" PRId64, place);
	}
	fputs("}}", c->out);
}

static int chrome_track(void *context, const struct trace_track *t)
{
	struct chrome *c = context;
	bool is_process = t->kind == TRACK_PROCESS || t->kind == TRACK_GROUP;
	struct known_track *known;

	if (!array_grow(&c->track, c->tracks, &c->room, sizeof(*c->track)))
		return -ENOMEM;
	known = &c->track[c->tracks++];
	*known = (struct known_track) {.pid = t->pid, .tid = t->tid};
	if (id_map_set(&c->at, t->id, 0, c->tracks))
		return -ENOMEM;
	if (t->kind == TRACK_COUNTER) {
		known->name = strdup(t->name);
		return known->name ? 0 : -ENOMEM;
	}
	metadata(c, known, is_process ? "process_name" : "thread_name", t->name, 0);
	metadata(c, known, is_process ? "process_sort_index" : "thread_sort_index", NULL,
		 is_process ? t->place
			    : (int64_t)(2 * (uint64_t)t->place + (t->kind == TRACK_PART)));
	return 0;
}

static const struct known_track *track_of(const struct chrome *c, uint64_t id)
{
	static const struct known_track none = {0};
	uint64_t place = id_map_get(&c->at, id, 0);

	return place ? &c->track[place - 1] : &none;
}

static void parts_write(FILE *out, const struct trace_event *e)
{
	for (size_t i = 0; i < e->parts; i++) {
		fprintf(out, "%s{\"site\":%" PRId64, i ? "," : ",\"sites\":[", e->part[i].site);
		key_text(out, "function", e->part[i].function);
		key_text(out, "cause", e->part[i].cause);
		fprintf(out, ",\"blocked_ns\":%" PRId64 "}", e->part[i].blocked_ns);
	}
	if (e->parts)
		putc_unlocked(']', out);
}

static void args_write(FILE *out, const struct trace_event *e)
{
	fputs(",\"args\":{", out);
	for (size_t i = 0; i < e->args; i++) {
		if (i)
			putc_unlocked(',', out);
		json_text(out, e->arg[i].name);
		putc_unlocked(':', out);
		if (e->arg[i].text)
			json_text(out, e->arg[i].text);
		else
			fprintf(out, "%" PRId64, e->arg[i].number);
	}
	parts_write(out, e);
	fputs("}}", out);
}

/* The beginning (s) or the end (f) of a flow, at the slice that was just written. */
static void flow_write(struct chrome *c, const struct trace_event *e,
		       const struct known_track *track)
{
	event_begin(c, e->flow_out ? "s" : "f", track);
	fprintf(c->out, ",\"name\":\"wake\",\"cat\":\"wake\",\"id\":%" PRIu64 "%s",
		e->flow_out ? e->flow_out : e->flow_in, e->flow_out ? "" : ",\"bp\":\"e\"");
	microseconds(c->out, "ts", since(e->start_ns, c->start_ns));
	putc_unlocked('}', c->out);
}

static int chrome_event(void *context, const struct trace_event *e)
{
	struct chrome *c = context;
	const struct known_track *track = track_of(c, e->track);
	bool flows = e->flow_out || e->flow_in;

	event_begin(c, e->instant && !flows ? "i" : "X", track);
	key_text(c->out, "name", e->name);
	key_text(c->out, "cat", e->category);
	microseconds(c->out, "ts", since(e->start_ns, c->start_ns));
	if (e->instant && !flows)
		fputs(",\"s\":\"g\"", c->out);
	else
		microseconds(c->out, "dur", since(e->end_ns, e->start_ns));
	args_write(c->out, e);
	if (flows)
		flow_write(c, e, track);
	return 0;
}

static int chrome_counter(void *context, uint64_t id, int64_t time_ns, int64_t value)
{
	struct chrome *c = context;
	const struct known_track *track = track_of(c, id);

	event_begin(c, "C", track);
	key_text(c->out, "name", track->name);
	microseconds(c->out, "ts", since(time_ns, c->start_ns));
	fprintf(c->out, ",\"args\":{\"value\":%" PRId64 "}}", value);
	return 0;
}

enum exit_status export_chrome(const struct export *e)
{
	struct chrome c = {.out = e->out};
	const struct trace_writer writer = {
		.context = &c,
		.begin = chrome_begin,
		.track = chrome_track,
		.event = chrome_event,
		.counter = chrome_counter,
	};
	enum exit_status status = trace_write(e, &writer);

	fputs("\n]}\n", e->out);
	for (size_t i = 0; i < c.tracks; i++)
		free(c.track[i].name);
	free(c.track);
	id_map_free(&c.at);
	return status;
}
