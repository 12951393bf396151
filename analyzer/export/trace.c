/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/trace.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/export/trace_driver.h"

#include <errno.h>
#include <stdlib.h>

/* The order in which a trace is written, and its tracks. */

#define NEVER INT64_MIN

/* What lies between the numbers of a thread's tracks: no tid is that great. */
#define TID_PART 10000000

uint64_t track_id(enum track_family family, int64_t of)
{
	return (uint64_t)of << 4 | (uint64_t)family;
}

const struct trace_thread *trace_thread(const struct driver *d, int64_t id)
{
	uint64_t place = id_map_get(&d->thread_at, (uint64_t)id, 0);

	return place ? &d->thread[place - 1] : NULL;
}

/*
 * Clips a slice to what no earlier one of its track covers, so that no two overlap whatever the
 * capture says. The numbers in its arguments stay as they were.
 */
static void clip(struct driver *d, struct trace_event *event)
{
	if (d->track != event->track)
		d->track_end_ns = NEVER;
	d->track = event->track;
	if (event->start_ns < d->track_end_ns)
		event->start_ns = d->track_end_ns;
	if (event->end_ns < event->start_ns)
		event->end_ns = event->start_ns;
	d->track_end_ns = event->end_ns;
}

int driver_slice(struct driver *d, struct trace_event *event)
{
	clip(d, event);
	return d->writer->event(d->writer->context, event);
}

int driver_part(struct driver *d, const struct trace_thread *thread, enum track_family family)
{
	static const char *const names[] = {
		[FAMILY_WAIT] = "off the CPU",
		[FAMILY_WINDOW] = "states, by window",
		[FAMILY_CLOSURE] = "closures of the blocking pool",
	};
	const struct trace_track track = {
		.id = track_id(family, thread->id),
		.parent = track_id(FAMILY_THREAD, thread->id),
		.kind = TRACK_PART,
		.pid = thread->pid,
		.tid = ns_add(thread->tid, TID_PART * (int64_t)family),
		.place = thread->place,
		.name = names[family],
	};

	if (d->part == track.id)
		return 0;
	d->part = track.id;
	return d->writer->track(d->writer->context, &track);
}

int driver_counter(struct driver *d, enum track_family family, int64_t of, struct trace_track track)
{
	track.id = track_id(family, of);
	track.kind = TRACK_COUNTER;
	track.place = of;
	if (d->part == track.id)
		return 0;
	d->part = track.id;
	return d->writer->track(d->writer->context, &track);
}

int driver_cpus(struct driver *d)
{
	const struct trace_track group = {
		.id = track_id(FAMILY_GROUP, PID_CPUS),
		.kind = TRACK_GROUP,
		.pid = PID_CPUS,
		.name = "CPUs: watched threads",
		.place = 2,
	};

	if (d->cpus)
		return 0;
	d->cpus = true;
	return d->writer->track(d->writer->context, &group);
}

int driver_cpu(struct driver *d, int64_t cpu)
{
	char name[32];
	const struct trace_track track = {
		.id = track_id(FAMILY_CPU, cpu),
		.parent = track_id(FAMILY_GROUP, PID_CPUS),
		.kind = TRACK_MEMBER,
		.pid = PID_CPUS,
		.tid = ns_add(cpu, 1),
		.name = name,
		.place = cpu,
	};
	int err = driver_cpus(d);

	if (err || d->part == track.id)
		return err;
	snprintf(name, sizeof(name), "CPU %lld", (long long)cpu);
	d->part = track.id;
	return d->writer->track(d->writer->context, &track);
}

static int process_begin(struct driver *d, int64_t pid, const char *name)
{
	const struct trace_track track = {
		.id = track_id(FAMILY_PROCESS, pid),
		.kind = TRACK_PROCESS,
		.pid = pid,
		.name = name ? name : "unknown",
		.place = 1,
	};

	if (id_map_get(&d->process_seen, (uint64_t)pid, 0))
		return 0;
	if (id_map_set(&d->process_seen, (uint64_t)pid, 0, 1))
		return -ENOMEM;
	return d->writer->track(d->writer->context, &track);
}

enum thread_column {
	THREAD_ID,
	THREAD_PID,
	THREAD_PROCESS,
	THREAD_TID,
	THREAD_COMM,
	THREAD_ROLE,
	THREAD_PLACE,
};

/* A row of sql/export/trace_threads.sql. */
static int thread_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const char *comm = (const char *)sqlite3_column_text(q, THREAD_COMM);
	const char *role = (const char *)sqlite3_column_text(q, THREAD_ROLE);
	struct trace_thread *thread;
	struct trace_track track = {.kind = TRACK_THREAD};
	char name[128];
	int err;

	if (!array_grow(&d->thread, d->threads, &d->thread_room, sizeof(*d->thread)))
		return -ENOMEM;
	thread = &d->thread[d->threads];
	*thread = (struct trace_thread) {
		.id = sqlite3_column_int64(q, THREAD_ID),
		.pid = sqlite3_column_int64(q, THREAD_PID),
		.tid = sqlite3_column_int64(q, THREAD_TID),
		.place = sqlite3_column_int64(q, THREAD_PLACE),
	};
	comm = comm ? comm : "thread";
	thread->comm = text_pool_intern(&d->texts, comm, strlen(comm));
	if (!thread->comm || id_map_set(&d->thread_at, (uint64_t)thread->id, 0, ++d->threads))
		return -ENOMEM;
	snprintf(name, sizeof(name), "%s%s%s", comm, role ? ", " : "", role ? role : "");
	track.id = track_id(FAMILY_THREAD, thread->id);
	track.parent = track_id(FAMILY_PROCESS, thread->pid);
	track.pid = thread->pid;
	track.tid = thread->tid;
	track.place = thread->place;
	track.name = name;
	err = process_begin(d, thread->pid, (const char *)sqlite3_column_text(q, THREAD_PROCESS));
	return err ? err : d->writer->track(d->writer->context, &track);
}

