/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_DATABASE_H
#define HUD_ANALYZER_STORE_DATABASE_H

#include <sqlite3.h>
#include <stdint.h>

/*
 * Opens SQLite databases and runs statements on them.
 *
 * Functions return 0 or a negative errno where nothing else is said; sqlite3_errmsg() has the
 * details.
 */

/* The errno, negative, for a code of SQLite's; 0 for SQLITE_OK, SQLITE_DONE and SQLITE_ROW. */
int database_errno(int sqlite);

/*
 * To be called first, before there are threads. SQLite then does not count its memory, for which it
 * would take one lock at each allocation.
 */
void database_library_configure(void);

enum database_access {
	DATABASE_TEMPORARY, /* a new private one, deleted when closed; the path is not used */
	DATABASE_CREATE,    /* a new file; after a crash it is unusable */
	DATABASE_APPEND,    /* an existing one, to be changed */
	DATABASE_READ,      /* an existing one, read only */
};

/* Opens a database, whatever its schema is. After an error `*out` is NULL. */
int database_open(const char *path, enum database_access access, sqlite3 **out);

/*
 * Runs the statements of an embedded file, with `:capture` bound to `capture`. -ENOENT: there is no
 * such file.
 */
int database_run_file(sqlite3 *db, const char *name, int64_t capture);

/* The same for all embedded files of a folder ("sql/view/"), in the order of their names. */
int database_run_folder(sqlite3 *db, const char *folder, int64_t capture);

/* Runs statements without parameters, one after the other. 0 or a negative errno. */
int database_run(sqlite3 *db, const char *sql);

/*
 * Calls `read` with each row of a query, whose parameter ?1 is `number`, mostly the capture, until
 * it returns something other than SQLITE_OK. SQLite's code: that of `read`, or of the query.
 */
int database_rows(sqlite3 *db, const char *sql, int64_t number,
		  int (*read)(void *context, sqlite3_stmt *q), void *context);

/*
 * The first column of the first row of a query without parameters; `otherwise` if there is none, or
 * it cannot be read: for what decides over rows that are written there is database_read().
 */
int64_t database_number(sqlite3 *db, const char *sql, int64_t otherwise);

/*
 * For statements with parameters. Each function takes NULL for a statement that could not be
 * prepared, so that only the last result needs to be checked.
 */
/* The statement, or NULL: sqlite3_errmsg() says why. */
sqlite3_stmt *database_statement(sqlite3 *db, const char *sql);
/* Binds a parameter by its name, if the statement has one of that name. The text is copied. */
void statement_text(sqlite3_stmt *statement, const char *name, const char *value);
void statement_number(sqlite3_stmt *statement, const char *name, int64_t value);
/* The first column of the first row, `otherwise` where there is none or it is NULL. Finalizes. */
int64_t statement_answer(sqlite3_stmt *statement, int64_t otherwise);
/* The same two, with their errors: 0 or a negative errno. A statement that is NULL is one. */
int database_read(sqlite3 *db, const char *sql, int64_t otherwise, int64_t *out);
int statement_read(sqlite3_stmt *statement, int64_t otherwise, int64_t *out);

/*
 * Ctrl-C and SIGTERM end the statement that runs, with SQLITE_INTERRUPT; base/interrupt.h says
 * whether one came.
 */
void database_stop_on_interrupt(sqlite3 *db);

/* From now on the connection can only read the main database. */
void database_restrict(sqlite3 *db);

#endif
