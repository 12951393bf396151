/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_TRACE_H
#define HUD_ANALYZER_EXPORT_TRACE_H

#include "analyzer/export/format.h"

/*
 * A recording over time, for trace viewers: tracks with slices, instants and counters. The driver
 * (trace.c) reads rows and hands them to a writer, so that all such formats hold the same.
 *
 * Times are ns on CLOCK_MONOTONIC. Slices of one track come in the order of time and do not
 * overlap.
 */

enum trace_track_kind {
	TRACK_PROCESS,
	TRACK_THREAD,  /* of a process */
	TRACK_PART,    /* another one of a thread */
	TRACK_GROUP,   /* of no process */
	TRACK_MEMBER,  /* of a group */
	TRACK_COUNTER, /* of a process or a group */
};

struct trace_track {
	uint64_t id; /* not 0 */
	uint64_t parent;
	enum trace_track_kind kind;
	/* Formats that know only processes and threads know the track by these numbers. */
	int64_t pid, tid;
	const char *name;
	int64_t place;    /* among its siblings */
	const char *unit; /* of a counter: "tasks" */
};

struct trace_arg {
	const char *name; /* lives as long as the trace is written */
	const char *text; /* NULL: it is the number */
	int64_t number;
};

/* The part of a blocking poll at one site. */
struct trace_part {
	int64_t site;
	const char *function, *cause;
	int64_t blocked_ns;
};

struct trace_event {
	uint64_t track;
	int64_t start_ns, end_ns;
	bool instant; /* without a length: end_ns is start_ns */
	const char *name, *category;
	const struct trace_arg *arg;
	size_t args;
	const struct trace_part *part;
	size_t parts;
	int64_t stack;              /* stack.id; 0: none */
	uint64_t flow_out, flow_in; /* the id of the flow that begins, or ends, here; 0: none */
};

struct trace_sample {
	int64_t time_ns, cpu, pid, tid, stack;
};

/* Two clocks at one moment, and how often each CPU was sampled. */
struct trace_clocks {
	int64_t monotonic_ns, realtime_ns, sample_hz;
};

/* What to call for each; functions return 0 or a negative errno. */
struct trace_writer {
	void *context;
	int (*begin)(void *context, const struct trace_clocks *clocks);
	int (*track)(void *context, const struct trace_track *track);
	int (*event)(void *context, const struct trace_event *event);
	int (*counter)(void *context, uint64_t track, int64_t time_ns, int64_t value);
	int (*sample)(void *context, const struct trace_sample *sample); /* NULL: not wanted */
};

enum exit_status trace_write(const struct export *e, const struct trace_writer *writer);

#endif
