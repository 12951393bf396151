/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter.h"
#include "analyzer/base/embedded.h"
#include "analyzer/derive/derivation.h"
#include "analyzer/open/filter_row.h"
#include "analyzer/store/database.h"

#include <errno.h>
#include <string.h>

/*
 * The chosen part of a capture, as temporary tables with the names of the database's own. SQLite
 * looks among temporary tables first, so all queries find them, and so do the views, which are
 * created again as temporary ones. The files in sql/filter/ fill the tables.
 */

/*
 * Most filters choose among blocking polls. --from, --to and --worker also choose among what was
 * recorded, so they need more steps.
 */
enum when { ALWAYS, IF_RECORDED, IF_NOT_RECORDED };

/* A table, a view or an embedded file. Lists of them end with one without a name. */
struct step {
	const char *name;
	enum when when;
};

/* Tables of the database, the files that fill their twins, and what is derived again from these. */
struct layer {
	const struct step *tables;
	const struct step *files;
	const struct step *derived;
};

/* What was recorded. */
static const struct layer recorded = {
	.tables =
		(const struct step[]) {
			{"observation", IF_RECORDED},
			{"offcpu_span", IF_RECORDED},
			{"thread_window", IF_RECORDED},
			{"sample_run", IF_RECORDED},
			{"sample", ALWAYS},
			{"worker", ALWAYS},
			{"thread_summary", IF_RECORDED},
			{"timeline", IF_RECORDED},
			{"pool_peak", IF_RECORDED},
			{"poll", IF_RECORDED},
			{"thread_totals", IF_RECORDED},
			{NULL, ALWAYS},
		},
	.files =
		(const struct step[]) {
			{"sql/filter/stack.sql", ALWAYS},
			{"sql/filter/thread.sql", IF_RECORDED},
			{"sql/filter/observation.sql", IF_RECORDED},
			{"sql/filter/offcpu_span.sql", IF_RECORDED},
			{"sql/filter/thread_window.sql", IF_RECORDED},
			{"sql/filter/sample_run.sql", IF_RECORDED},
			{"sql/filter/poll.sql", IF_RECORDED},
			{"sql/filter/sample.sql", ALWAYS},
			{"sql/filter/clip_observation.sql", IF_RECORDED},
			{"sql/filter/clip_offcpu_span.sql", IF_RECORDED},
			{"sql/filter/clip_thread_window.sql", IF_RECORDED},
			{"sql/filter/worker.sql", IF_NOT_RECORDED},
			{NULL, ALWAYS},
		},
	.derived =
		(const struct step[]) {
			{"sql/derive/11_thread_totals.sql", IF_RECORDED},
			{"sql/derive/17_thread_summary.sql", IF_RECORDED},
			{"sql/derive/19_pool_peak.sql", IF_RECORDED},
			{NULL, ALWAYS},
		},
};

/*
 * Views that become tables, filled before blocking polls and samples are chosen: what they say of
 * the recorded time must not depend on the sites, tasks or causes that are asked for. Without a
 * time or a worker, `limits` of the database itself is right.
 */
static const struct step kept_views[] = {{"limits", IF_RECORDED},
					 {"pool_closure", ALWAYS},
					 {"thread_samples", ALWAYS},
					 {NULL, ALWAYS}};

/* Derived from views. */
static const struct step derived_over_views[] = {{"sql/derive/60_worker.sql", IF_RECORDED},
						 {"sql/derive/61_timeline.sql", IF_RECORDED},
						 {NULL, ALWAYS}};

/* The blocking polls. */
static const struct layer chosen = {
	.tables =
		(const struct step[]) {
			{"blocking_poll", ALWAYS},
			{"slice", ALWAYS},
			{"site", ALWAYS},
			{"site_poll", ALWAYS},
			{"site_time", ALWAYS},
			{NULL, ALWAYS},
		},
	.files =
		(const struct step[]) {
			{"sql/filter/blocking_poll.sql", ALWAYS},
			{"sql/filter/slice.sql", ALWAYS},
			{"sql/filter/clip_slice.sql", IF_RECORDED},
			{"sql/filter/clip_blocking_poll.sql", IF_RECORDED},
			{"sql/filter/rest_blocking_poll.sql", ALWAYS},
			{"sql/filter/sum_blocking_poll.sql", ALWAYS},
			{"sql/filter/site.sql", ALWAYS},
			{"sql/filter/sum_worker.sql", ALWAYS},
			{"sql/filter/rest_sample.sql", ALWAYS},
			{"sql/filter/rest_pool_closure.sql", ALWAYS},
			{NULL, ALWAYS},
		},
	.derived =
		(const struct step[]) {
			{"sql/derive/52_site_poll.sql", ALWAYS},
			{"sql/derive/53_site_time.sql", ALWAYS},
			{NULL, ALWAYS},
		},
};

