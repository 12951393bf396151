/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_FILTER_H
#define HUD_ANALYZER_FILTER_H

#include "analyzer/command.h"

#include <sqlite3.h>

/*
 * Filters: which part of a capture a verb looks at (--from, --to, --worker, --task, --cause, --match,
 * --min). They are laid over the database as temporary tables of the same names, so that all views
 * and queries are of the chosen part, and none of them knows of filters.
 */

/* Registers the SQL functions that queries may use: text REGEXP pattern, fits(pattern, text). */
int filter_functions(sqlite3 *db);

/*
 * Lays the filters over these captures, all others vanish from the filtered tables; nothing to do
 * without filters. Before database_restrict(), once. Says on stderr what cannot be meant: a time
 * outside of a capture, a mark or worker that is not there, a damaged regular expression.
 */
enum exit_status filter_apply(sqlite3 *db, const struct arguments *arguments,
			      const int64_t *captures, size_t count);

/* Whether any filter was given. */
bool filter_given(const struct arguments *arguments);

#endif
