/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/derivation.h"
#include "analyzer/load/state.h"
#include "format/records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The loop over records: which capture they belong to, what is refused and counted, and the one
 * transaction around it all.
 */

#define CAPTURES_MAX 1000 /* in one stream */

/* Columns of each table in the order in which the rows are bound; `id` is given out by us. */
static const struct {
	const char *table;
	const char *columns;
} inserts[TABLES] = {
	[TABLE_CAPTURE] =
		{"capture",
		 "capture_id, file, start_ns, end_ns, start_realtime_ns, threshold_ns, sample_hz,"
		 "profile_hz, window_ns, cpus, machine, source, page_bytes, kernel, recorder,"
		 "command, features, workers_prefix, bytes, chunks, repeated_chunks, events,"
		 "truncated, end_reason, end_detail, id"},
	[TABLE_PROCESS] = {"process", "capture, pid, start_ns, name, executable, id"},
	[TABLE_BINARY] =
		{"binary",
		 "capture, path, build_id, text_hash, symbols, symbol_file, problem, has_tokio, id"},
	[TABLE_MAPPING] = {"mapping", "capture, process, binary, start_address, end_address,"
				      "file_offset, from_ns, vdso, anonymous, id"},
	[TABLE_THREAD] = {"thread", "capture, process, tid, comm, start_ns, exit_ns, id"},
	[TABLE_FRAME] =
		{"frame",
		 "capture, binary, file_offset, inline_depth, function, site, crate, file, line,"
		 "column, decl_file, decl_line, task_type, origin, inlined, generated, id"},
	[TABLE_FRAME_ALIAS] = {"frame_alias", "frame, function"},
	[TABLE_STACK] =
		{"stack",
		 "capture, kind, process, depth, stop, whole_frames, class, complete, pool_idle, site_position,"
		 "entry_position, poll_position, site_frame, entry_frame, poll_frame, task,"
		 "runtime, id"},
	[TABLE_STACK_FRAME] = {"stack_frame", "stack, position, frame"},
	[TABLE_OFFCPU_SPAN] =
		{"offcpu_span",
		 "capture, thread, start_ns, end_ns, wakeup_ns, run_queue_ns, syscall,"
		 "syscall_name, open, at_attach, preempted, no_stack, task_state, cpu,"
		 "waker_pid, waker_tid, runtime_state, unsure, poll_ns, task_id, cause,"
		 "user_stack, kernel_stack, waker_thread, waker_stack, id"},
	[TABLE_SAMPLE] =
		{"sample",
		 "capture, thread, time_ns, awake_ns, waited_ns, syscall, syscall_name, cpu,"
		 "profile, no_stack, runtime_state, unsure, poll_ns, task_id, cause, user_stack,"
		 "kernel_stack, id"},
	[TABLE_THREAD_WINDOW] =
		{"thread_window",
		 "capture, thread, start_ns, end_ns, cpu_ns, sleep_ns,"
		 "run_queue_ns, sleeps, preemptions, parked_ns, poll_sleep_ns,"
		 "maybe_parked_ns, stolen_ns, sample_gap_ns, samples, poll_samples, polls, id"},
	[TABLE_LIFECYCLE] = {"lifecycle", "capture, time_ns, process, tid, kind, detail, id"},
	[TABLE_LOSS] = {"loss", "capture, cause, unit, count, from_ns, to_ns, id"},
	[TABLE_COST] =
		{"cost",
		 "capture, time_ns, recorder_cpu_ns, rss_bytes, bpf_run_ns, bpf_runs, bpf_measured_ns, id"},
	[TABLE_CLOCK] = {"clock", "capture, monotonic_ns, realtime_ns, id"},
	[TABLE_MARK] = {"mark", "capture, time_ns, text, id"},
	[TABLE_POLL] =
		{"poll",
		 "capture, thread, start_min_ns, start_max_ns, end_min_ns,"
		 "end_max_ns, start_ns, end_ns, task_id, sleep_ns, run_queue_ns,"
		 "site_stack, scheduler, samples, ready_samples, ready_sum, ready_max,"
		 "left_queued, next_polls, next_sum_ns, next_max_ns, queued, queued_since_ns,"
		 "open, upper_bound, start_exact, end_exact, unsure, id"},
	[TABLE_POLL_SITE] = {"poll_site", "capture, process, stack, polls, total_ns, max_ns, id"},
	[TABLE_POLL_BUCKET] = {"poll_bucket", "poll_site, low_ns, high_ns, polls"},
	[TABLE_PROBE_STATE] = {"probe_state", "capture, time_ns, attached, given_up, sites,"
					      "costly_sites, probe_cost_ns, cost_permille, id"},
};

/* `INSERT INTO table (columns) VALUES (?, …)`, or with REPLACE. */
static int prepare_insert(sqlite3 *db, const char *verb, enum table t, sqlite3_stmt **out)
{
	char sql[1024];
	size_t length = (size_t)snprintf(sql, sizeof(sql), "%s INTO %s (%s) VALUES (?", verb,
					 inserts[t].table, inserts[t].columns);

	for (const char *s = inserts[t].columns; *s && length < sizeof(sql) - 4; s++) {
		if (*s == ',')
			length += (size_t)snprintf(sql + length, sizeof(sql) - length, ",?");
	}
	snprintf(sql + length, sizeof(sql) - length, ")");
	return sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK ? 0 : -EIO;
}

