/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_CHECK_RULE_H
#define HUD_ANALYZER_COMPARE_CHECK_RULE_H

#include "analyzer/base/message.h"

#include <stdbool.h>
#include <stddef.h>

/* The rules of `check --fail-on`: docs/CHECK.md has the grammar. */

enum check_figure {
	CHECK_RUN_QUEUE,     /* share of worker time that workers waited for a CPU */
	CHECK_RUN_QUEUE_MAX, /* the longest of these waits, in ns */
	CHECK_THROTTLED,     /* share of the periods in which a cgroup's CPU quota was used up */
	CHECK_POOL_QUEUE,    /* most tasks seen in the queue of the blocking pool */
	CHECK_POOL_WAIT,     /* the longest wait there, in ns: a lower bound */
	CHECK_POOL_FULL,     /* share of the time that the pool was full and tasks waited */
	CHECK_MAIN_BLOCKED,  /* share of the time that the main future was blocked */
	CHECK_MAIN_MAX,      /* the longest of these blocks, in ns */
	CHECK_TASKS,         /* most tasks in a dump: all, or of the types that a pattern matches */
	CHECK_DEADLOCKS, /* most circles of tasks that wait for each other for certain, in a dump */
	CHECK_POSSIBLE_DEADLOCKS, /* the same, certain or not */
	CHECK_BLOCKED,            /* share of worker time: 0.01 is 1%, 10 ms per worker-second */
	CHECK_RATE,               /* blocking polls per second */
	CHECK_COUNT,              /* blocking polls */
	CHECK_TOTAL,              /* this and what follows in ns */
	CHECK_P50,
	CHECK_P99,
	CHECK_MAX,
	CHECK_FIGURES,
};

/* What a figure is of. */
enum check_subject {
	CHECK_OF_RUN_QUEUE,
	CHECK_OF_QUOTA,
	CHECK_OF_POOL,
	CHECK_OF_MAIN, /* the main future */
	CHECK_OF_DUMPS,
	CHECK_OF_BLOCKS, /* of all, a site or a task */
};

#define CHECK_PATTERN_BYTES 256

struct check_rule {
	const char *text;
	const char *kind;                  /* "all", "site" or "task" */
	char pattern[CHECK_PATTERN_BYTES]; /* for the name, as SQLite's GLOB; empty: any */
	char cause[32];                    /* empty: any */
	enum check_figure figure;
	bool or_equal; /* >= instead of > */
	bool relative; /* the limit is a change from the baseline: 0.2 is +20% */
	double limit;  /* in the unit of the figure */
};

#define CHECK_ERROR_BYTES 512

/*
 * Reads a rule. False: `error` says what is wrong, and at which character. A rule that no recording
 * could break, because its cause, pattern or limit fits nothing, is an error too. `out->text` is
 * `text`, which must outlive it.
 */
bool check_rule_read(const char *text, struct check_rule *out, char error[CHECK_ERROR_BYTES]);

/* The same with its message, which says what is wrong and where rules are described. */
enum exit_status check_rule_open(const char *text, struct check_rule *out);

enum check_subject check_figure_subject(enum check_figure figure);

/* Is it the length of something, of which only what reaches the threshold is recorded? */
bool check_figure_is_length(enum check_figure figure);

/* "p99" */
const char *check_figure_name(enum check_figure figure);

#endif
