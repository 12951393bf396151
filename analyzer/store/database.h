/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_DATABASE_H
#define HUD_ANALYZER_STORE_DATABASE_H

#include "analyzer/store/row_batch.h"

/*
 * An SQLite database: its opening, its statements.
 *
 * Functions return 0 or a negative errno; what SQLite said is in sqlite3_errmsg().
 */

enum database_access {
	DATABASE_TEMPORARY, /* a private one that goes away; path is not used */
	DATABASE_CREATE,    /* a new file, for one load */
	DATABASE_APPEND,    /* an existing one */
	DATABASE_READ,      /* an existing one, never changed */
};

/* Opens a file of SQLite's, whatever is in it. After an error `*out` is NULL. */
int database_open(const char *path, enum database_access access, sqlite3 **out);

/* Runs statements of an embedded file; `:capture` in them is bound to `capture`. */
int database_run_file(sqlite3 *db, const char *name, int64_t capture);

/* Runs all embedded files of a folder ("sql/view/"), in the order of their names, as the above. */
int database_run_folder(sqlite3 *db, const char *folder, int64_t capture);

/* Runs one statement without parameters. */
int database_run(sqlite3 *db, const char *sql);

/*
 * Gives each row of a query, whose one parameter is a capture, to `read` with `context`, until that returns
 * another code than SQLITE_OK. SQLite's code.
 */
int database_rows(sqlite3 *db, const char *sql, int64_t capture,
		  int (*read)(void *context, sqlite3_stmt *q), void *context);

/* A whole number that a statement without parameters answers with, or `otherwise`. */
int64_t database_number(sqlite3 *db, const char *sql, int64_t otherwise);

/*
 * Ctrl-C and SIGTERM end the statement that runs, with SQLITE_INTERRUPT; base/interrupt.h says whether
 * one came.
 */
void database_stop_on_interrupt(sqlite3 *db);

/* Lets the connection do nothing but read the main database. */
void database_restrict(sqlite3 *db);

/* One row being put together, for a prepared INSERT or a batch. Errors are kept until row_insert(). */
struct row {
	sqlite3_stmt *statement;
	struct row_batch *batch;
	int column;
	int error;
};

struct row row_begin(sqlite3_stmt *statement);
struct row row_begin_batched(struct row_batch *batch); /* texts must stay until it is flushed */
void row_number(struct row *row, int64_t value);
void row_number_if(struct row *row, bool known, int64_t value); /* else NULL */
void row_id(struct row *row, int64_t id);                       /* 0: NULL */
void row_text(struct row *row, const char *text);               /* NULL: NULL */
int row_insert(struct row *row);

#endif
