/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_DIFF_H
#define HUD_ANALYZER_COMPARE_DIFF_H

#include "analyzer/compare/compare.h"

/* The comparison for people, in a terminal; at most `top` rows of a kind. */
enum exit_status diff_text(struct comparison *c, uint64_t top);

/* The same as Markdown, for a pull request. */
enum exit_status diff_markdown(struct comparison *c, uint64_t top);

/* The whole comparison as one JSON document. */
enum exit_status diff_json(struct comparison *c);

/* "+26%", "-100%", "new" for NULL, of a column. */
#define CHANGE_BYTES 64
const char *change_text(char out[CHANGE_BYTES], sqlite3_stmt *q, const char *column);
/* "+12% .. +41%"; a far end that nothing bounds is "..." */
const char *interval_text(char out[CHANGE_BYTES], sqlite3_stmt *q);
/* "90 s", "4 min", "3 h": rounded up to two digits. */
const char *record_text(char out[CHANGE_BYTES], double seconds);

#endif