/* A row of sql/export/trace_time.sql. */
static int time_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const struct trace_clocks clocks = {
		.monotonic_ns = sqlite3_column_int64(q, 2),
		.realtime_ns = sqlite3_column_int64(q, 3),
		.sample_hz = sqlite3_column_int64(q, 4),
	};

	d->start_ns = sqlite3_column_int64(q, 0);
	d->end_ns = sqlite3_column_int64(q, 1);
	return d->writer->begin(d->writer->context, &clocks);
}

/* A row of sql/export/trace_recording.sql: an argument of the slice that is the recording. */
static int fact_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const char *name = (const char *)sqlite3_column_text(q, 0);
	bool is_number = sqlite3_column_type(q, 1) == SQLITE_INTEGER;
	const char *text = is_number ? NULL : (const char *)sqlite3_column_text(q, 1);
	struct trace_arg *fact;

	if (sqlite3_column_type(q, 1) == SQLITE_NULL || !name)
		return 0;
	if (!array_grow(&d->fact, d->facts, &d->fact_room, sizeof(*d->fact)))
		return -ENOMEM;
	fact = &d->fact[d->facts++];
	*fact = (struct trace_arg) {
		.name = text_pool_intern(&d->texts, name, strlen(name)),
		.text = text ? text_pool_intern(&d->texts, text, strlen(text)) : NULL,
		.number = sqlite3_column_int64(q, 1),
	};
	return fact->name && (fact->text || is_number) ? 0 : -ENOMEM;
}

/* One slice as long as the recording, which says what it is and what was lost. */
static int recording_write(struct driver *d)
{
	const struct trace_track group = {
		.id = track_id(FAMILY_GROUP, PID_RECORDING),
		.kind = TRACK_GROUP,
		.pid = PID_RECORDING,
		.name = "recording",
	};
	const struct trace_track track = {
		.id = track_id(FAMILY_RECORDING, 1),
		.parent = group.id,
		.kind = TRACK_MEMBER,
		.pid = PID_RECORDING,
		.tid = 1,
		.name = "recording and marks",
	};
	struct trace_event event = {
		.track = track.id,
		.start_ns = d->start_ns,
		.end_ns = d->end_ns,
		.name = "recording",
		.category = "hud",
		.arg = d->fact,
		.args = d->facts,
	};
	int err = d->writer->track(d->writer->context, &group);

	if (!err)
		err = d->writer->track(d->writer->context, &track);
	return err ? err : driver_slice(d, &event);
}

static enum exit_status rows_write(struct driver *d)
{
	static const struct {
		const char *query;
		int (*row)(void *context, sqlite3_stmt *q);
		int (*end)(struct driver *d);
	} all[] = {
		{"trace_polls", trace_poll_row, NULL},
		{"trace_waits", trace_wait_row, NULL},
		{"trace_windows", trace_window_row, NULL},
		{"trace_closures", trace_closure_row, NULL},
		{"trace_wakes", trace_wake_row, NULL},
		{"trace_marks", trace_mark_row, NULL},
		{"trace_cpus", trace_cpu_row, trace_cpu_end},
		{"trace_cpu_queue", trace_cpu_queue_row, trace_cpu_queue_end},
		{"trace_pool_queue", trace_pool_row, NULL},
		{"trace_samples", trace_sample_row, NULL},
	};
	enum exit_status status = STATUS_DONE;

	for (size_t i = 0; status == STATUS_DONE && i < sizeof(all) / sizeof(*all); i++) {
		d->part = d->track = 0;
		status = export_rows(d->e, all[i].query, NULL, all[i].row, d);
		if (status == STATUS_DONE && all[i].end && all[i].end(d))
			status = message(STATUS_SYSTEM, NULL, "cannot export: out of memory");
	}
	return status;
}

static enum exit_status driver_run(struct driver *d)
{
	enum exit_status status = export_rows(d->e, "trace_time", NULL, time_row, d);

	if (status == STATUS_DONE)
		status = export_rows(d->e, "trace_recording", NULL, fact_row, d);
	if (status == STATUS_DONE && recording_write(d))
		status = message(STATUS_SYSTEM, NULL, "cannot export: out of memory");
	if (status == STATUS_DONE)
		status = export_rows(d->e, "trace_threads", NULL, thread_row, d);
	return status == STATUS_DONE ? rows_write(d) : status;
}

enum exit_status trace_write(const struct export *e, const struct trace_writer *writer)
{
	struct driver d = {.e = e, .writer = writer};
	enum exit_status status = STATUS_SYSTEM;

	d.parts = export_query(e, "trace_parts", NULL);
	if (d.parts)
		status = driver_run(&d);
	sqlite3_finalize(d.parts);
	id_map_free(&d.thread_at);
	id_map_free(&d.process_seen);
	text_pool_close(&d.texts);
	free(d.thread);
	free(d.site);
	free(d.fact);
	return status;
}
