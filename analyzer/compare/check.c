/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check.h"
#include "analyzer/store/column.h"

#include <math.h>
#include <string.h>

/*
 * Judges rules: by a limit, or by how much a figure has certainly grown.
 */

/* The columns of sql/check/subjects.sql that hold a figure, in the unit of a rule's limit. */
static const struct {
	const char *after, *before;
	const char *unknown; /* 1: in a recording the figure is not known; NULL: it always is */
} columns[CHECK_FIGURES] = {
	[CHECK_RUN_QUEUE] = {"after_run_queue", NULL, NULL},
	[CHECK_RUN_QUEUE_MAX] = {"after_run_queue_max", NULL, NULL},
	[CHECK_THROTTLED] = {"after_throttled", NULL, NULL},
	[CHECK_POOL_QUEUE] = {"after_pool_queue", NULL, "pool_queue_unknown"},
	[CHECK_POOL_WAIT] = {"after_pool_wait", NULL, "pool_wait_unknown"},
	[CHECK_POOL_FULL] = {"after_pool_full", NULL, "pool_full_unknown"},
	[CHECK_MAIN_BLOCKED] = {"after_main_blocked", NULL, NULL},
	[CHECK_MAIN_MAX] = {"after_main_max", NULL, NULL},
	[CHECK_TASKS] = {"after_tasks", NULL, "tasks_unknown"},
	[CHECK_DEADLOCKS] = {"after_deadlocks", NULL, "deadlocks_unknown"},
	[CHECK_POSSIBLE_DEADLOCKS] = {"after_possible_deadlocks", NULL, "deadlocks_unknown"},
	[CHECK_BLOCKED] = {"after_blocked", "before_blocked", NULL},
	[CHECK_RATE] = {"after_rate", "before_rate", NULL},
	[CHECK_COUNT] = {"after_count", "before_count", NULL},
	[CHECK_TOTAL] = {"after_total", NULL, NULL},
	[CHECK_P50] = {"after_p50", "before_p50", NULL},
	[CHECK_P99] = {"after_p99", "before_p99", NULL},
	[CHECK_MAX] = {"after_max", NULL, NULL},
};

const char *check_word(enum exit_status status)
{
	return status == STATUS_FAILED ? "fail" : status == STATUS_DONE ? "pass" : "cannot tell";
}

bool check_rule_broken(const struct check_rule *rule, double figure)
{
	return rule->or_equal ? figure >= rule->limit : figure > rule->limit;
}

/* The length of the block with this rank, in ns. */
static enum exit_status length_at(struct comparison *c, int64_t subject, enum side side,
				  int64_t rank, double *out)
{
	sqlite3_stmt *q = comparison_query(c, "sql/check/lengths.sql");

	statement_number(q, ":subject", subject);
	statement_number(q, ":side", side);
	statement_number(q, ":rank", rank);
	*out = q && sqlite3_step(q) == SQLITE_ROW ? column_real(q, "wall_ns") : 0;
	return comparison_query_end(c, q);
}

/*
 * The least that a percentile has grown by: the lower end of its interval after, over the upper end
 * of its interval before. NaN: too few blocks bound it.
 */
