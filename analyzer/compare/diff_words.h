/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_DIFF_WORDS_H
#define HUD_ANALYZER_COMPARE_DIFF_WORDS_H

#include <sqlite3.h>

/* Changes in words, for the text and the Markdown of diff. Functions return `out`. */

#define CHANGE_BYTES 64
/* "+26%", "-1.1%"; "-" where the column of the current row is NULL. */
const char *change_text(char out[CHANGE_BYTES], sqlite3_stmt *q, const char *column);
/* The interval `low` .. `high` of the current row: "+12% .. +41%"; "+12% or more"; "-" for none. */
const char *interval_text(char out[CHANGE_BYTES], sqlite3_stmt *q);
/* How long to record: "90 s", "4 min", "3 h", rounded up to two digits. */
const char *record_text(char out[CHANGE_BYTES], double seconds);

#endif
