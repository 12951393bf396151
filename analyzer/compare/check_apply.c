/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check.h"
#include "analyzer/base/words.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a rule says of each subject it speaks of.
 */

#define SENTENCE_BYTES 768
#define FIGURE_BYTES 48

/* The columns of check_subjects.sql that hold a figure, in the unit of a rule's limit. */
static const struct {
	const char *after, *before;
} columns[RULE_FIGURES] = {
	[RULE_BLOCKED] = {"after_blocked", "before_blocked"},
	[RULE_RATE] = {"after_rate", "before_rate"},
	[RULE_COUNT] = {"after_count", "before_count"},
	[RULE_TOTAL] = {"after_total", NULL},
	[RULE_P50] = {"after_p50", "before_p50"},
	[RULE_P99] = {"after_p99", "before_p99"},
	[RULE_MAX] = {"after_max", NULL},
};

const char *check_word(enum exit_status status)
{
	return status == STATUS_FAILED ? "fail" : status == STATUS_DONE ? "pass" : "cannot tell";
}

static const char *figure_text(char out[FIGURE_BYTES], enum rule_figure figure, double value)
{
	char word[WORD_BYTES];

	switch (figure) {
	case RULE_BLOCKED:
		snprintf(out, FIGURE_BYTES, "%.2f%% of worker time", 100 * value);
		break;
	case RULE_RATE:
		snprintf(out, FIGURE_BYTES, "%.3g a second", value);
		break;
	case RULE_COUNT:
		snprintf(out, FIGURE_BYTES, "%.0f", value);
		break;
	default:
		snprintf(out, FIGURE_BYTES, "%s", duration_word(word, (int64_t)value));
	}
	return out;
}

struct finding {
	enum exit_status status;
	char sentence[SENTENCE_BYTES];
};

static bool over(const struct rule *rule, double value)
{
	return rule->or_equal ? value >= rule->limit : value > rule->limit;
}

/* "blocked", or "demo::guilty::pause (sleep)" */
static void subject_name(sqlite3_stmt *q, char *out, size_t size)
{
	const char *name = column_text(q, "name"), *cause = column_text(q, "cause");

	if (!name || !*name)
		snprintf(out, size, "all blocking");
	else
		snprintf(out, size, "%.300s%s%.30s%s", name, cause ? " (" : "", cause ? cause : "",
			 cause ? ")" : "");
}

static void judge_limit(const struct rule *rule, sqlite3_stmt *q, struct finding *out)
{
	double value = column_real(q, columns[rule->figure].after);
	const char *longest = column_text(q, "longest_site");
	char name[400], is[FIGURE_BYTES], limit[FIGURE_BYTES];
	bool broken = column_number(q, "after_count", 0) > 0 && over(rule, value);

	subject_name(q, name, sizeof(name));
	out->status = broken ? STATUS_FAILED : STATUS_DONE;
	if (!column_number(q, "after_count", 0))
		snprintf(out->sentence, SENTENCE_BYTES, "%s: no poll blocked", name);
	else
		snprintf(out->sentence, SENTENCE_BYTES, "%s: %s is %s, %s %s%s%s", name,
			 rule_figure_name(rule->figure), figure_text(is, rule->figure, value),
			 broken ? "the limit is" : "within",
			 figure_text(limit, rule->figure, rule->limit),
			 longest ? ", the longest in " : "", longest ? longest : "");
}

/* The block of this rank, in ns. */
static enum exit_status length_at(struct comparison *c, int64_t subject, enum side side,
				  int64_t rank, double *out)
{
	sqlite3_stmt *q = comparison_query(c, "sql/check/lengths.sql");

	if (!q)
		return STATUS_SYSTEM;
	statement_number(q, ":subject", subject);
	statement_number(q, ":side", side);
	statement_number(q, ":rank", rank);
	*out = sqlite3_step(q) == SQLITE_ROW ? column_real(q, "wall_ns") : 0;
	sqlite3_finalize(q);
	return STATUS_DONE;
}

/*
 * The least that a percentile has grown by: its lower end after over its upper end before. NaN: too
 * few blocks have such an end.
 */
static enum exit_status percentile_low(struct check *c, const struct rule *rule, sqlite3_stmt *q,
				       double error, double *low)
{
	double quantile = rule->figure == RULE_P99 ? 0.99 : 0.5, was, is;
	int64_t before_count = column_number(q, "before_count", 0), id = column_number(q, "id", 0);
	int64_t after_count = column_number(q, "after_count", 0), before[2], after[2];
	enum exit_status status;

	quantile_ranks((size_t)before_count, quantile, error, before);
	quantile_ranks((size_t)after_count, quantile, error, after);
	*low = NAN;
	if (before[1] >= before_count || after[0] < 0)
		return STATUS_DONE;
	status = length_at(&c->comparison, id, BEFORE, before[1], &was);
	if (status == STATUS_DONE)
		status = length_at(&c->comparison, id, AFTER, after[0], &is);
	if (status == STATUS_DONE && was > 0)
		*low = is / was - 1;
	return status;
}