/* What is written while the capture is read; texts in it stay as long as the capture. */
static bool is_batched(enum table t)
{
	return t == TABLE_OFFCPU_SPAN || t == TABLE_SAMPLE || t == TABLE_THREAD_WINDOW ||
	       t == TABLE_POLL || (t >= TABLE_LIFECYCLE && t <= TABLE_MARK) ||
	       t == TABLE_PROBE_STATE;
}

/* An open span or poll is replaced by its end. */
static const char *insert_verb(enum table t)
{
	if (t == TABLE_FRAME_ALIAS)
		return "INSERT OR IGNORE";
	return t == TABLE_OFFCPU_SPAN || t == TABLE_POLL ? "REPLACE" : "INSERT";
}

struct row row_of(const struct ingest *in, enum table table)
{
	return in->batch[table] ? row_begin_batched(in->batch[table])
				: row_begin(in->insert[table]);
}

/* All rows are stored then, and the connection is ours again. */
static int flush_all(struct ingest *in)
{
	int err = 0;

	for (int t = 0; !err && t < TABLES; t++)
		err = in->batch[t] && row_batch_flush(in->batch[t]) ? -EIO : 0;
	return err;
}

static int prepare(struct ingest *in)
{
	char sql[128];
	int err = store_thread_open(&in->store);

	for (int t = 0; !err && t < TABLES; t++) {
		const char *verb = insert_verb((enum table)t);

		if (is_batched((enum table)t))
			err = row_batch_open(in->db, in->store, verb, inserts[t].table,
					     inserts[t].columns, &in->batch[t]);
		else
			err = prepare_insert(in->db, verb, (enum table)t, &in->insert[t]);
		snprintf(sql, sizeof(sql), "SELECT max(rowid) FROM %s", inserts[t].table);
		in->row[t] = database_number(in->db, sql, 0);
	}
	return err;
}

static void capture_state_free(struct capture_state *c)
{
	struct id_map *maps[] = {&c->strings,    &c->processes,   &c->threads,
				 &c->mappings,   &c->user_stacks, &c->kernel_stacks,
				 &c->binaries,   &c->chains,      &c->kernel_frames,
				 &c->open_spans, &c->causes,      &c->histograms};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		id_map_free(maps[i]);
	for (size_t i = 0; i < c->string.count; i++)
		free(c->string.at[i]);
	for (size_t i = 0; i < c->user_stack.count; i++)
		free(c->user_stack.at[i].address);
	for (size_t i = 0; i < c->kernel_stack.count; i++)
		free(c->kernel_stack.at[i].function);
	observations_free(&c->observations);
	free(c->string.at);
	free(c->process.at);
	free(c->mapping.at);
	free(c->binary.at);
	free(c->thread.at);
	free(c->user_stack.at);
	free(c->kernel_stack.at);
	free(c->chain.at);
	free(c->histogram.at);
	free(c);
}

static bool capture_known(sqlite3 *db, const char *capture_id)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT id FROM capture WHERE capture_id = '%s'", capture_id);
	return database_number(db, sql, 0) != 0;
}

/* The state of the capture a chunk belongs to, new if need be. */
static int capture_of_chunk(struct ingest *in, const struct hud_chunk *chunk,
			    struct ingest_result *result, struct capture_state **out)
{
	struct capture_state *c;
	int err;

	for (size_t i = in->capture.count; i-- > 0;) {
		*out = in->capture.at[i];
		if (memcmp((*out)->id, chunk->capture_id, sizeof((*out)->id)) == 0)
			return 0;
	}
	for (size_t i = 0; i < sizeof(chunk->capture_id); i++)
		snprintf(result->capture_id + 2 * i, 3, "%02x", chunk->capture_id[i]);
	err = flush_all(in);
	if (err)
		return err;
	if (capture_known(in->db, result->capture_id))
		return -EEXIST;
	if (in->capture.count == CAPTURES_MAX)
		return -E2BIG;
	err = LIST_ADD(in->capture);
	if (err)
		return err;
	c = calloc(1, sizeof(*c));
	in->capture.at[in->capture.count - 1] = c;
	if (!c)
		return -ENOMEM;
	memcpy(c->id, chunk->capture_id, sizeof(c->id));
	c->row = ++in->row[TABLE_CAPTURE];
	c->first_ns = chunk->start_ns;
	*out = c;
	return 0;
}

/* A chunk has a sequence number above all before it; what comes again was copied twice. */
static void chunk_begin(struct capture_state *c, const struct hud_chunk *chunk)
{
	c->skip_chunk = c->chunks && chunk->sequence < c->next_sequence;
	if (c->skip_chunk) {
		c->repeated_chunks++;
		return;
	}
	c->chunks++;
	c->next_sequence = chunk->sequence + 1;
	if (chunk->end_ns > c->last_ns)
		c->last_ns = chunk->end_ns;
}

