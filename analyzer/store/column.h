/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_COLUMN_H
#define HUD_ANALYZER_STORE_COLUMN_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A column of the statement's current row, by its name. A column that does not exist is as one that
 * is NULL. A text is valid until the next step, and may be printed: printable.h.
 */
const char *column_text(sqlite3_stmt *statement, const char *name); /* NULL: NULL */
const char *column_text_at(sqlite3_stmt *statement, int column);    /* the same by its number */
const char *column_name(sqlite3_stmt *statement, int column);       /* may be printed too */
int64_t column_number(sqlite3_stmt *statement, const char *name, int64_t if_null);
/* ":12", or "" where the line is not known. */
enum { COLUMN_LINE_BYTES = 24 };
const char *column_line(sqlite3_stmt *statement, const char *name, char out[COLUMN_LINE_BYTES]);
/*
 * Writes a column's value as JSON, a BLOB in hex. `in_page`: inside of a <script>, with the digits
 * of a number that a page shows.
 */
void column_json(FILE *out, sqlite3_stmt *statement, int column, bool in_page);
double column_real(sqlite3_stmt *statement, const char *name); /* NULL: 0 */

#endif
