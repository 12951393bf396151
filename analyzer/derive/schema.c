/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/schema.h"
#include "analyzer/base/embedded.h"
#include "analyzer/derive/advice.h"
#include "analyzer/rules/cause.h"
#include "analyzer/store/row.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

static int pair_write(void *insert, const char *first, const char *second)
{
	struct row row = row_begin(insert);

	row_text(&row, first);
	row_text(&row, second);
	return row_insert(&row);
}

/* The table of causes, from causes.rules. */
static int causes_write(sqlite3 *db)
{
	sqlite3_stmt *insert;
	int err;

	if (sqlite3_prepare_v2(db, "INSERT INTO cause (name, about) VALUES (?, ?)", -1, &insert,
			       NULL) != SQLITE_OK)
		return -EIO;
	err = cause_each(pair_write, insert);
	sqlite3_finalize(insert);
	return err;
}

static int runtime_write(sqlite3_stmt *insert, sqlite3_stmt *insert_call, const struct runtime *r)
{
	const char *call;
	int err = pair_write(insert, r->name, r->title);

	for (size_t i = 0; !err && (call = runtime_park_call(r, i)); i++)
		err = pair_write(insert_call, r->name, call);
	return err;
}

/* The tables of runtimes and of the calls their workers park in, from their rules. */
static int runtimes_write(sqlite3 *db)
{
	sqlite3_stmt *insert = NULL, *insert_call = NULL;
	struct rules *rules = NULL;
	int err = rules_open(&rules);

	if (!err &&
	    (sqlite3_prepare_v2(db, "INSERT INTO runtime (name, title) VALUES (?, ?)", -1, &insert,
				NULL) != SQLITE_OK ||
	     sqlite3_prepare_v2(db, "INSERT INTO park_call (runtime, syscall_name) VALUES (?, ?)",
				-1, &insert_call, NULL) != SQLITE_OK))
		err = -EIO;
	for (size_t i = 0; !err && i < rules->runtime_count; i++)
		err = runtime_write(insert, insert_call, &rules->runtimes[i]);
	sqlite3_finalize(insert);
	sqlite3_finalize(insert_call);
	rules_close(rules);
	return err;
}

static int schema_make(sqlite3 *db)
{
	char sql[256];
	int err = database_run_file(db, "sql/schema.sql", 0);

	if (!err)
		err = database_run_folder(db, "sql/view/", 0);
	if (!err)
		err = causes_write(db);
	if (!err)
		err = runtimes_write(db);
	if (!err)
		err = advice_write(db, embedded_text("rules/advice.rules"));
	if (err)
		return err;
	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d;"
		 "INSERT INTO schema_info VALUES ('version', '%d'),"
		 "('made_by', 'hud-analyze " HUD_VERSION "')",
		 SCHEMA_APPLICATION, SCHEMA_VERSION, SCHEMA_VERSION);
	return database_run(db, sql);
}

static int schema_check(sqlite3 *db)
{
	/* -1 also when the file is no database at all. */
	if (database_number(db, "PRAGMA application_id", -1) != SCHEMA_APPLICATION)
		return -EBADMSG;
	if (database_number(db, "PRAGMA user_version", -1) != SCHEMA_VERSION)
		return -EPROTO;
	return 0;
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
