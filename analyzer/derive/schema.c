/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/schema.h"
#include "analyzer/base/embedded.h"
#include "analyzer/derive/advice.h"
#include "analyzer/rules/cause.h"
#include "analyzer/store/row.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int pair_write(void *insert, const char *first, const char *second)
{
	struct row row = row_begin(insert);

	row_text(&row, first);
	row_text(&row, second);
	return row_insert(&row);
}

static int cause_write(void *insert, const struct cause *cause)
{
	struct row row = row_begin(insert);

	row_text(&row, cause->name);
	row_text(&row, cause->about);
	row_number(&row, cause->work);
	return row_insert(&row);
}

/* The table of causes, from causes.rules. */
static int causes_write(sqlite3 *db)
{
	sqlite3_stmt *insert;
	int err;

	if (sqlite3_prepare_v2(db, "INSERT INTO cause (name, about, work) VALUES (?, ?, ?)", -1,
			       &insert, NULL) != SQLITE_OK)
		return -EIO;
	err = cause_each(cause_write, insert);
	sqlite3_finalize(insert);
	return err;
}

static int pair_insert(sqlite3 *db, const char *sql, const char *first, const char *second)
{
	sqlite3_stmt *insert;
	int err;

	if (sqlite3_prepare_v2(db, sql, -1, &insert, NULL) != SQLITE_OK)
		return -EIO;
	err = pair_write(insert, first, second);
	sqlite3_finalize(insert);
	return err;
}

static int runtime_write(sqlite3 *db, const struct runtime *r)
{
	const char *call, *name, *future, *function;
	int err = pair_insert(db, "INSERT INTO runtime (name, title) VALUES (?, ?)", r->name,
			      r->title);

	if (!err)
		err = pair_insert(
			db,
			"INSERT INTO scheduler (name, runtime, single_threaded) VALUES (?, ?, 0)",
			r->multi_threaded, r->name);
	if (!err)
		err = pair_insert(
			db,
			"INSERT INTO scheduler (name, runtime, single_threaded) VALUES (?, ?, 1)",
			r->single_threaded, r->name);
	for (size_t i = 0; !err && (call = runtime_park_call(r, i)); i++)
		err = pair_insert(db, "INSERT INTO park_call (runtime, syscall_name) VALUES (?, ?)",
				  r->name, call);
	for (size_t i = 0; !err && (name = runtime_worker_name(r, i)); i++)
		err = pair_insert(db, "INSERT INTO worker_name (runtime, name) VALUES (?, ?)",
				  r->name, name);
	for (size_t i = 0; !err && (future = runtime_channel_send(r, i)); i++)
		err = pair_insert(db, "INSERT INTO channel_send (runtime, future) VALUES (?, ?)",
				  r->name, future);
	for (size_t i = 0; !err && (function = runtime_local_set(r, i)); i++)
		err = pair_insert(db,
				  "INSERT INTO local_set_function (runtime, function) "
				  "VALUES (?, ?)",
				  r->name, function);
	return err;
}

static int word_write(sqlite3_stmt *insert, const char *word)
{
	struct row row = row_begin(insert);

	row_text(&row, word);
	return row_insert(&row);
}

/* A row for each line of this kind, with the word after that. */
static int lines_write(sqlite3 *db, const char *sql, const struct rules_file *f, const char *kind)
{
	sqlite3_stmt *insert;
	int err = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &insert, NULL) != SQLITE_OK)
		return -EIO;
	for (size_t i = 0; !err && i < f->count; i++)
		if (!strcmp(f->lines[i].words[0], kind))
			err = word_write(insert, f->lines[i].words[1]);
	sqlite3_finalize(insert);
	return err;
}

/* The tables of runtimes, of functions that lock, and of crates, from the rules. */
static int rules_write(sqlite3 *db)
{
	struct rules *rules = NULL;
	int err = rules_open(&rules);

	for (size_t i = 0; !err && i < rules->runtime_count; i++)
		err = runtime_write(db, &rules->runtimes[i]);
	if (!err)
		err = lines_write(db, "INSERT INTO lock_function (function, limited) VALUES (?, 0)",
				  &rules->causes, "guard");
	if (!err)
		err = lines_write(db, "INSERT INTO lock_function (function, limited) VALUES (?, 1)",
				  &rules->causes, "limited");
	if (!err)
		err = lines_write(db, "INSERT INTO primitive_crate (crate) VALUES (?)",
				  &rules->origin, "primitive");
	rules_close(rules);
	return err;
}

