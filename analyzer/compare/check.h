/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_CHECK_H
#define HUD_ANALYZER_COMPARE_CHECK_H

#include "analyzer/compare/check_rule.h"
#include "analyzer/compare/compare.h"

/* How a check went, for its presenters. Findings are in the table `finding` of the comparison. */
struct check {
	struct comparison comparison;
	enum exit_status status; /* DONE, FAILED or CANNOT_TELL */
	char *reason;            /* why it cannot tell; NULL */
	int64_t min_busy_ns;
	bool baseline; /* there is one */
};

/* Applies one rule, the `number`th: writes what it finds. Its own status is the worst of it. */
enum exit_status check_apply(struct check *c, size_t number, const struct check_rule *rule);

/*
 * When all rules were applied: is enough known? What is seen to break a rule does so all the same,
 * unless there was nothing to see.
 */
enum exit_status check_conclude(struct check *c);

/* One line a finding, and how it went. */
void check_print_text(struct check *c);
void check_print_json(struct check *c);
/* Annotations of GitHub Actions. */
void check_print_github(struct check *c);
/* JUnit XML into a file that is whole when it has its name. 0 or a negative errno. */
int check_write_junit(struct check *c, const char *path);

/* "pass", "fail" or "cannot tell" */
const char *check_word(enum exit_status status);

#endif
