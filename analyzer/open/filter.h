/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_OPEN_FILTER_H
#define HUD_ANALYZER_OPEN_FILTER_H

#include "analyzer/base/message.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Filters: which part of a capture a verb looks at (--from, --to, --worker, --task, --cause, --match,
 * --min). They are laid over the database as temporary tables of the same names, so that all views
 * and queries are of the chosen part, and none of them knows of filters.
 */

struct filter {
	const char *from,
		*to; /* "2s", "-2s" or the text of a mark. NULL, or 0, here and below: not given */
	const char *worker; /* a tid, or a name in which * is any text */
	const char *task;
	const char *cause; /* several with commas */
	const char *match; /* a POSIX extended regular expression */
	int64_t min_ns;
	uint64_t site; /* site.id */
};

/* Registers the SQL functions that queries may use: text REGEXP pattern, fits(pattern, text). */
int filter_functions(sqlite3 *db);

/*
 * Lays the filters over these captures, all others vanish from the filtered tables; nothing to do
 * without filters. Before database_restrict(), once. Says on stderr what cannot be meant: a time
 * outside of a capture, a mark or worker that is not there, a damaged regular expression.
 */
enum exit_status filter_apply(sqlite3 *db, const struct filter *filter, const int64_t *captures,
			      size_t count);

/* Whether any filter was given. */
bool filter_given(const struct filter *filter);

#endif
