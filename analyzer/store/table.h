/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_TABLE_H
#define HUD_ANALYZER_STORE_TABLE_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The rows of a query as text: columns for people, CSV or JSON. Only JSON has control characters of
 * the database, escaped; elsewhere a row is a line.
 */

/*
 * TABLE_PLAIN: values only, tabs between them; no names of columns, no padding. TABLE_NDJSON: an
 * object a line.
 */
enum table_form { TABLE_TEXT, TABLE_PLAIN, TABLE_CSV, TABLE_JSON, TABLE_NDJSON };

/* Prints all rows of a statement on standard output. 0, or the SQLite error it ended with. */
int table_print(sqlite3_stmt *statement, enum table_form form);

/* Writes at most `most` of its rows to `out`. */
int table_write(sqlite3_stmt *statement, enum table_form form, uint64_t most, FILE *out);

#endif