/* The version that sql/schema/version.sql gives to what is made. */
static int64_t schema_version(void)
{
	static const char before[] = "PRAGMA user_version = ";
	const char *at = strstr(embedded_text("sql/schema/version.sql"), before);

	return at ? strtoll(at + strlen(before), NULL, 10) : -1;
}

static int schema_make(sqlite3 *db)
{
	char sql[256];
	int err = database_run_folder(db, "sql/schema/", 0);

	if (!err)
		err = database_run_folder(db, "sql/view/", 0);
	if (!err)
		err = causes_write(db);
	if (!err)
		err = rules_write(db);
	if (!err)
		err = advice_write(db, embedded_text("rules/advice.rules"));
	if (err)
		return err;
	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id = %d;"
		 "INSERT INTO schema_info VALUES ('version', '%" PRId64 "'),"
		 "('made_by', 'hud-analyze " HUD_VERSION "')",
		 SCHEMA_APPLICATION, schema_version());
	return database_run(db, sql);
}

/* The files that make the schema. */
static bool is_schema(const struct embedded_file *f)
{
	return embedded_within(f, "sql/schema/") || embedded_within(f, "sql/view/");
}

/* Is it one of our statements? SQLite keeps them as they were, without the semicolon. */
static bool is_ours(const char *sql)
{
	for (const struct embedded_file *f = embedded_files; f->name; f++) {
		const char *at = is_schema(f) ? strstr(f->text, sql) : NULL;

		if (at)
			return at[strlen(sql)] == ';';
	}
	return false;
}

static bool text_declares(const char *text, const char *name)
{
	size_t length = strlen(name);

	while ((text = strstr(text, "\nCREATE "))) {
		text += strlen("\nCREATE ");
		text += strcspn(text, " ") + 1; /* TABLE, VIEW */
		if (strncasecmp(text, name, length) == 0 && strchr(" (\n", text[length]))
			return true;
	}
	return false;
}

/* Is the name, for which SQLite takes small and large letters as the same, one of ours? */
static bool is_our_name(const char *name)
{
	for (const struct embedded_file *f = embedded_files; f->name; f++)
		if (is_schema(f) && text_declares(f->text, name))
			return true;
	return false;
}

static int object_check(void *context, sqlite3_stmt *row)
{
	const char *name = (const char *)sqlite3_column_text(row, 0);
	const char *sql = (const char *)sqlite3_column_text(row, 1);
	bool trigger = sqlite3_column_int(row, 2) != 0;

	(void)context;
	if (!name || !sql)
		return SQLITE_CORRUPT;
	return !trigger && (is_ours(sql) || !is_our_name(name)) ? SQLITE_OK : SQLITE_CORRUPT;
}

/*
 * What is called as ours is as we made it: else a figure would be whatever somebody put there, or
 * take for ever. Others may have been added, but nothing that runs when rows are written.
 */
static int objects_check(sqlite3 *db)
{
	return database_errno(database_rows(db,
					    "SELECT name, sql, type = 'trigger' FROM sqlite_master "
					    "WHERE sql IS NOT NULL AND ?1 = 0",
					    0, object_check, NULL));
}

static int schema_check(sqlite3 *db)
{
	int err = database_run(db, "SELECT count(*) FROM sqlite_master");

	if (err)
		return err;
	if (database_number(db, "PRAGMA application_id", -1) != SCHEMA_APPLICATION)
		return -EBADMSG;
	if (database_number(db, "PRAGMA user_version", -1) != schema_version())
		return -EPROTO;
	return objects_check(db);
}

int schema_open(const char *path, enum database_access access, sqlite3 **out)
{
	bool new = access == DATABASE_TEMPORARY || access == DATABASE_CREATE;
	int err = database_open(path, access, out);

	if (!err)
		err = new ? schema_make(*out) : schema_check(*out);
	if (!err)
		return 0;
	sqlite3_close(*out);
	*out = NULL;
	return err;
}