static enum exit_status percentile_low(struct check *c, const struct check_rule *rule,
				       sqlite3_stmt *q, double error, double *low)
{
	double quantile = rule->figure == CHECK_P99 ? 0.99 : 0.5, was, is;
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

/* The least that a figure has grown by; NaN: not known. */
static enum exit_status growth_low(struct check *c, const struct check_rule *rule, sqlite3_stmt *q,
				   double *low)
{
	double error = STATISTICS_ERROR / (double)column_number(q, "subjects", 1);
	enum measure measure = rule->figure == CHECK_BLOCKED ? MEASURE_BLOCKED : MEASURE_RATE;
	struct estimate sides[SIDES];
	enum exit_status status;

	if (rule->figure != CHECK_BLOCKED && rule->figure != CHECK_RATE &&
	    column_number(q, "before_count", 0))
		return percentile_low(c, rule, q, error, low);
	status = comparison_estimate(&c->comparison, column_number(q, "id", 0), measure, sides);
	if (status == STATUS_DONE)
		*low = change_interval(&sides[BEFORE], &sides[AFTER], error).low;
	return status;
}

/* Why a rule that nothing has broken may not pass. False: it passes. */
static bool doubt(const struct check *c, const struct check_rule *rule, struct finding *out)
{
	bool length = check_figure_is_length(rule->figure) && !rule->relative;

	if (c->no_worker && check_figure_subject(rule->figure) != CHECK_OF_DUMPS)
		out->kind = FINDING_NO_WORKER;
	else if (rule->relative && c->comparison.reason)
		out->kind = FINDING_INCOMPARABLE;
	else if (length && rule->limit < (double)c->threshold_ns)
		out->kind = FINDING_THRESHOLD;
	else if (strcmp(rule->kind, "site") == 0 && c->stacks_lossy)
		out->kind = FINDING_STACKS_LOST;
	else
		return false;
	out->status = STATUS_CANNOT_TELL;
	return true;
}

static void judge_limit(const struct check_rule *rule, sqlite3_stmt *q, struct finding *out)
{
	const char *unknown = columns[rule->figure].unknown;

	out->kind = FINDING_LIMIT;
	if (check_rule_broken(rule, out->after)) {
		out->status = STATUS_FAILED;
	} else if (unknown && column_number(q, unknown, 0)) {
		out->kind = FINDING_NOT_KNOWN;
		out->status = STATUS_CANNOT_TELL;
	}
}

static enum exit_status judge_growth(struct check *c, const struct check_rule *rule,
				     sqlite3_stmt *q, struct finding *out)
{
	enum exit_status status = growth_low(c, rule, q, &out->low);

	if (status != STATUS_DONE)
		return status;
	out->kind = isnan(out->low) ? FINDING_TOO_FEW : FINDING_GROWTH;
	if (isnan(out->low))
		out->status = STATUS_CANNOT_TELL;
	else if (check_rule_broken(rule, out->low))
		out->status = STATUS_FAILED;
	return STATUS_DONE;
}

/* Judges one subject, a row of sql/check/subjects.sql. */
static enum exit_status judge(struct check *c, const struct check_rule *rule, sqlite3_stmt *q,
			      struct finding *out)
{
	const char *before = columns[rule->figure].before;
	enum exit_status status = STATUS_DONE;

	*out = (struct finding) {.status = STATUS_DONE, .low = NAN};
	out->after = column_real(q, columns[rule->figure].after);
	out->before = before ? column_real(q, before) : 0;
	if (rule->relative && c->comparison.reason) {
		doubt(c, rule, out);
		return STATUS_DONE;
	}
	if (rule->relative && column_number(q, "bystander", 0))
		out->kind = FINDING_BYSTANDER;
	else if (check_figure_subject(rule->figure) == CHECK_OF_BLOCKS &&
		 !column_number(q, "after_count", 0))
		out->kind = FINDING_NO_BLOCK;
	else if (rule->relative)
		status = judge_growth(c, rule, q, out);
	else
		judge_limit(rule, q, out);
	if (out->status == STATUS_DONE)
		doubt(c, rule, out);
	return status;
}

/* `subject`: the row that the finding is about; NULL: none. */
static enum exit_status finding_write(struct check *c, size_t number, const struct check_rule *rule,
				      const struct finding *f, sqlite3_stmt *subject)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/write.sql");
	char sentence[CHECK_SENTENCE_BYTES];

	check_sentence(c, rule, f, subject, sentence);
	statement_number(q, ":rule", (int64_t)number);
	statement_text(q, ":text", rule->text);
	statement_text(q, ":status", check_word(f->status));
	statement_text(q, ":sentence", sentence);
	if (subject && column_text(subject, "file")) {
		statement_text(q, ":file", column_text(subject, "file"));
		statement_number(q, ":line", column_number(subject, "line", 0));
	}
	if (q)
		sqlite3_step(q);
	return comparison_query_end(&c->comparison, q);
}

/* FAILED wins over CANNOT_TELL, and that over DONE. */
static void status_add(struct check *c, enum exit_status found)
{
	if (found == STATUS_FAILED || (found == STATUS_CANNOT_TELL && c->status == STATUS_DONE))
		c->status = found;
}

enum exit_status check_apply(struct check *c, size_t number, const struct check_rule *rule)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/subjects.sql");
	struct finding finding = {.kind = FINDING_NO_SUBJECT, .status = STATUS_DONE};
	enum exit_status status = STATUS_DONE, end;
	size_t found = 0;

	c->about_polls |= check_figure_subject(rule->figure) != CHECK_OF_DUMPS;
	statement_text(q, ":kind", rule->kind);
	statement_text(q, ":pattern", rule->figure == CHECK_TASKS ? "" : rule->pattern);
	statement_text(q, ":tasks", rule->figure == CHECK_TASKS ? rule->pattern : "");
	statement_text(q, ":cause", rule->cause);
	while (q && status == STATUS_DONE && sqlite3_step(q) == SQLITE_ROW) {
		found++;
		status = judge(c, rule, q, &finding);
		if (status == STATUS_DONE)
			status = finding_write(c, number, rule, &finding, q);
		status_add(c, finding.status);
	}
	end = comparison_query_end(&c->comparison, q);
	if (status == STATUS_DONE)
		status = end;
	if (status == STATUS_DONE && !found) {
		doubt(c, rule, &finding);
		status = finding_write(c, number, rule, &finding, NULL);
		status_add(c, finding.status);
	}
	return status;
}

enum exit_status check_begin(struct check *c)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/diff/sides.sql");

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		if (column_number(q, "side", 0) != AFTER)
			continue;
		c->threshold_ns = column_number(q, "threshold_ns", 0);
		c->stacks_lost_percent = column_real(q, "stacks_lost_percent");
		c->stacks_lossy = column_number(q, "stacks_lossy", 0) != 0;
		c->no_worker = column_number(q, "workers_least", 0) == 0;
	}
	return comparison_query_end(&c->comparison, q);
}

enum exit_status check_conclude(struct check *c)
{
	enum exit_status status = STATUS_DONE;
	sqlite3_stmt *q;

	if (!c->about_polls)
		return STATUS_DONE; /* a dump needs no thread that was watched */
	q = comparison_query(&c->comparison, "sql/check/quality.sql");
	statement_number(q, ":min_busy", c->min_busy_ns);
	if (q && sqlite3_step(q) == SQLITE_ROW) {
		c->reason = strdup(column_text(q, "sentence"));
		if (!c->reason)
			status = message(STATUS_SYSTEM, NULL, "out of memory");
		if (c->status == STATUS_DONE)
			c->status = STATUS_CANNOT_TELL;
	}
	return comparison_query_end(&c->comparison, q) == STATUS_DONE ? status : STATUS_SYSTEM;
}
