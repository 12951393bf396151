/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/live/window.h"
#include "analyzer/base/embedded.h"
#include "analyzer/derive/derivation.h"
#include "analyzer/derive/schema.h"
#include "analyzer/live/steps.h"
#include "analyzer/store/database.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * One derivation: (1) the rows that are held back return to their tables; new events were added;
 * (2) all is derived, as for a whole capture; (3) rows before the window are deleted or held back,
 * what reaches over its start is clipped, by the same statements as --from; (4) what is summed up
 * by thread, worker and site is derived again of what is left, as it is after a filter.
 */

/* What a process's blocking polls before the window are kept for, at most. */
#define REACH_NS INT64_C(60000000000)
/* Records of the last moments may still be in the recorder's buffers. */
#define LATE_NS INT64_C(1000000000)

static const char *const restore_files[] = {"sql/live/restore.sql", "sql/live/restore_poll.sql",
					    NULL};

/* Indexes, which are made once. */
static const char *const index_files[] = {
	"sql/derive/12_span_by_waker.sql",       "sql/derive/13_sample_by_stack.sql",
	"sql/derive/14_span_preempted.sql",      "sql/derive/15_observation_by_thread.sql",
	"sql/derive/16_window_by_thread.sql",    "sql/derive/18_observation_in_pool.sql",
	"sql/derive/40_blocking_by_thread.sql",  "sql/derive/42_blocking_by_span.sql",
	"sql/derive/54_lock_wait_by_thread.sql", "sql/derive/63_task_frame_by_task.sql",
	"sql/derive/64_dumped_task_by_dump.sql", NULL,
};

static const char *const derive_files[] = {
	"sql/live/clear.sql",
	"sql/derive/04_cause.sql",
	"sql/derive/05_process_source.sql",
	"sql/live/known_source.sql",
	"sql/derive/06_guessed_park.sql",
	"sql/derive/07_withdrawn_park.sql",
	"sql/derive/10_observation.sql",
	"sql/derive/17_thread_summary.sql",
	"sql/derive/20_thread_role.sql",
	"sql/live/known_role.sql",
	"sql/derive/30_sample_run.sql",
	"sql/derive/31_activity_proof.sql",
	"sql/derive/35_poll_task.sql",
	"sql/derive/36_poll_ended.sql",
	"sql/derive/37_poll_in_runtime.sql",
	"sql/derive/38_poll_unobserved.sql",
	"sql/derive/38_poll_upper_bound.sql",
	"sql/derive/38_poll_without_task.sql",
	"sql/derive/39_blocking_poll.sql",
	"sql/derive/40_blocking_offcpu.sql",
	"sql/derive/41_blocking_cpu.sql",
	"sql/derive/43_poll_site_task.sql",
	"sql/derive/44_main_run.sql",
	"sql/derive/45_main_block.sql",
	"sql/derive/50_site.sql",
	"sql/derive/51_slice.sql",
	"sql/derive/55_wait_chain.sql",
	"sql/live/note_open.sql",
	NULL,
};

/* Of what has ended since the derivation before; and of what goes on. */
static const char *const sum_files[] = {"sql/live/sum_sites.sql", "sql/live/note_ended.sql", NULL};

/* In the order of sql/filter/: each reads what the ones after it change. */
static const char *const cut_files[] = {
	"sql/live/hold.sql",
	"sql/filter/clip_thread_window.sql",
	"sql/live/cut.sql",
	"sql/filter/clip_observation.sql",
	"sql/filter/clip_offcpu_span.sql",
	"sql/filter/clip_slice.sql",
	"sql/filter/clip_blocking_poll.sql",
	"sql/filter/rest_blocking_poll.sql",
	"sql/filter/sum_blocking_poll.sql",
	"sql/live/cut_site.sql",
	"sql/derive/17_thread_summary.sql",
	"sql/live/prune.sql",
	"sql/live/prune_dump.sql",
	NULL,
};

static const char *const rest_files[] = {
	"sql/derive/11_thread_totals.sql",
	"sql/derive/19_pool_peak.sql",
	"sql/derive/52_site_poll.sql",
	"sql/derive/53_site_time.sql",
	"sql/derive/60_worker.sql",
	"sql/derive/61_timeline.sql",
	"sql/derive/62_capture_source.sql",
	"sql/derive/65_task_place.sql",
	NULL,
};

/* A query that was asked before. */
struct asked {
	const char *name; /* an embedded file */
	sqlite3_stmt *statement;
};

#define ASKED_MAX 32

struct window {
	sqlite3 *db;
	struct asked asked[ASKED_MAX];
	struct ingest_options options;
	struct growing *growing;
	struct derivation derivation;
	struct steps restore, derive, sum, choose, shorten, cut, rest;
	int64_t length_ns;
	int64_t least_ns;  /* of a blocking poll */
	int64_t summed_ns; /* blocking polls that ended until then are in site_total */
	bool derived;      /* rows are held back */
	struct window_state state;
};

static int add_files(struct steps *steps, sqlite3 *db, const char *const *file)
{
	int err = 0;

	for (; !err && *file; file++)
		err = steps_add(steps, db, *file);
	return err;
}

static int prepare(struct window *w)
{
	int err = derivation_begin(&w->derivation, w->db);

	for (const char *const *file = index_files; !err && *file; file++)
		err = database_run_file(w->db, *file, 0);
	if (!err)
		err = add_files(&w->restore, w->db, restore_files);
	if (!err)
		err = add_files(&w->derive, w->db, derive_files);
	if (!err)
		err = add_files(&w->sum, w->db, sum_files);
	if (!err)
		err = steps_add(&w->choose, w->db, "sql/live/choose.sql");
	if (!err)
		err = steps_add(&w->shorten, w->db, "sql/live/shorten.sql");
	if (!err)
		err = add_files(&w->cut, w->db, cut_files);
	if (!err)
		err = add_files(&w->rest, w->db, rest_files);
	return err;
}

