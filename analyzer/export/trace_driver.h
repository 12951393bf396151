/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_TRACE_DRIVER_H
#define HUD_ANALYZER_EXPORT_TRACE_DRIVER_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/export/trace.h"
#include "format/base/array.h"

#include <errno.h>
#include <string.h>

/*
 * What trace.c, which writes tracks, and trace_rows.c, which writes what is on them, share.
 * Functions return 0 or a negative errno.
 */

/* What a track is of; it makes the numbers of tracks unique. Fewer than 16. */
enum track_family {
	FAMILY_RECORDING = 1,
	FAMILY_PROCESS,
	FAMILY_THREAD,
	FAMILY_WAIT,
	FAMILY_WINDOW,
	FAMILY_CLOSURE,
	FAMILY_GROUP,
	FAMILY_CPU,
	FAMILY_CPU_QUEUE,
	FAMILY_POOL,
};

/* The numbers of processes that stand for no process: no pid is that great. */
#define PID_RECORDING 5000000
#define PID_CPUS 5000001

struct trace_thread {
	int64_t id, pid, tid, place;
	const char *comm;
};

/* Samples of one thread on one CPU, with nothing between them. */
struct cpu_run {
	int64_t cpu, thread, start_ns, end_ns, samples;
};

struct driver {
	const struct export *e;
	const struct trace_writer *writer;
	int64_t start_ns, end_ns; /* of what is exported */
	sqlite3_stmt *parts;      /* sql/export/trace_parts.sql */
	struct trace_part *site;  /* of the poll that is written */
	size_t sites, site_room;
	struct trace_thread *thread;
	size_t threads, thread_room;
	struct id_map thread_at; /* thread.id to its index + 1 */
	struct id_map process_seen;
	uint64_t track; /* of the slice before, which ended at track_end_ns */
	int64_t track_end_ns;
	uint64_t part; /* the track that was begun last */
	bool cpus;     /* the group of CPUs was begun */
	struct cpu_run run;
	uint64_t queue; /* the counter of the row before, which is right until queue_end_ns */
	int64_t queue_end_ns;
	int64_t pool, pools; /* the pool of the row before; how many there were */
	struct trace_arg *fact;
	size_t facts, fact_room;
	struct text_pool texts;
};

uint64_t track_id(enum track_family family, int64_t of);

/* NULL: there is no such thread. */
const struct trace_thread *trace_thread(const struct driver *d, int64_t id);

/* Writes a slice of a track whose slices come in the order of time. */
int driver_slice(struct driver *d, struct trace_event *event);

/*
 * Each begins a track, if it was not the last one that was begun: another one of a thread, that of
 * a CPU, and a counter, of which `track` says parent, pid, name and unit.
 */
int driver_part(struct driver *d, const struct trace_thread *thread, enum track_family family);
int driver_cpu(struct driver *d, int64_t cpu);
int driver_cpus(struct driver *d); /* the group of all */
int driver_counter(struct driver *d, enum track_family family, int64_t of,
		   struct trace_track track);

/* A row of each query in sql/export/ of that name. `context` is struct driver. */
int trace_poll_row(void *context, sqlite3_stmt *q);
int trace_wait_row(void *context, sqlite3_stmt *q);
int trace_window_row(void *context, sqlite3_stmt *q);
int trace_closure_row(void *context, sqlite3_stmt *q);
int trace_wake_row(void *context, sqlite3_stmt *q);
int trace_mark_row(void *context, sqlite3_stmt *q);
int trace_cpu_row(void *context, sqlite3_stmt *q);
int trace_cpu_end(struct driver *d); /* after the last */
int trace_cpu_queue_row(void *context, sqlite3_stmt *q);
int trace_cpu_queue_end(struct driver *d);
int trace_pool_row(void *context, sqlite3_stmt *q);
int trace_sample_row(void *context, sqlite3_stmt *q);

#endif
