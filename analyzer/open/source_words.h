/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_OPEN_SOURCE_WORDS_H
#define HUD_ANALYZER_OPEN_SOURCE_WORDS_H

#include <sqlite3.h>

enum { SOURCE_WORDS_BYTES = 96 };

/*
 * How polls are known, in words: "polls seen in the runtime's own state". `row`: the current row of
 * sql/query/verdict.sql; `room`: for words that have numbers.
 */
const char *source_words(sqlite3_stmt *row, char room[static SOURCE_WORDS_BYTES]);

#endif
