/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_CHECK_RULE_H
#define HUD_ANALYZER_COMPARE_CHECK_RULE_H

#include <stdbool.h>
#include <stddef.h>

/* A rule of `check --fail-on`: docs/CHECK.md has the grammar. */

enum rule_figure {
	RULE_BLOCKED, /* of worker time: 0.01 is 1%, 10 ms per worker-second */
	RULE_RATE,    /* per second */
	RULE_COUNT,
	RULE_TOTAL, /* the durations: ns */
	RULE_P50,
	RULE_P99,
	RULE_MAX,
	RULE_FIGURES,
};

#define RULE_PATTERN_BYTES 256

struct rule {
	const char *text;
	const char *kind;                 /* "all", "site" or "task" */
	char pattern[RULE_PATTERN_BYTES]; /* of names; empty for all */
	char cause[32];                   /* empty: any */
	enum rule_figure figure;
	bool or_equal;
	bool relative; /* the limit is a change from the baseline: 0.2 is +20% */
	double limit;  /* in the unit of the figure */
};

#define RULE_ERROR_BYTES 192

/* False: `error` says what is wrong, and where. `out` keeps pointing into `text`. */
bool rule_read(const char *text, struct rule *out, char error[RULE_ERROR_BYTES]);

/* "p99" */
const char *rule_figure_name(enum rule_figure figure);

#endif
