/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_TABLE_H
#define HUD_ANALYZER_BASE_TABLE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Words and columns for people: numbers with units, rows of a query as text, CSV or JSON. */

#define WORD_BYTES 32

/* "1.25 s", "12.3 ms", "45 us", "-" for unknown (negative). Returns `out`. */
const char *duration_word(char out[WORD_BYTES], int64_t ns);
/* "1.2 MB" */
const char *bytes_word(char out[WORD_BYTES], int64_t bytes);

/* Parts of a whole in tenths of a percent that add up to 1000 (or to 0 where the whole is 0). */
void percent_parts(const int64_t *part, int count, int *tenths);

/* TABLE_PLAIN: values only, tabs between them; no names of columns, no padding. */
enum table_form { TABLE_TEXT, TABLE_PLAIN, TABLE_CSV, TABLE_JSON };

/* Prints all rows of a statement. 0, or the SQLite error it ended with. */
int table_print(sqlite3_stmt *statement, enum table_form form);
/* The same, but no more than `most` rows. */
int table_print_first(sqlite3_stmt *statement, enum table_form form, uint64_t most);

/* May colours be used on this stream: a terminal, and no NO_COLOR? */
bool colour_wanted(FILE *stream);

/* Columns of the terminal behind a stream; 0: it is none. */
int terminal_width(FILE *stream);

/* Columns that `length` bytes of UTF-8 take; escape sequences for colours take none. */
int text_width(const char *text, size_t length);
/* How many of `length` bytes to print so that they fit `width` columns; if not all, one is left free. */
size_t text_cut(const char *text, size_t length, int width);

/* A column of the current row by its name: text (NULL: NULL), whole number (NULL: `otherwise`), real. */
const char *column_text(sqlite3_stmt *statement, const char *name);
int64_t column_number(sqlite3_stmt *statement, const char *name, int64_t otherwise);
double column_real(sqlite3_stmt *statement, const char *name);

#endif