struct overlay {
	sqlite3 *db;
	const int64_t *captures;
	size_t capture_count;
	enum when when; /* IF_RECORDED or IF_NOT_RECORDED */
	bool of_dump;   /* shown_dump is a table */
};

static bool step_wanted(const struct overlay *o, const struct step *step)
{
	return step->when == ALWAYS || step->when == o->when;
}

/* A kind of thing in the database, and how its temporary twin is created. */
struct twin {
	const char *type;    /* as in sqlite_schema */
	const char *begin;   /* of the statement that made it */
	const char *instead; /* what the twin's statement begins with */
};

static const struct twin table_twin = {"table", "CREATE TABLE ", "CREATE TEMP TABLE "};
static const struct twin index_twin = {"index", "CREATE INDEX ", "CREATE INDEX temp."};
static const struct twin view_twin = {"view", "CREATE VIEW ", "CREATE TEMP VIEW "};
static const struct twin kept_view_twin = {"view", "CREATE VIEW ", "CREATE TEMP TABLE "};

/* Creates the twins of what belongs to the table, or view, `name`. */
static int make_twins(sqlite3 *db, const struct twin *twin, const char *name)
{
	sqlite3_stmt *q = database_statement(
		db, "SELECT :instead || substr(sql, length(:begin) + 1) FROM main.sqlite_schema "
		    "WHERE type = :type AND tbl_name = :name AND sql LIKE :begin || '%'");
	int err = q ? 0 : -EIO;

	statement_text(q, ":type", twin->type);
	statement_text(q, ":begin", twin->begin);
	statement_text(q, ":instead", twin->instead);
	statement_text(q, ":name", name);
	while (!err && sqlite3_step(q) == SQLITE_ROW)
		err = database_run(db, (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	return err;
}

static int make_all_twins(const struct overlay *o, const struct twin *twin, const struct step *step)
{
	int err = 0;

	for (; !err && step->name; step++) {
		if (step_wanted(o, step))
			err = make_twins(o->db, twin, step->name);
	}
	return err;
}

static bool is_kept(const struct overlay *o, const char *view)
{
	for (const struct step *s = kept_views; s->name; s++) {
		if (strcmp(s->name, view) == 0)
			return true;
	}
	return strcmp(view, "filter") == 0 || (o->of_dump && strcmp(view, "shown_dump") == 0);
}

static int make_view(void *context, sqlite3_stmt *q)
{
	const char *name = (const char *)sqlite3_column_text(q, 0);
	const struct overlay *o = context;

	return is_kept(o, name) || !make_twins(o->db, &view_twin, name) ? SQLITE_OK : SQLITE_ERROR;
}

/* All views again, over the temporary tables, but for those that are kept. */
static int make_views(struct overlay *o)
{
	return database_rows(o->db, "SELECT name FROM main.sqlite_schema WHERE type = 'view'", 0,
			     make_view, o)
		       ? -EIO
		       : 0;
}

static int run_files(const struct overlay *o, const struct step *file)
{
	int err = 0;

	for (; !err && file->name; file++) {
		if (step_wanted(o, file))
			err = database_run_file(o->db, file->name, 0);
	}
	return err;
}

/* Derives tables again for each capture, from what is left of it. */
static int derive_again(const struct overlay *o, const struct step *file)
{
	int err = 0;

	for (; !err && file->name; file++) {
		for (size_t i = 0; !err && i < o->capture_count && step_wanted(o, file); i++)
			err = database_run_file(o->db, file->name, o->captures[i]);
	}
	return err;
}

static int make_layer(const struct overlay *o, const struct layer *layer)
{
	int err = make_all_twins(o, &table_twin, layer->tables);

	if (!err)
		err = run_files(o, layer->files);
	if (!err)
		err = make_all_twins(o, &index_twin, layer->tables);
	if (!err)
		err = derive_again(o, layer->derived);
	return err;
}

static int add_dump(sqlite3 *db, int64_t capture, uint64_t dump)
{
	sqlite3_stmt *q = database_statement(
		db, "INSERT INTO temp.shown_dump SELECT * FROM main.shown_dump "
		    "WHERE capture = :capture AND dump = CASE :dump "
		    "WHEN 0 THEN (SELECT max(dump) FROM main.task_dump WHERE capture = :capture) "
		    "ELSE :dump END");
	int err;

	statement_number(q, ":capture", capture);
	statement_number(q, ":dump", (int64_t)dump);
	err = q && sqlite3_step(q) == SQLITE_DONE ? 0 : -EIO;
	sqlite3_finalize(q);
	return err;
}

/* One dump of tasks in the place of all of them. */
static enum exit_status choose_dump(struct overlay *o, const struct filter *f)
{
	int err = make_twins(o->db, &kept_view_twin, "shown_dump");

	o->of_dump = true;
	if (!err)
		err = database_run(o->db, "DELETE FROM temp.shown_dump");
	for (size_t i = 0; !err && i < o->capture_count; i++)
		err = add_dump(o->db, o->captures[i], f->dump);
	if (!err && f->dump && !database_number(o->db, "SELECT count(*) FROM temp.shown_dump", 0))
		return message(STATUS_INPUT, "hud-analyze query CAPTURE @task_dumps lists them",
			       "there is no dump %llu of tasks", (unsigned long long)f->dump);
	return err ? message(STATUS_SYSTEM, NULL, "cannot choose a dump of tasks: %s",
			     sqlite3_errmsg(o->db))
		   : STATUS_DONE;
}

static int lay_over(struct overlay *o)
{
	struct derivation derivation;
	int err = derivation_begin(&derivation, o->db);

	if (!err)
		err = make_layer(o, &recorded);
	if (!err)
		err = make_views(o);
	if (!err)
		err = make_all_twins(o, &kept_view_twin, kept_views);
	if (!err)
		err = derive_again(o, derived_over_views);
	if (!err)
		err = make_layer(o, &chosen);
	derivation_end(&derivation);
	return err;
}

bool filter_given(const struct filter *f)
{
	return f->from || f->to || f->worker || f->task || f->cause || f->match || f->min_ns ||
	       f->site;
}

/* Of a part of a recording only that part is analyzed. */
static bool any_part(sqlite3 *db, const int64_t *captures, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count && !any; i++) {
		sqlite3_stmt *q = database_statement(
			db, "SELECT part_from_ns IS NOT NULL FROM capture WHERE id = :capture");

		statement_number(q, ":capture", captures[i]);
		any = statement_answer(q, 0);
	}
	return any;
}

enum exit_status filter_apply(sqlite3 *db, const struct filter *filter, const int64_t *captures,
			      size_t count)
{
	bool part = any_part(db, captures, count);
	bool of_recorded = filter->from || filter->to || filter->worker || part;
	struct overlay overlay = {db, captures, count, of_recorded ? IF_RECORDED : IF_NOT_RECORDED,
				  .of_dump = false};
	bool of_dump = filter->dump || filter->last_dump, of_time = filter_given(filter) || part;
	enum exit_status status = STATUS_DONE;
	int err;

	if (!of_time && !of_dump)
		return STATUS_DONE;
	/* Only temporary tables are written: their foreign keys would lead nowhere. */
	err = database_run(db, "PRAGMA query_only = 0; PRAGMA foreign_keys = 0;"
			       "PRAGMA temp.cache_size = -65536; BEGIN");
	if (!err && of_dump)
		status = choose_dump(&overlay, filter);
	if (!err && of_time)
		err = database_run_file(db, "sql/filter/schema.sql", 0);
	for (size_t i = 0; !err && of_time && status == STATUS_DONE && i < count; i++)
		status = filter_row(db, filter, captures[i]);
	if (!err && status == STATUS_DONE)
		err = of_time ? lay_over(&overlay) : make_views(&overlay);
	if (!err && status == STATUS_DONE)
		err = database_run(db, "COMMIT");
	return err ? message(STATUS_SYSTEM, NULL, "cannot apply the filters: %s",
			     sqlite3_errmsg(db))
		   : status;
}

unsigned filter_unfit(sqlite3 *db, const struct filter *filter)
{
	unsigned unfit = 0;

	if (filter->task && !database_number(db, embedded_text("sql/filter/task_fits.sql"), 1))
		unfit |= FILTER_TASK_UNFIT;
	if (filter->match && !database_number(db, embedded_text("sql/filter/match_fits.sql"), 1))
		unfit |= FILTER_MATCH_UNFIT;
	return unfit;
}

enum exit_status filter_refuse(const struct filter *filter, unsigned unfit)
{
	if (unfit & FILTER_TASK_UNFIT)
		return message(STATUS_INPUT,
			       "the name of a task, or its end after a ::, in which * matches any "
			       "text; query @tasks lists those that blocked",
			       "--task %s: no task that was seen has this name", filter->task);
	return message(STATUS_INPUT, "it is compared with names of functions, files and tasks",
		       "--match %s: nothing that was seen matches", filter->match);
}
