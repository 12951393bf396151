/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/inserts.h"
#include "analyzer/store/row.h"
#include "analyzer/store/row_batch.h"
#include "analyzer/store/store_thread.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* `id` is given out by the loader, so that rows can refer to one another before they are stored. */
static const struct {
	const char *table;
	const char *columns;
	bool batched; /* written while the capture is read, by the store thread */
} rows[ROW_KINDS] = {
	[ROW_CAPTURE] =
		{"capture",
		 "capture_id, file, start_ns, end_ns, start_realtime_ns, threshold_ns, sample_hz,"
		 "profile_hz, window_ns, cpus, machine, page_bytes, kernel, recorder,"
		 "command, features, workers_prefix, bytes, chunks, repeated_chunks, events,"
		 "truncated, end_reason, end_detail, part_from_ns, id"},
	[ROW_PROCESS] = {"process", "capture, pid, start_ns, name, executable, id"},
	[ROW_BINARY] = {"binary",
			"capture, path, build_id, text_hash, symbols, symbol_file, problem,"
			"has_runtime, id"},
	[ROW_MAPPING] = {"mapping", "capture, process, binary, start_address, end_address,"
				    "file_offset, from_ns, vdso, anonymous, id"},
	[ROW_THREAD] = {"thread", "capture, process, tid, comm, start_ns, exit_ns, id"},
	[ROW_FRAME] =
		{"frame",
		 "capture, binary, file_offset, inline_depth, function, site, crate, file, line,"
		 "column, decl_file, decl_line, task_type, origin, inlined, generated, runs, id"},
	[ROW_FRAME_ALIAS] = {"frame_alias", "frame, function"},
	[ROW_STACK] =
		{"stack",
		 "capture, kind, process, depth, stop, whole_frames, class, complete, pool_idle,"
		 "site_position, entry_position, boundary_position, poll_position, callback,"
		 "site_frame, entry_frame, boundary_frame, poll_frame, task, scheduler,"
		 "waits_for, id"},
	[ROW_STACK_FRAME] = {"stack_frame", "stack, position, frame"},
	[ROW_TAIL_CALL] = {"tail_call", "stack, position"},
	[ROW_OFFCPU_SPAN] = {"offcpu_span",
			     "capture, thread, start_ns, end_ns, wakeup_ns, run_queue_ns, syscall,"
			     "syscall_name, open, at_attach, preempted, no_stack, task_state, cpu,"
			     "waker_pid, waker_tid, runtime_state, unsure, poll_ns, task_id, cause,"
			     "user_stack, kernel_stack, waker_thread, waker_stack, next_stack, id",
			     true},
	[ROW_SAMPLE] =
		{"sample",
		 "capture, thread, time_ns, awake_ns, waited_ns, syscall, syscall_name, cpu,"
		 "profile, no_stack, runtime_state, unsure, poll_ns, task_id, cause, user_stack,"
		 "kernel_stack, id",
		 true},
	[ROW_THREAD_WINDOW] =
		{"thread_window",
		 "capture, thread, start_ns, end_ns, cpu_ns, sleep_ns,"
		 "run_queue_ns, sleeps, preemptions, parked_ns, poll_sleep_ns,"
		 "maybe_parked_ns, stolen_ns, sample_gap_ns, samples, poll_samples, polls, id",
		 true},
	[ROW_LIFECYCLE] = {"lifecycle", "capture, time_ns, process, tid, kind, detail, id", true},
	[ROW_LOSS] = {"loss", "capture, cause, unit, count, from_ns, to_ns, id", true},
	[ROW_COST] = {"cost",
		      "capture, time_ns, recorder_cpu_ns, rss_bytes, bpf_run_ns, bpf_runs,"
		      "bpf_measured_ns, id",
		      true},
	[ROW_CPU_QUOTA] = {"cpu_quota",
			   "capture, time_ns, process, cgroup, quota_ns, period_ns, periods,"
			   "throttled_periods, throttled_ns, id",
			   true},
	[ROW_POOL_QUEUE] = {"pool_queue",
			    "capture, time_ns, process, pool, since_ns, tasks, threads, idle,"
			    "thread_limit, workers, scheduler, id",
			    true},
	[ROW_RUNTIME_THREAD] = {"runtime_thread", "capture, time_ns, thread, pool, id", true},
	[ROW_CLOCK] = {"clock", "capture, monotonic_ns, realtime_ns, id", true},
	[ROW_MARK] = {"mark", "capture, time_ns, text, id", true},
	[ROW_WAKER] = {"waker", "capture, time_ns, pid, name, id", true},
	[ROW_LAYOUT] = {"layout",
			"capture, time_ns, process, object, source, reason, remedy, task_known,"
			"tick_known, partial, earlier, withdrawn, parks, polls, cores, threads,"
			"tasks, ticks, snapshots, attempts, took_ns, probe_hits, bpf_run_ns,"
			"contradictions, id",
			true},
	[ROW_RUNTIME_OBJECT] = {"runtime_object", "capture, process, number, path, id", true},
	[ROW_LATE_ROWS] = {"late_rows", "capture, path, stacks, time_ns, id", true},
	[ROW_POLL] = {"poll",
		      "capture, thread, start_min_ns, start_max_ns, end_min_ns,"
		      "end_max_ns, start_ns, end_ns, task_id, sleep_ns, run_queue_ns,"
		      "site_stack, task, scheduler, samples, ready_samples, ready_sum, ready_max,"
		      "left_queued, next_polls, next_sum_ns, next_max_ns, queued, queued_since_ns,"
		      "open, upper_bound, start_exact, end_exact, unsure, unobserved, id",
		      true},
	[ROW_POLL_SITE] = {"poll_site", "capture, process, stack, polls, total_ns, max_ns, id"},
	[ROW_POLL_BUCKET] = {"poll_bucket", "poll_site, low_ns, high_ns, polls"},
	[ROW_PROBE_STATE] = {"probe_state",
			     "capture, time_ns, attached, given_up, sites,"
			     "costly_sites, probe_cost_ns, cost_permille, spawns, wakes, ends, id",
			     true},
	[ROW_FOLLOWED_TASK] = {"followed_task",
			       "capture, process, site_stack, task_id, parent_id, start_ns, end_ns,"
			       "spawned, ended, lost, polls, readies, polled_ns, ready_ns,"
			       "await_ns, unknown_ns, ready_max_ns, id",
			       true},
	[ROW_FOLLOWED_COUNT] = {"followed_count",
				"capture, process, site_stack, time_ns, spawned, found, ended,"
				"written, unfollowed, polls, readies, lived, lived_ns, polled_ns,"
				"ready_ns, await_ns, unknown_ns, ready_max_ns, id",
				true},
	[ROW_TASK_DUMP] = {"task_dump",
			   "capture, dump, process, start_ns, end_ns, types, cut, runtimes, tasks,"
			   "threads, retries, reads, bytes, id",
			   true},
	[ROW_TASK_RUNTIME] = {"task_runtime",
			      "capture, dump, process, owner, scheduler, threads, lists, broken,"
			      "expected, found, id",
			      true},
	[ROW_DUMPED_TASK] = {"dumped_future",
			     "capture, dump, process, task_id, owner, state, site_stack, tid,"
			     "outcome, finished, woken, cancelled, main, chain, id",
			     true},
	[ROW_TASK_FRAME] = {"task_frame",
			    "capture, dump, dumped_task, position, parent, depth, kind, leaf, type,"
			    "started, suspended, number, resource, permits, closed, id",
			    true},
	[ROW_TASK_POOL] = {"task_pool",
			   "capture, dump, process, pool, scheduler, threads, idle, thread_limit,"
			   "workers, queued, listed, id",
			   true},
	[ROW_QUEUED_CLOSURE] = {"queued_closure",
				"capture, dump, process, pool, task_id, site_stack, id", true},
	[ROW_TASK_THREAD] = {"task_thread",
			     "capture, dump, thread, task_id, syscall, cause, stack, id", true},
	[ROW_TASK_TYPE] = {"task_type", "capture, process, name, file, line, line_end, origin,"
					"drops_guard, id"},
};

