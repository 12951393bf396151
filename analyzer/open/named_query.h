/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_OPEN_NAMED_QUERY_H
#define HUD_ANALYZER_OPEN_NAMED_QUERY_H

#include "analyzer/open/input.h"

/*
 * Queries that have a name: the files of analyzer/sql/query/, each a SELECT from a view. Its first
 * line, a comment, is the question that it answers.
 */

/* Prints the name, the question and the parameters of each. */
enum exit_status named_query_list(void);

/* The SQL of a query, or NULL: there is none of this name. */
const char *named_query_text(const char *name);

/*
 * Prepares SQL over the chosen capture: binds :capture, and :top and :limit (0: all rows). It must
 * be one statement. Says on stderr what is wrong with it. The caller finalizes *out.
 */
enum exit_status query_prepare(const struct input *input, const char *sql, uint64_t top,
			       sqlite3_stmt **out);

/* Prepares a named query. NULL after saying why on stderr. */
sqlite3_stmt *named_query(const struct input *input, const char *name, uint64_t top);

#endif
