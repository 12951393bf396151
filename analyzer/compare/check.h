/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_CHECK_H
#define HUD_ANALYZER_COMPARE_CHECK_H

#include "analyzer/compare/check_rule.h"
#include "analyzer/compare/comparison.h"

/*
 * Rules applied to the side AFTER of a comparison. check.c judges, check_sentence.c says it in
 * words, check_print.h prints it.
 */
struct check {
	struct comparison comparison; /* its table `finding` has the results */
	enum exit_status status;      /* DONE, FAILED or CANNOT_TELL */
	char *reason;                 /* why it cannot tell; NULL */
	int64_t min_busy_ns;          /* how much polling must have been recorded */
	int64_t threshold_ns;         /* shorter blocks were not recorded */
	double stacks_lost_percent;
	bool about_polls;  /* a rule is about more than dumps of tasks */
	bool stacks_lossy; /* so many that a rule of sites cannot pass */
	bool no_worker;    /* in a capture no thread was known to be one */
};

/* What a rule found of one subject. */
struct finding {
	enum {
		FINDING_NO_SUBJECT,   /* no subject fits the rule */
		FINDING_NO_BLOCK,     /* the subject did not block */
		FINDING_LIMIT,        /* against a fixed limit */
		FINDING_GROWTH,       /* against the baseline */
		FINDING_TOO_FEW,      /* blocks, for an interval of the growth */
		FINDING_BYSTANDER,    /* see docs/DIFF.md: no growth is judged */
		FINDING_INCOMPARABLE, /* with the baseline */
		FINDING_NOT_KNOWN,    /* in a recording: the figure */
		FINDING_NO_WORKER,    /* was watched in a recording */
		FINDING_THRESHOLD,    /* a block of the limit's length would not be recorded */
		FINDING_STACKS_LOST,  /* so what blocked may have no name */
	} kind;
	enum exit_status status; /* DONE, FAILED or CANNOT_TELL */
	double before, after;    /* the figure; 0: it did not block before */
	double low;              /* the least that it has grown by, 0.1 is 10%; NaN: not known */
};

/* Reads what the recording could not see. Call it before the first rule. */
enum exit_status check_begin(struct check *c);

/*
 * Applies one rule, the `number`th: writes what it finds, and makes the status of the check the
 * worst.
 */
enum exit_status check_apply(struct check *c, size_t number, const struct check_rule *rule);

/*
 * After all rules: was enough recorded to tell? A rule that was seen to be broken stays broken,
 * unless no worker was seen at all.
 */
enum exit_status check_conclude(struct check *c);

/* "pass", "fail" or "cannot tell" */
const char *check_word(enum exit_status status);

#define CHECK_SENTENCE_BYTES 1280
/*
 * A finding for people. `subject`: the row of sql/check/subjects.sql that it is about, NULL: none.
 */
void check_sentence(const struct check *c, const struct check_rule *rule, const struct finding *f,
		    sqlite3_stmt *subject, char out[CHECK_SENTENCE_BYTES]);

/* Is a figure over the limit of a rule? */
bool check_rule_broken(const struct check_rule *rule, double figure);

#endif
