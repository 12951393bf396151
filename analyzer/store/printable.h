/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_PRINTABLE_H
#define HUD_ANALYZER_STORE_PRINTABLE_H

#include <sqlite3.h>

/*
 * Texts of a database as they may be printed. What is loaded from a capture is clean, but a
 * database may be of anybody: a name could drive the terminal, or begin a line of its own.
 */

/* For a connection, once. 0, -ENOMEM. */
int printable_open(sqlite3 *db);

/*
 * `text` itself where it is valid UTF-8 without control characters; else one that has blanks for
 * line breaks and tabs, and U+FFFD for all other such bytes. That one lives as long as `db`. NULL:
 * NULL.
 */
const char *printable_text(sqlite3 *db, const char *text);

#endif
