/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_ROW_SOURCE_H
#define HUD_ANALYZER_STORE_ROW_SOURCE_H

#include <sqlite3.h>
#include <stdint.h>

/*
 * A table-valued function NAME(capture) whose rows C code tells one after the other: so what is
 * derived in C gets into tables, by INSERT … SELECT, and what SQL says better stays SQL.
 *
 * It is there for a while and on one connection: nothing that stays in a database refers to it.
 * All functions return SQLite's codes.
 */
struct row_source {
	const char *name;
	const char *columns; /* their names, separated by commas */

	/* Before the first row. What is in *rows is closed also after an error. */
	int (*open)(sqlite3 *db, void *context, int64_t capture, void **rows);
	int (*next)(void *rows); /* SQLITE_ROW, SQLITE_DONE or an error */
	void (*column)(const void *rows, int column, sqlite3_context *out);
	void (*close)(void *rows); /* NULL is fine */
};

/* `context` is given to open(), and to destroy() when the source is withdrawn; NULL is fine. */
int row_source_provide(sqlite3 *db, const struct row_source *source, void *context,
		       void (*destroy)(void *context));
void row_source_withdraw(sqlite3 *db, const char *name);

/* For column(): a number, or NULL. */
void row_source_number_if(sqlite3_context *out, int known, int64_t number);
/* For column(): a text that stays, or NULL. */
void row_source_text(sqlite3_context *out, const char *text);

#endif