const char *row_kind_table(enum row_kind kind)
{
	return rows[kind].table;
}

const char *row_kind_columns(enum row_kind kind)
{
	return rows[kind].columns;
}

/* `INSERT INTO table (columns) VALUES (?, …)`, or with another verb. */
static int prepare_insert(sqlite3 *db, const char *verb, enum row_kind kind, sqlite3_stmt **out)
{
	char sql[1024];
	size_t length = (size_t)snprintf(sql, sizeof(sql), "%s INTO %s (%s) VALUES (?", verb,
					 rows[kind].table, rows[kind].columns);

	for (const char *s = rows[kind].columns; *s && length < sizeof(sql) - 4; s++) {
		if (*s == ',')
			length += (size_t)snprintf(sql + length, sizeof(sql) - length, ",?");
	}
	snprintf(sql + length, sizeof(sql) - length, ")");
	return sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK ? 0 : -EIO;
}

/*
 * A span, poll or window that was written while open is replaced by the whole one; the capture, a
 * process or a thread by what later chunks say of it, where it is loaded as it grows.
 */
static const char *insert_verb(enum row_kind kind)
{
	switch (kind) {
	case ROW_FRAME_ALIAS:
		return "INSERT OR IGNORE";
	case ROW_CAPTURE:
	case ROW_PROCESS:
	case ROW_THREAD:
	case ROW_OFFCPU_SPAN:
	case ROW_POLL:
	case ROW_THREAD_WINDOW:
		return "REPLACE";
	default:
		return "INSERT";
	}
}