/* What makes no sense is counted; only what stops us is an error. */
static int count_refused(struct capture_state *c, int err)
{
	c->invalid += err == -EINVAL;
	c->backward += err == -ERANGE;
	return err == -EINVAL || err == -ERANGE ? 0 : err;
}

static int take_symbols(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	const struct resolver *resolver = in->options->resolver;

	return resolver->symbols ? resolver->symbols(resolver->context, c->id, r) : 0;
}

static int take(struct ingest *in, struct capture_state *c, const struct hud_record *r,
		const struct hud_chunk *chunk)
{
	if (c->skip_chunk && r->type != HUD_LOST)
		return 0;
	switch (record_group(r->type)) {
	case RECORD_DEFINITION:
		return count_refused(c, define(in, c, r, chunk));
	case RECORD_EVENT:
		c->events++;
		return count_refused(c, event(in, c, r));
	case RECORD_RECORDING:
		return count_refused(c, event(in, c, r));
	case RECORD_SYMBOL:
		return count_refused(c, take_symbols(in, c, r));
	case RECORD_UNKNOWN:
		break;
	}
	return 0;
}

static int read_all(struct ingest *in, struct capture_reader *reader, struct ingest_result *result)
{
	const struct ingest_options *o = in->options;
	struct capture_state *c = NULL;
	const struct hud_record *r;
	uint64_t chunks = 0;
	int err;

	while (!(err = capture_reader_next(reader, &r)) && r) {
		const struct hud_chunk *chunk = capture_reader_chunk(reader);
		struct capture_reader_state state = capture_reader_state(reader);

		if (chunk && (!c || state.chunks != chunks)) {
			err = capture_of_chunk(in, chunk, result, &c);
			if (err)
				return err;
			chunk_begin(c, chunk);
			c->bytes = state.bytes;
			chunks = state.chunks;
		}
		if (o->progress)
			o->progress(o->progress_context, INGEST_READING, state.bytes, 0);
		if (!c && r->type == HUD_LOST)
			in->pending = *(const struct hud_lost *)(const void *)r;
		else if (c)
			err = take(in, c, r, chunk);
		if (err)
			return err;
	}
	if (c)
		c->bytes = capture_reader_state(reader).bytes;
	return err;
}

static int finish(struct ingest *in, struct capture_state *c, struct ingest_result *result)
{
	const struct ingest_options *o = in->options;
	int err;

	result->phase = INGEST_SYMBOLIZING;
	err = flush_all(in);
	if (!err)
		err = write_definitions(in, c);
	if (!err)
		err = write_stacks(in, c);
	if (!err)
		err = flush_all(in);
	if (err)
		return err;
	result->phase = INGEST_DERIVING;
	if (o->progress)
		o->progress(o->progress_context, INGEST_DERIVING, 0, 0);
	result->last_capture = c->row;
	result->captures++;
	return derivation_run(in->db, c->row, &c->observations);
}

/* Captures of which nothing is known, not even how they were made, are left out. */
static int finish_all(struct ingest *in, struct ingest_result *result)
{
	const struct hud_lost *p = &in->pending;
	int err = 0;

	for (size_t i = 0; !err && i < in->capture.count; i++) {
		struct capture_state *c = in->capture.at[i];

		if (!c->session_known)
			continue;
		if (!result->captures && p->count)
			err = write_loss(in, c->row, p->cause, p->count, p->from_ns, p->to_ns);
		if (!err)
			err = finish(in, c, result);
	}
	return err ? err : result->captures ? 0 : -ENODATA;
}

static void close_all(struct ingest *in)
{
	store_thread_close(in->store);
	for (size_t i = 0; i < in->capture.count; i++) {
		if (in->capture.at[i])
			capture_state_free(in->capture.at[i]);
	}
	free(in->capture.at);
	for (int t = 0; t < TABLES; t++) {
		sqlite3_finalize(in->insert[t]);
		row_batch_close(in->batch[t]);
	}
}

int ingest(sqlite3 *db, capture_source source, void *source_context,
	   const struct ingest_options *options, struct ingest_result *result)
{
	struct ingest in = {
		.db = db,
		.options = options,
		.unmapped = {.function = "unmapped", .site = "unmapped"},
		.anonymous = {.function = "anonymous memory", .site = "anonymous memory"},
	};
	struct capture_reader *reader = NULL;
	int err;

	*result = (struct ingest_result) {.phase = INGEST_READING};
	err = capture_reader_open(source, source_context, &reader);
	if (err)
		return err;
	err = database_run(db, "SAVEPOINT ingest");
	if (err)
		goto out_reader;
	err = prepare(&in);
	if (!err)
		err = read_all(&in, reader, result);
	if (!err)
		err = finish_all(&in, result);
	close_all(&in);
	if (!err)
		err = database_run(db, "RELEASE ingest");
	if (err && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK TO ingest; RELEASE ingest", NULL, NULL, NULL);
out_reader:
	capture_reader_close(reader);
	return err;
}
