/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_COMPARE_H
#define HUD_ANALYZER_COMPARE_COMPARE_H

#include "analyzer/open/input.h"
#include "analyzer/compare/statistics.h"

/*
 * Two sides of a comparison, each of one capture or many, put together in a database of their own
 * (analyzer/sql/diff_schema.sql) and judged there.
 *
 * Functions say on stderr what went wrong and return the exit status for it.
 */

enum side { BEFORE, AFTER, SIDES };

struct comparison {
	sqlite3 *db;
	int64_t captures; /* on both sides */
	char *reason;     /* why they cannot be compared; NULL: they can */
	char *sentence;   /* the same for people */
};

enum exit_status comparison_open(struct comparison *out);
void comparison_close(struct comparison *c);

/*
 * Adds the captures of an input to a side: a capture file, or a database, all of its captures or,
 * as DB@ID, the one whose id begins so. Symbols are looked for and filters applied as `how` says, all
 * else of it counts for nothing.
 */
enum exit_status comparison_add(struct comparison *c, enum side side, const char *path,
				const struct input_request *how);

/* The same of an open input: all of its captures, or only the chosen one. */
enum exit_status comparison_add_input(struct comparison *c, enum side side,
				      const struct input *input, bool chosen_only);

/* Notes the filters that each capture is added with. */
enum exit_status comparison_filter(struct comparison *c, const struct filter *filter);
/* "only from 2s, cause lock" and `end`; nothing where no filter was given. */
void comparison_filter_print(struct comparison *c, const char *end);

/* When all are added: sums them up by windows, and sees whether they can be compared. */
enum exit_status comparison_prepare(struct comparison *c);

/* Judges all, sites, tasks and workers: fills the table `change`. */
enum exit_status comparison_judge(struct comparison *c);

/* What a subject is compared by. */
enum measure {
	MEASURE_BLOCKED, /* ms per worker-second */
	MEASURE_RATE,    /* blocks per second */
};

/* Both sides' estimates of a subject. */
enum exit_status comparison_estimate(struct comparison *c, int64_t subject, enum measure measure,
				     struct estimate out[SIDES]);

/* Seconds recorded on each side. */
enum exit_status comparison_seconds(struct comparison *c, double out[SIDES]);

/* A statement of an embedded file (one statement each) over the comparison; NULL after saying why. */
sqlite3_stmt *comparison_query(struct comparison *c, const char *file);

/* Binds a parameter by its name, where the statement has it. */
void statement_text(sqlite3_stmt *statement, const char *name, const char *value);
void statement_number(sqlite3_stmt *statement, const char *name, int64_t value);

/* "better", ... as in the table `change` */
const char *change_word(enum change_status status);

#endif
