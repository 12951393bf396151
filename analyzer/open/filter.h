/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_OPEN_FILTER_H
#define HUD_ANALYZER_OPEN_FILTER_H

#include "analyzer/base/message.h"
#include "analyzer/base/text.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Filters: the part of a capture that a verb is about (--from, --to, --worker, --task, --cause,
 * --match, --min, --site, --dump). They become temporary tables with the names of the database's
 * own, which hold the chosen part only, so that views and queries need to know nothing of filters.
 */

/* As given on the command line. NULL, or 0: not given. */
struct filter {
	const char *from, *to; /* "2s", "-2s" or the text of a mark */
	const char *worker;    /* a thread id, or a name in which * matches any text */
	const char *task;      /* a name, or its end after a `::`; * matches any text */
	const char *cause;     /* one, or several separated by commas */
	const char *match;     /* a POSIX extended regular expression */
	int64_t min_ns;
	uint64_t site;  /* site.id */
	uint64_t dump;  /* of tasks: its number */
	bool last_dump; /* or the last one that there is */
};

/*
 * Registers the SQL functions that queries may use: text REGEXP pattern, fits(pattern, text), and
 * named(pattern, path): the whole path, or its end after a `::`.
 */
int filter_functions(sqlite3 *db);

/*
 * Applies the filters to these captures; the filtered tables hold no others. Does nothing without
 * filters, but for a capture that is a part of a recording: its part is chosen. Call it once,
 * before database_restrict(). Says on stderr what is wrong with the filters: a time outside the
 * capture, a mark, worker, site or dump that it does not have, a bad regular expression.
 */
enum exit_status filter_apply(sqlite3 *db, const struct filter *filter, const int64_t *captures,
			      size_t count);

/* Filters that fit nothing, not even what did not block: mistyped names. */
enum filter_unfit {
	FILTER_TASK_UNFIT = 1u << 0,
	FILTER_MATCH_UNFIT = 1u << 1,
};

/* Which of the applied filters fit nothing in these captures: enum filter_unfit bits. */
unsigned filter_unfit(sqlite3 *db, const struct filter *filter);

/* Says that filters fit nothing. `unfit` is not 0. */
enum exit_status filter_refuse(const struct filter *filter, unsigned unfit);

/* Whether any filter was given, but for that of dumps. */
bool filter_given(const struct filter *filter);

/*
 * Appends the filters as a sentence, "only from 2s, cause lock"; nothing where there are none.
 * `row`: the current row of a query, with a column for each filter it knows (sql/query/filter.sql,
 * sql/diff/filter.sql).
 */
void filter_sentence(sqlite3_stmt *row, struct text *out);

#endif