/*
 * The row id that the database has given out last: 0 where it could not be read would have rows
 * replace those of other captures.
 */
static int last_id_read(sqlite3 *db, enum row_kind kind, int64_t *out)
{
	const char *columns = rows[kind].columns;
	char sql[128];

	*out = 0;
	if (strcmp(columns + strlen(columns) - strlen(", id"), ", id") != 0)
		return 0; /* nobody refers to its rows */
	snprintf(sql, sizeof(sql), "SELECT max(id) FROM %s", rows[kind].table);
	return database_read(db, sql, 0, out);
}

static int kind_open(struct inserts *inserts, sqlite3 *db, enum row_kind kind)
{
	const char *verb = insert_verb(kind);
	int err = last_id_read(db, kind, &inserts->last[kind]);

	if (err)
		return err;
	if (!rows[kind].batched)
		return prepare_insert(db, verb, kind, &inserts->statement[kind]);
	return row_batch_open(db, inserts->store, verb, rows[kind].table, rows[kind].columns,
			      &inserts->batch[kind]);
}

int inserts_open(struct inserts *inserts, sqlite3 *db)
{
	int err = store_thread_open(&inserts->store);

	for (int kind = 0; !err && kind < ROW_KINDS; kind++)
		err = kind_open(inserts, db, (enum row_kind)kind);
	return err;
}

void inserts_close(struct inserts *inserts)
{
	store_thread_close(inserts->store);
	for (int kind = 0; kind < ROW_KINDS; kind++) {
		sqlite3_finalize(inserts->statement[kind]);
		row_batch_close(inserts->batch[kind]);
	}
}

struct row inserts_row(const struct inserts *inserts, enum row_kind kind)
{
	return inserts->batch[kind] ? row_begin_batched(inserts->batch[kind])
				    : row_begin(inserts->statement[kind]);
}

int inserts_flush(struct inserts *inserts)
{
	int err = 0;

	for (int kind = 0; !err && kind < ROW_KINDS; kind++)
		err = inserts->batch[kind] && row_batch_flush(inserts->batch[kind]) ? -EIO : 0;
	return err;
}
