/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/database.h"
#include "analyzer/base/embedded.h"
#include "analyzer/base/interrupt.h"
#include "analyzer/store/printable.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int database_errno(int sqlite)
{
	switch (sqlite & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return -EBADMSG;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_INTERRUPT:
		return -EINTR;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EACCES;
	default:
		return -EIO;
	}
}

static int run_text(sqlite3 *db, const char *sql, int64_t capture)
{
	while (*sql) {
		sqlite3_stmt *statement;
		int err = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);

		if (err != SQLITE_OK)
			return database_errno(err);
		if (!statement)
			continue;
		statement_number(statement, ":capture", capture);
		do
			err = sqlite3_step(statement);
		while (err == SQLITE_ROW);
		sqlite3_finalize(statement);
		if (err != SQLITE_DONE)
			return database_errno(err);
	}
	return 0;
}

int database_run(sqlite3 *db, const char *sql)
{
	return run_text(db, sql, 0);
}

int database_run_file(sqlite3 *db, const char *name, int64_t capture)
{
	const char *sql = embedded_text(name);

	return sql ? run_text(db, sql, capture) : -ENOENT;
}

int database_run_folder(sqlite3 *db, const char *folder, int64_t capture)
{
	int err = 0;

	for (const struct embedded_file *f = embedded_files; !err && f->name; f++) {
		if (embedded_within(f, folder))
			err = run_text(db, f->text, capture);
	}
	return err;
}

int database_rows(sqlite3 *db, const char *sql, int64_t number,
		  int (*read)(void *context, sqlite3_stmt *q), void *context)
{
	sqlite3_stmt *q;
	int err = sqlite3_prepare_v2(db, sql, -1, &q, NULL), end;

	if (err)
		return err;
	sqlite3_bind_int64(q, 1, number);
	while (!err && sqlite3_step(q) == SQLITE_ROW)
		err = read(context, q);
	end = sqlite3_finalize(q);
	return err ? err : end;
}

sqlite3_stmt *database_statement(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;

	return sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK ? statement : NULL;
}

void statement_text(sqlite3_stmt *statement, const char *name, const char *value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index > 0)
		sqlite3_bind_text(statement, index, value, -1, SQLITE_TRANSIENT);
}

void statement_number(sqlite3_stmt *statement, const char *name, int64_t value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index > 0)
		sqlite3_bind_int64(statement, index, value);
}

int64_t statement_answer(sqlite3_stmt *statement, int64_t otherwise)
{
	int64_t value;

	return statement_read(statement, otherwise, &value) ? otherwise : value;
}

int statement_read(sqlite3_stmt *statement, int64_t otherwise, int64_t *out)
{
	*out = otherwise;
	if (!statement)
		return -EIO;
	if (sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(statement, 0);
	return database_errno(sqlite3_finalize(statement));
}

int database_read(sqlite3 *db, const char *sql, int64_t otherwise, int64_t *out)
{
	sqlite3_stmt *statement;
	int err = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	*out = otherwise;
	return err ? database_errno(err) : statement_read(statement, otherwise, out);
}

int64_t database_number(sqlite3 *db, const char *sql, int64_t otherwise)
{
	return statement_answer(database_statement(db, sql), otherwise);
}

/*
 * For a new file, which is renamed when it is complete or deleted: it needs no journal on disk.
 * With pages of 16 KiB there are fewer system calls, which saves a tenth of the time to load. A
 * larger cache made it slower, as its memory is new. Both were measured: docs/PERFORMANCE.md.
 */
static const char make_pragmas[] = "PRAGMA page_size = 16384; PRAGMA journal_mode = MEMORY;"
				   "PRAGMA synchronous = OFF; PRAGMA cache_size = -8192";

void database_library_configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* How each access opens a connection. Only one thread at a time uses it, so it needs no locks. */
static const struct access_rule {
	int flags;
	const char *pragmas;
} access_rules[] = {
	[DATABASE_TEMPORARY] = {SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, make_pragmas},
	[DATABASE_CREATE] = {SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, make_pragmas},
	[DATABASE_APPEND] = {SQLITE_OPEN_READWRITE, "PRAGMA cache_size = -16384"},
	/* Writable for SQLite only, which may have to undo what a killed writer left half done. */
	[DATABASE_READ] = {SQLITE_OPEN_READWRITE, "PRAGMA query_only = 1"},
};

/* A load of another process takes the file for as long as it lasts; most are done by then. */
#define BUSY_TIMEOUT_MS 5000

int database_open(const char *path, enum database_access access, sqlite3 **out)
{
	const struct access_rule *rule = &access_rules[access];
	sqlite3 *db = NULL;
	int err;

	*out = NULL;
	err = database_errno(sqlite3_open_v2(access == DATABASE_TEMPORARY ? "" : path, &db,
					     rule->flags | SQLITE_OPEN_NOMUTEX, NULL));
	if (!err)
		err = database_errno(sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS));
	if (!err)
		err = printable_open(db);
	if (!err)
		err = database_run(db, rule->pragmas);
	if (err) {
		sqlite3_close(db);
		return err;
	}
	*out = db;
	return 0;
}

/* Steps of SQLite's virtual machine between two checks: less than a millisecond. */
#define INTERRUPT_STEPS 10000

static int interrupted(void *context)
{
	(void)context;
	return interrupt_came();
}

void database_stop_on_interrupt(sqlite3 *db)
{
	interrupt_watch();
	sqlite3_progress_handler(db, INTERRUPT_STEPS, interrupted, NULL);
}

/* Allows reading and questions about the schema; nothing else, not even reading another file. */
static int allow_reading(void *context, int action, const char *first, const char *second,
			 const char *database, const char *trigger)
{
	static const char *const pragmas[] = {
		"table_info",     "table_xinfo",      "table_list",
		"index_list",     "index_info",       "user_version",
		"application_id", "foreign_key_list", "foreign_key_check"};

	(void)context;
	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_UPDATE: /* table-valued pragmas declare themselves so; it writes nothing */
		return strcmp(first, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_FUNCTION:
		return strcmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA:
		for (size_t i = 0; i < sizeof(pragmas) / sizeof(*pragmas); i++) {
			if (strcmp(first, pragmas[i]) == 0)
				return SQLITE_OK;
		}
		return SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

void database_restrict(sqlite3 *db)
{
	sqlite3_exec(db, "PRAGMA query_only = 1; PRAGMA trusted_schema = 0", NULL, NULL, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_set_authorizer(db, allow_reading, NULL);
}
