/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_OPEN_NAMED_QUERY_H
#define HUD_ANALYZER_OPEN_NAMED_QUERY_H

#include "analyzer/open/input.h"

/*
 * Queries with a name: each file of analyzer/sql that is neither schema, view,
 * derivation nor part of a comparison.
 */

/* Prints name and question of each. */
void named_query_list(void);

/* Its SQL, or NULL. */
const char *named_query_text(const char *name);

/*
 * Prepares SQL over the chosen capture: binds :capture and :top (0: all). Only one statement, only
 * one that reads. Says on stderr what is wrong with it.
 */
enum exit_status query_prepare(const struct input *input, const char *sql, uint64_t top,
			       sqlite3_stmt **out);

/* A named query that presenters use. NULL after saying why. */
sqlite3_stmt *named_query(const struct input *input, const char *name, uint64_t top);

#endif
