/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/database.h"
#include "analyzer/derive/derivation.h"
#include "analyzer/open/filter.h"
#include "analyzer/open/filter_row.h"

#include <errno.h>
#include <string.h>

/*
 * The chosen part of a capture, as temporary tables over those of the database. SQLite looks for a
 * name among temporary tables first, so the views, made again as temporary ones, and all queries
 * find them there. What is chosen stands in the files filter_*.sql.
 */

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Steps that are left out unless a time or a worker was chosen, or unless none was. */
enum when { ALWAYS, WATCHED, UNWATCHED };

struct step {
	const char *name;
	enum when when;
};

/* What was seen: tables laid over those of the same name, and what fills them. */
static const struct step seen_tables[] = {
	{"observation", WATCHED},    {"offcpu_span", WATCHED},   {"thread_window", WATCHED},
	{"sample_run", WATCHED},     {"sample", ALWAYS},         {"worker", ALWAYS},
	{"thread_summary", WATCHED}, {"timeline", WATCHED},      {"pool_peak", WATCHED},
	{"poll", WATCHED},           {"thread_totals", WATCHED},
};
static const struct step seen_files[] = {
	{"sql/filter/stack.sql", ALWAYS},
	{"sql/filter/thread.sql", WATCHED},
	{"sql/filter/observation.sql", WATCHED},
	{"sql/filter/offcpu_span.sql", WATCHED},
	{"sql/filter/thread_window.sql", WATCHED},
	{"sql/filter/sample_run.sql", WATCHED},
	{"sql/filter/poll.sql", WATCHED},
	{"sql/filter/sample.sql", ALWAYS},
	{"sql/filter/clip_observation.sql", WATCHED},
	{"sql/filter/clip_offcpu_span.sql", WATCHED},
	{"sql/filter/clip_thread_window.sql", WATCHED},
	{"sql/filter/worker.sql", UNWATCHED},
};

/*
 * Views that are answered before blocking polls and looks are chosen: a sleep inside a poll stays one
 * when it is not asked for, and a look stands for as much CPU time. UNWATCHED: then the view of the database itself is right.
 */
static const struct step kept_views[] = {
	{"limits", WATCHED}, {"pool_closure", ALWAYS}, {"thread_samples", ALWAYS}};

/* Which blocking polls are looked at. */
static const struct step chosen_tables[] = {{"blocking_poll", ALWAYS},
					    {"slice", ALWAYS},
					    {"site", ALWAYS},
					    {"site_poll", ALWAYS},
					    {"site_time", ALWAYS}};
static const struct step chosen_files[] = {
	{"sql/filter/blocking_poll.sql", ALWAYS},
	{"sql/filter/slice.sql", ALWAYS},
	{"sql/filter/clip_slice.sql", WATCHED},
	{"sql/filter/clip_blocking_poll.sql", WATCHED},
	{"sql/filter/rest_blocking_poll.sql", ALWAYS},
	{"sql/filter/sum_blocking_poll.sql", ALWAYS},
	{"sql/filter/site.sql", ALWAYS},
	{"sql/filter/sum_worker.sql", ALWAYS},
	{"sql/filter/rest_sample.sql", ALWAYS},
	{"sql/filter/rest_pool_closure.sql", ALWAYS},
};

struct overlay {
	sqlite3 *db;
	enum when watched; /* WATCHED or UNWATCHED */
};

static bool step_wanted(const struct overlay *o, const struct step *step)
{
	return step->when == ALWAYS || step->when == o->watched;
}

/*
 * Makes things of the database again as temporary ones: `like` chooses among the statements that made
 * them, which begin with `begin`; ours begin with `instead`. `name`: the table they belong to, or NULL.
 */
static int make_again(const struct overlay *o, const char *like, const char *name,
		      const char *begin, const char *instead)
{
	sqlite3_stmt *q;
	int err = 0;

	if (sqlite3_prepare_v2(
		    o->db,
		    "SELECT ?3 || substr(sql, length(?2) + 1) FROM main.sqlite_schema "
		    "WHERE type = ?1 AND sql LIKE ?2 || '%' AND tbl_name = coalesce(?4, tbl_name)",
		    -1, &q, NULL) != SQLITE_OK)
		return -EIO;
	sqlite3_bind_text(q, 1, like, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, begin, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, instead, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, name, -1, SQLITE_STATIC);
	while (!err && sqlite3_step(q) == SQLITE_ROW)
		err = database_run(o->db, (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	return err;
}

static int make_tables(const struct overlay *o, const struct step *tables, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		if (step_wanted(o, &tables[i]))
			err = make_again(o, "table", tables[i].name, "CREATE TABLE ",
					 "CREATE TEMP TABLE ");
	}
	return err;
}

static int make_indexes(const struct overlay *o, const struct step *tables, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		if (step_wanted(o, &tables[i]))
			err = make_again(o, "index", tables[i].name, "CREATE INDEX ",
					 "CREATE INDEX temp.");
	}
	return err;
}

