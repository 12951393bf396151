/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_TABLE_H
#define HUD_ANALYZER_STORE_TABLE_H

#include <sqlite3.h>

#include <stdint.h>

/* The rows of a query on standard output: columns for people, CSV or JSON. */

/* TABLE_PLAIN: values only, tabs between them; no names of columns, no padding. */
enum table_form { TABLE_TEXT, TABLE_PLAIN, TABLE_CSV, TABLE_JSON };

/* Prints all rows of a statement. 0, or the SQLite error it ended with. */
int table_print(sqlite3_stmt *statement, enum table_form form);

/* The same, but no more than `most` rows. */
int table_print_first(sqlite3_stmt *statement, enum table_form form, uint64_t most);

#endif