/* The least that a figure has grown by; NaN: cannot be told. */
static enum exit_status growth_low(struct check *c, const struct rule *rule, sqlite3_stmt *q,
				   double *low)
{
	double error = STATISTICS_ERROR / (double)column_number(q, "subjects", 1);
	enum measure measure = rule->figure == RULE_BLOCKED ? MEASURE_BLOCKED : MEASURE_RATE;
	struct estimate sides[SIDES];
	enum exit_status status;

	*low = -1;
	if (!column_number(q, "after_count", 0))
		return STATUS_DONE;
	if (rule->figure != RULE_BLOCKED && rule->figure != RULE_RATE &&
	    column_number(q, "before_count", 0))
		return percentile_low(c, rule, q, error, low);
	status = comparison_estimate(&c->comparison, column_number(q, "id", 0), measure, sides);
	if (status == STATUS_DONE)
		*low = change_interval(&sides[BEFORE], &sides[AFTER], error).low;
	return status;
}

static enum exit_status judge_growth(struct check *c, const struct rule *rule, sqlite3_stmt *q,
				     struct finding *out)
{
	const char *figure = rule_figure_name(rule->figure);
	double was = column_real(q, columns[rule->figure].before);
	double is = column_real(q, columns[rule->figure].after), low;
	char name[400], before[FIGURE_BYTES], after[FIGURE_BYTES], change[FIGURE_BYTES] = "new";
	enum exit_status status = growth_low(c, rule, q, &low);

	if (status != STATUS_DONE)
		return status;
	subject_name(q, name, sizeof(name));
	if (column_number(q, "bystander", 0)) {
		out->status = STATUS_DONE;
		snprintf(out->sentence, SENTENCE_BYTES,
			 "%s: too small to compare, and mostly too short to block by itself", name);
		return STATUS_DONE;
	}
	if (was > 0)
		snprintf(change, sizeof(change), "%+.1f%%", 100 * (is / was - 1));
	out->status = isnan(low)        ? STATUS_CANNOT_TELL
		      : over(rule, low) ? STATUS_FAILED
					: STATUS_DONE;
	if (!column_number(q, "after_count", 0))
		snprintf(out->sentence, SENTENCE_BYTES, "%s: no poll blocked", name);
	else if (isnan(low))
		snprintf(out->sentence, SENTENCE_BYTES,
			 "%s: too few blocks (%" PRId64 " before, %" PRId64 " now) to compare %s",
			 name, column_number(q, "before_count", 0),
			 column_number(q, "after_count", 0), figure);
	else
		snprintf(out->sentence, SENTENCE_BYTES,
			 "%s: %s is %s, before %s: %s, at least %+.1f%%%s", name, figure,
			 figure_text(after, rule->figure, is),
			 figure_text(before, rule->figure, was), change, 100 * low,
			 out->status == STATUS_DONE && was > 0 && over(rule, is / was - 1)
				 ? " (more than the limit, but that can be chance)"
				 : "");
	return STATUS_DONE;
}

static enum exit_status finding_write(struct check *c, size_t number, const struct rule *rule,
				      const struct finding *f, sqlite3_stmt *subject)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/write.sql");
	bool written = false;

	if (!q)
		return STATUS_SYSTEM;
	sqlite3_bind_int64(q, 1, (int64_t)number);
	sqlite3_bind_text(q, 2, rule->text, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(q, 3, check_word(f->status), -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, f->sentence, -1, SQLITE_TRANSIENT);
	if (subject && column_text(subject, "file")) {
		sqlite3_bind_text(q, 5, column_text(subject, "file"), -1, SQLITE_TRANSIENT);
		sqlite3_bind_int64(q, 6, column_number(subject, "line", 0));
	}
	written = sqlite3_step(q) == SQLITE_DONE;
	sqlite3_finalize(q);
	return written ? STATUS_DONE
		       : message(STATUS_SYSTEM, NULL, "cannot check: %s",
				 sqlite3_errmsg(c->comparison.db));
}

/* What was found counts for the whole: fail beats cannot tell, which beats pass. */
static void status_add(struct check *c, enum exit_status found)
{
	if (found == STATUS_FAILED || (found == STATUS_CANNOT_TELL && c->status == STATUS_DONE))
		c->status = found;
}

static enum exit_status judge(struct check *c, const struct rule *rule, sqlite3_stmt *q,
			      struct finding *out)
{
	if (!rule->relative) {
		judge_limit(rule, q, out);
		return STATUS_DONE;
	}
	if (c->comparison.reason) {
		out->status = STATUS_CANNOT_TELL;
		snprintf(out->sentence, SENTENCE_BYTES, "the baseline cannot be compared: %s",
			 c->comparison.sentence);
		return STATUS_DONE;
	}
	return judge_growth(c, rule, q, out);
}

enum exit_status check_apply(struct check *c, size_t number, const struct rule *rule)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/subjects.sql");
	struct finding finding = {STATUS_DONE, "nothing of this name blocked"};
	enum exit_status status = q ? STATUS_DONE : STATUS_SYSTEM;
	size_t found = 0;

	statement_text(q, ":kind", rule->kind);
	statement_text(q, ":pattern", rule->pattern);
	statement_text(q, ":cause", rule->cause);
	while (status == STATUS_DONE && sqlite3_step(q) == SQLITE_ROW) {
		found++;
		status = judge(c, rule, q, &finding);
		if (status == STATUS_DONE)
			status = finding_write(c, number, rule, &finding, q);
		status_add(c, finding.status);
	}
	if (status == STATUS_DONE && !found)
		status = finding_write(c, number, rule, &finding, NULL);
	sqlite3_finalize(q);
	return status;
}
