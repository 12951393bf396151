/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_COMPARISON_H
#define HUD_ANALYZER_COMPARE_COMPARISON_H

#include "analyzer/compare/statistics.h"
#include "analyzer/open/input.h"
#include "analyzer/store/database.h"

/*
 * Two sides of a comparison, each of one or many captures, copied into a database of their own
 * (analyzer/sql/diff/schema.sql): first what was recorded, then the sums of it, in windows of about
 * a second. judge.h says what has changed; diff.h and check.h use it.
 *
 * Functions say on stderr what went wrong and return the exit status for it.
 */

enum side { BEFORE, AFTER, SIDES };

struct comparison {
	sqlite3 *db;
	int64_t captures; /* on both sides */
	char *reason;     /* why they cannot be compared, in one word; NULL: they can */
	char *sentence;   /* the same for people */
	bool stacks;      /* keep those of blocking polls; set before the first capture */
	const struct filter *filter; /* NULL: none */
	unsigned unfit;              /* filters that fit nothing on either side */
	const char *const *binaries; /* --binary, as the inputs were added with */
	size_t binary_count;
	bool *binary_used; /* by its index: it fits a capture; NULL: no input was added */
};

enum exit_status comparison_open(struct comparison *out);
void comparison_close(struct comparison *c);

/*
 * Adds the captures of an input to a side: a capture file, or a database: all of its captures or,
 * given as DB@ID, the one whose id begins with ID. Of `how` only symbols and filters are used.
 */
enum exit_status comparison_add(struct comparison *c, enum side side, const char *path,
				const struct input_request *how);

/* Adds the captures of an open input: all of them, or only the chosen one. */
enum exit_status comparison_add_input(struct comparison *c, enum side side,
				      const struct input *input, bool chosen_only);

/* Notes the filters that each capture is added with, for the output. */
enum exit_status comparison_filter(struct comparison *c, const struct filter *filter);
/* Prints "only from 2s, cause lock" and `end`; nothing where no filter was given. */
enum exit_status comparison_filter_print(struct comparison *c, const char *end);

/*
 * After the last capture was added: computes the sums, and whether the sides can be compared.
 * Refuses a filter or a --binary that fits none of them.
 */
enum exit_status comparison_prepare(struct comparison *c);

/* The figures that are compared of a subject: all blocking, a site, a task or a worker. */
enum measure {
	MEASURE_BLOCKED, /* ms blocked per worker-second */
	MEASURE_RATE,    /* blocking polls per second */
};

/* Both sides' estimates of a figure of a subject. */
enum exit_status comparison_estimate(struct comparison *c, int64_t subject, enum measure measure,
				     struct estimate out[SIDES]);

/* Seconds recorded on each side. */
enum exit_status comparison_seconds(struct comparison *c, double out[SIDES]);

/* The one statement of an embedded file, over the comparison; NULL after saying why. */
sqlite3_stmt *comparison_query(struct comparison *c, const char *file);
/* Finalizes it. Says what went wrong, if anything did. */
enum exit_status comparison_query_end(struct comparison *c, sqlite3_stmt *q);

#endif