int window_open(const struct resolver *resolver, struct window **out)
{
	struct window *w = calloc(1, sizeof(*w));
	int err;

	*out = NULL;
	if (!w)
		return -ENOMEM;
	w->options.resolver = resolver;
	w->summed_ns = 1;
	err = schema_open(NULL, DATABASE_TEMPORARY, &w->db);
	/* What is written is soon deleted: with room for all of it nothing goes to the disk. */
	if (!err)
		err = database_run(w->db, "PRAGMA foreign_keys = 0; PRAGMA cache_size = -65536;"
					  "PRAGMA temp_store = 2");
	if (!err)
		err = database_run_file(w->db, "sql/live/schema.sql", 0);
	if (!err)
		err = growing_open(w->db, &w->options, &w->growing);
	if (!err)
		err = prepare(w);
	if (err)
		window_close(w);
	else
		*out = w;
	return err;
}

void window_close(struct window *w)
{
	struct steps *const all[] = {&w->restore, &w->derive, &w->sum, &w->choose,
				     &w->shorten, &w->cut,    &w->rest};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		steps_close(all[i]);
	for (size_t i = 0; i < ASKED_MAX; i++)
		sqlite3_finalize(w->asked[i].statement);
	growing_close(w->growing);
	if (w->derivation.db)
		derivation_end(&w->derivation);
	sqlite3_close(w->db);
	free(w);
}

void window_set_length(struct window *w, int64_t ns)
{
	w->length_ns = ns;
}

/* Puts back what was held while the figures of a window could be asked. */
static int rows_restore(struct window *w)
{
	int err;

	if (!w->derived)
		return 0;
	w->derived = false;
	err = database_run(w->db, "BEGIN");
	return err ? err : steps_run(&w->restore, &(struct step_times) {0});
}

int window_set_least(struct window *w, int64_t ns)
{
	w->least_ns = ns;
	return rows_restore(w);
}

int window_add(struct window *w, const struct hud_record *r, const struct hud_chunk *chunk,
	       uint64_t bytes)
{
	int err = rows_restore(w);

	return err ? err : growing_add(w->growing, r, chunk, bytes);
}

/* Where the window begins; 0: where the recording does. */
static int64_t window_begin(const struct window *w)
{
	const struct growing_state *r = &w->state.recording;
	int64_t from = r->end_ns - w->length_ns;

	return w->length_ns && from > r->start_ns ? from : 0;
}

/* Sums up what has certainly ended; at the end of the recording, all of it. */
static int sum_ended(struct window *w)
{
	struct step_times times = {.capture = w->state.capture, .from_ns = w->summed_ns};

	times.to_ns = w->state.recording.end_ns - (w->state.recording.ended ? 0 : LATE_NS);
	if (times.to_ns <= times.from_ns)
		return 0;
	w->summed_ns = times.to_ns;
	return steps_run(&w->sum, &times);
}

/* The observations are read again from what the statements before have left. */
static int run_again(struct window *w, const struct steps *steps, const struct step_times *times)
{
	observations_free(&w->derivation.observations);
	return steps_run(steps, times);
}

static int derive(struct window *w)
{
	const struct step_times times = {
		.capture = w->state.capture,
		.from_ns = window_begin(w),
		.to_ns = w->state.recording.end_ns,
		.oldest_ns = window_begin(w) - REACH_NS,
		.least_ns = w->least_ns,
	};
	int err = run_again(w, &w->derive, &times);

	if (!err)
		err = sum_ended(w);
	if (!err)
		err = steps_run(&w->choose, &times);
	if (!err && times.least_ns)
		err = steps_run(&w->shorten, &times);
	if (!err && times.from_ns)
		err = run_again(w, &w->cut, &times);
	if (!err)
		err = steps_run(&w->rest, &times);
	w->state.from_ns = times.from_ns ? times.from_ns : w->state.recording.start_ns;
	w->state.to_ns = times.to_ns;
	observations_free(&w->derivation.observations);
	return err;
}

int window_store(struct window *w)
{
	int64_t capture;
	int err;

	if (w->derived)
		return w->state.capture ? 0 : -EAGAIN;
	err = growing_write(w->growing, &capture);
	if (err || !capture)
		return err ? err : -EAGAIN;
	w->state.capture = capture;
	w->state.recording = growing_state(w->growing);
	return 0;
}

int window_derive(struct window *w)
{
	int err = window_store(w);

	if (err || w->derived)
		return err;
	err = derive(w);
	w->derived = true;
	if (!sqlite3_get_autocommit(w->db) && !err)
		err = database_run(w->db, "COMMIT");
	return err;
}

sqlite3_stmt *window_query(struct window *w, const char *file)
{
	struct asked *a = w->asked;
	const char *sql = embedded_text(file);

	while (a < w->asked + ASKED_MAX && a->name && strcmp(a->name, file) != 0)
		a++;
	if (a == w->asked + ASKED_MAX || !sql)
		return NULL;
	if (!a->name && sqlite3_prepare_v3(w->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &a->statement,
					   NULL) != SQLITE_OK)
		return NULL;
	a->name = file;
	sqlite3_reset(a->statement);
	statement_number(a->statement, ":capture", w->state.capture);
	statement_number(a->statement, ":top", -1);
	return a->statement;
}

struct growing_state window_recording(const struct window *w)
{
	return growing_state(w->growing);
}

sqlite3 *window_database(const struct window *w)
{
	return w->db;
}

struct window_state window_state(const struct window *w)
{
	return w->state;
}
