/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_ROW_SOURCE_H
#define HUD_ANALYZER_STORE_ROW_SOURCE_H

#include <sqlite3.h>
#include <stdint.h>

/*
 * A table-valued function NAME(capture) whose rows are made by C code. With INSERT … SELECT what is
 * easier to compute in C gets into tables, and everything else stays SQL.
 *
 * It exists on one connection until it is withdrawn; nothing stored in a database may refer to it.
 * All functions return SQLite's codes.
 */
struct row_source {
	const char *name;
	const char *columns; /* their names, separated by commas */

	/* Prepares for the first row. What it puts into *rows is closed, after an error too. */
	int (*open)(sqlite3 *db, void *context, int64_t capture, void **rows);
	int (*next)(void *rows); /* SQLITE_ROW, SQLITE_DONE or an error */
	void (*column)(const void *rows, int column, sqlite3_context *out);
	void (*close)(void *rows); /* `rows` may be NULL */
};

/*
 * `context` is given to open(), and to destroy(), which may be NULL, when the source is withdrawn.
 */
int row_source_provide(sqlite3 *db, const struct row_source *source, void *context,
		       void (*destroy)(void *context));
void row_source_withdraw(sqlite3 *db, const char *name);

/* For column(): the number if it is known, else NULL. */
void row_source_number_if(sqlite3_context *out, int known, int64_t number);
/* For column(): a text that outlives the statement, or NULL. */
void row_source_text(sqlite3_context *out, const char *text);

#endif
