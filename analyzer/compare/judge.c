/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/judge.h"
#include "analyzer/compare/change.h"
#include "analyzer/store/column.h"
#include "format/base/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * What has changed: estimates of each subject of a comparison go to changes_judge(), and what that
 * finds goes into the table `change`.
 */

/* A subject beside its struct change, which has the statistics. */
struct member {
	int64_t subject;
	const char *reason; /* why no change can be claimed; NULL: it can */
	struct interval rate;
};

/* The subjects of one kind, judged together. */
struct family {
	struct member *members;
	struct change *changes; /* as many */
	size_t count, member_room, change_room;
};

static enum exit_status out_of_memory(void)
{
	return message(STATUS_SYSTEM, NULL, "out of memory");
}

static enum exit_status member_add(struct comparison *c, struct family *f, int64_t subject,
				   const char *reason)
{
	struct estimate blocked[SIDES] = {0}, rate[SIDES] = {0};
	enum exit_status status;

	if (!array_grow(&f->members, f->count, &f->member_room, sizeof(*f->members)) ||
	    !array_grow(&f->changes, f->count, &f->change_room, sizeof(*f->changes)))
		return out_of_memory();
	status = comparison_estimate(c, subject, MEASURE_BLOCKED, blocked);
	if (status == STATUS_DONE)
		status = comparison_estimate(c, subject, MEASURE_RATE, rate);
	if (status != STATUS_DONE)
		return status;
	reason = c->reason ? c->reason : reason;
	f->members[f->count] = (struct member) {
		.subject = subject,
		.reason = reason,
		.rate = change_interval(&rate[BEFORE], &rate[AFTER], STATISTICS_ERROR),
	};
	f->changes[f->count++] = (struct change) {
		.before = blocked[BEFORE], .after = blocked[AFTER], .comparable = !reason};
	return STATUS_DONE;
}

/* NULL where the value is not known, or infinite. */
static void bind_finite(sqlite3_stmt *q, const char *name, bool known, double value)
{
	int index = sqlite3_bind_parameter_index(q, name);

	if (known && isfinite(value))
		sqlite3_bind_double(q, index, value);
	else
		sqlite3_bind_null(q, index);
}

static bool change_write(sqlite3_stmt *q, const struct member *m, const struct change *c)
{
	double was = c->before.rate, is = c->after.rate;
	bool known = c->comparable;

	sqlite3_reset(q);
	statement_number(q, ":subject", m->subject);
	statement_text(q, ":status", change_word(c->status));
	statement_text(q, ":reason", m->reason);
	bind_finite(q, ":change", was > 0 || is <= 0, was > 0 ? is / was - 1 : 0);
	bind_finite(q, ":low", known, c->interval.low);
	bind_finite(q, ":high", known, c->interval.high);
	bind_finite(q, ":rate_low", known, m->rate.low);
	bind_finite(q, ":rate_high", known, m->rate.high);
	bind_finite(q, ":record_s", c->record_seconds > 0, c->record_seconds);
	return sqlite3_step(q) == SQLITE_DONE;
}

static enum exit_status family_write(struct comparison *c, const struct family *f)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/write.sql");

	for (size_t i = 0; q && i < f->count; i++) {
		if (!change_write(q, &f->members[i], &f->changes[i]))
			break;
	}
	return comparison_query_end(c, q);
}

/* A reason of sql/diff/subjects.sql, as a string that outlives the row. */
static const char *reason_word(const char *word)
{
	static const char *const words[] = {"unproven", "bystander"};

	for (size_t i = 0; word && i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i]) == 0)
			return words[i];
	}
	return NULL;
}

static enum exit_status family_judge(struct comparison *c, const char *kind,
				     const double seconds[SIDES])
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/subjects.sql");
	struct family f = {0};
	enum exit_status status = STATUS_DONE, end;

	statement_text(q, ":kind", kind);
	while (q && status == STATUS_DONE && sqlite3_step(q) == SQLITE_ROW)
		status = member_add(c, &f, column_number(q, "id", 0),
				    reason_word(column_text(q, "reason")));
	end = comparison_query_end(c, q);
	if (status == STATUS_DONE)
		status = end;
	if (status == STATUS_DONE && changes_judge(f.changes, f.count, seconds))
		status = out_of_memory();
	if (status == STATUS_DONE)
		status = family_write(c, &f);
	free(f.members);
	free(f.changes);
	return status;
}

enum exit_status comparison_judge(struct comparison *c)
{
	static const char *const kinds[] = {"all", "site", "main", "task", "worker"};
	double seconds[SIDES];
	enum exit_status status = comparison_seconds(c, seconds);

	for (size_t i = 0; status == STATUS_DONE && i < sizeof(kinds) / sizeof(*kinds); i++)
		status = family_judge(c, kinds[i], seconds);
	return status;
}