static int run_files(const struct overlay *o, const struct step *files, size_t count)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		if (step_wanted(o, &files[i]))
			err = database_run_file(o->db, files[i].name, 0);
	}
	return err;
}

static bool is_kept(const char *view)
{
	for (size_t i = 0; i < COUNT(kept_views); i++) {
		if (strcmp(kept_views[i].name, view) == 0)
			return true;
	}
	return strcmp(view, "filter") == 0;
}

/* All views again, over the temporary tables; then the answers of those that are kept. */
static int make_views(const struct overlay *o)
{
	sqlite3_stmt *q;
	int err = 0;

	if (sqlite3_prepare_v2(o->db, "SELECT name FROM main.sqlite_schema WHERE type = 'view'", -1,
			       &q, NULL) != SQLITE_OK)
		return -EIO;
	while (!err && sqlite3_step(q) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(q, 0);

		if (!is_kept(name))
			err = make_again(o, "view", name, "CREATE VIEW ", "CREATE TEMP VIEW ");
	}
	sqlite3_finalize(q);
	for (size_t i = 0; !err && i < COUNT(kept_views); i++) {
		if (step_wanted(o, &kept_views[i]))
			err = make_again(o, "view", kept_views[i].name, "CREATE VIEW ",
					 "CREATE TEMP TABLE ");
	}
	return err;
}

/* Derives things again, of what is left of each capture. */
static int derive_again(const struct overlay *o, const int64_t *captures, size_t count,
			const char *const *files)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		for (const char *const *file = files; !err && *file; file++)
			err = database_run_file(o->db, *file, captures[i]);
	}
	return err;
}

static const char *const seen_again[] = {"sql/derive/11_thread_totals.sql",
					 "sql/derive/17_thread_summary.sql",
					 "sql/derive/19_pool_peak.sql", NULL};
static const char *const worked_again[] = {"sql/derive/60_worker.sql", "sql/derive/61_timeline.sql",
					   NULL};
static const char *const chosen_again[] = {"sql/derive/52_site_poll.sql",
					   "sql/derive/53_site_time.sql", NULL};

static int lay_over(const struct overlay *o, const int64_t *captures, size_t count)
{
	struct derivation derivation;
	int err = derivation_begin(&derivation, o->db);

	if (!err)
		err = make_tables(o, seen_tables, COUNT(seen_tables));
	if (!err)
		err = run_files(o, seen_files, COUNT(seen_files));
	if (!err)
		err = make_indexes(o, seen_tables, COUNT(seen_tables));
	if (!err && o->watched == WATCHED)
		err = derive_again(o, captures, count, seen_again);
	if (!err)
		err = make_views(o);
	if (!err && o->watched == WATCHED)
		err = derive_again(o, captures, count, worked_again);
	if (!err)
		err = make_tables(o, chosen_tables, COUNT(chosen_tables));
	if (!err)
		err = run_files(o, chosen_files, COUNT(chosen_files));
	if (!err)
		err = make_indexes(o, chosen_tables, COUNT(chosen_tables));
	if (!err)
		err = derive_again(o, captures, count, chosen_again);
	derivation_end(&derivation);
	return err;
}

bool filter_given(const struct filter *f)
{
	return f->from || f->to || f->worker || f->task || f->cause || f->match || f->min_ns ||
	       f->site;
}

enum exit_status filter_apply(sqlite3 *db, const struct filter *filter, const int64_t *captures,
			      size_t count)
{
	struct overlay overlay = {db, filter->from || filter->to || filter->worker ? WATCHED
										   : UNWATCHED};
	enum exit_status status = STATUS_DONE;
	int err;

	if (!filter_given(filter))
		return STATUS_DONE;
	/* Only temporary tables are written; they have no foreign keys into the database. */
	err = database_run(db, "PRAGMA query_only = 0; PRAGMA foreign_keys = 0;"
			       "PRAGMA temp.cache_size = -65536; BEGIN");
	if (!err)
		err = database_run_file(db, "sql/filter/schema.sql", 0);
	for (size_t i = 0; !err && status == STATUS_DONE && i < count; i++)
		status = filter_row(db, filter, captures[i]);
	if (!err && status == STATUS_DONE)
		err = lay_over(&overlay, captures, count);
	if (!err && status == STATUS_DONE)
		err = database_run(db, "COMMIT");
	return err ? message(STATUS_SYSTEM, NULL, "cannot apply the filters: %s",
			     sqlite3_errmsg(db))
		   : status;
}
