/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/compare.h"
#include "analyzer/store/column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Judges what a comparison holds: window sums go from SQL to the statistics, and what these find
 * goes back into the table `change`.
 */

/* The columns of diff_series.sql that make the value and the weight of a measure. */
static const struct {
	const char *value;
	const char *weight;
} measures[] = {
	[MEASURE_BLOCKED] = {"blocked_ms", "worker_s"},
	[MEASURE_RATE] = {"starts", "wall_s"},
};

/* One side's windows. */
struct columns {
	double *value, *weight, *starts;
	int64_t *capture;
	size_t count, room;
};

static void columns_free(struct columns *s)
{
	free(s->value);
	free(s->weight);
	free(s->starts);
	free(s->capture);
	*s = (struct columns) {0};
}

static bool column_grow(double **column, size_t room)
{
	double *grown = realloc(*column, room * sizeof(**column));

	if (grown)
		*column = grown;
	return grown != NULL;
}

static bool columns_grow(struct columns *s, size_t room)
{
	int64_t *capture = realloc(s->capture, room * sizeof(*capture));

	if (capture)
		s->capture = capture;
	if (!capture || !column_grow(&s->value, room) || !column_grow(&s->weight, room) ||
	    !column_grow(&s->starts, room))
		return false;
	s->room = room;
	return true;
}

static bool columns_add(struct columns *s, double value, double weight, double starts,
			int64_t capture)
{
	if (s->count == s->room && !columns_grow(s, s->room ? 2 * s->room : 64))
		return false;
	s->capture[s->count] = capture;
	s->value[s->count] = value;
	s->weight[s->count] = weight;
	s->starts[s->count++] = starts;
	return true;
}

static enum exit_status columns_read(sqlite3_stmt *q, int64_t subject, enum measure measure,
				     struct columns sides[SIDES])
{
	int step;

	statement_number(q, ":subject", subject);
	while ((step = sqlite3_step(q)) == SQLITE_ROW) {
		struct columns *s = &sides[column_number(q, "side", 0) != BEFORE];

		if (!columns_add(s, column_real(q, measures[measure].value),
				 column_real(q, measures[measure].weight), column_real(q, "starts"),
				 column_number(q, "compared", 0)))
			return message(STATUS_SYSTEM, NULL, "out of memory");
	}
	return step == SQLITE_DONE ? STATUS_DONE
				   : message(STATUS_SYSTEM, NULL, "cannot compare: %s",
					     sqlite3_errmsg(sqlite3_db_handle(q)));
}

enum exit_status comparison_estimate(struct comparison *c, int64_t subject, enum measure measure,
				     struct estimate out[SIDES])
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/series.sql");
	struct columns sides[SIDES] = {0};
	enum exit_status status = q ? columns_read(q, subject, measure, sides) : STATUS_SYSTEM;

	for (int i = 0; status == STATUS_DONE && i < SIDES; i++) {
		const struct columns *s = &sides[i];
		struct window_series series = {s->value, s->weight, s->starts, s->capture,
					       s->count};

		if (estimate_make(&series, (uint64_t)i, &out[i]))
			status = message(STATUS_SYSTEM, NULL, "out of memory");
	}
	for (int i = 0; i < SIDES; i++)
		columns_free(&sides[i]);
	sqlite3_finalize(q);
	return status;
}

/* The subjects of one kind, judged together. */
struct family {
	int64_t *subject;
	const char **reason; /* why it cannot be told; NULL: it may be */
	struct change *change;
	struct interval *rate;
	size_t count, room;
};

static void family_free(struct family *f)
{
	free(f->subject);
	free(f->reason);
	free(f->change);
	free(f->rate);
}

static bool family_grow(struct family *f)
{
	size_t room = f->room ? 2 * f->room : 32;
	int64_t *subject = realloc(f->subject, room * sizeof(*subject));
	const char **reason;
	struct change *change;
	struct interval *rate;

	f->subject = subject ? subject : f->subject;
	reason = subject ? realloc(f->reason, room * sizeof(*reason)) : NULL;
	f->reason = reason ? reason : f->reason;
	change = reason ? realloc(f->change, room * sizeof(*change)) : NULL;
	f->change = change ? change : f->change;
	rate = change ? realloc(f->rate, room * sizeof(*rate)) : NULL;
	f->rate = rate ? rate : f->rate;
	f->room = rate ? room : f->room;
	return rate != NULL;
}

static enum exit_status member_add(struct comparison *c, struct family *f, int64_t subject,
				   const char *reason)
{
	struct estimate blocked[SIDES] = {0}, rate[SIDES] = {0};
	enum exit_status status;

	if (f->count == f->room && !family_grow(f))
		return message(STATUS_SYSTEM, NULL, "out of memory");
	status = comparison_estimate(c, subject, MEASURE_BLOCKED, blocked);
	if (status == STATUS_DONE)
		status = comparison_estimate(c, subject, MEASURE_RATE, rate);
	if (status != STATUS_DONE)
		return status;
	f->subject[f->count] = subject;
	f->reason[f->count] = c->reason ? c->reason : reason;
	f->change[f->count] = (struct change) {
		.before = blocked[BEFORE], .after = blocked[AFTER], .told = !f->reason[f->count]};
	f->rate[f->count++] =
		c->reason ? (struct interval) {-1, INFINITY}
			  : change_interval(&rate[BEFORE], &rate[AFTER], STATISTICS_ERROR);
	return STATUS_DONE;
}

const char *change_word(enum change_status status)
{
	static const char *const words[CHANGE_STATUSES] = {
		[CHANGE_UNCHANGED] = "unchanged", [CHANGE_BETTER] = "better",
		[CHANGE_WORSE] = "worse",         [CHANGE_NEW] = "new",
		[CHANGE_GONE] = "gone",           [CHANGE_CANNOT_TELL] = "cannot tell",
	};

	return words[status];
}

static void bind_finite(sqlite3_stmt *q, int index, bool known, double value)
{
	if (known && isfinite(value))
		sqlite3_bind_double(q, index, value);
	else
		sqlite3_bind_null(q, index);
}

static bool change_write(sqlite3_stmt *q, int64_t subject, const struct change *c,
			 struct interval rate, const char *reason)
{
	double was = c->before.rate, is = c->after.rate;
	bool known = c->told;

	sqlite3_reset(q);
	sqlite3_bind_int64(q, 1, subject);
	sqlite3_bind_text(q, 2, change_word(c->status), -1, SQLITE_STATIC);
	bind_finite(q, 3, was > 0 || is <= 0, was > 0 ? is / was - 1 : 0);
	bind_finite(q, 4, known, c->interval.low);
	bind_finite(q, 5, known, c->interval.high);
	bind_finite(q, 6, known, rate.low);
	bind_finite(q, 7, known, rate.high);
	bind_finite(q, 8, c->record_seconds > 0, c->record_seconds);
	sqlite3_bind_text(q, 9, known ? NULL : reason, -1, SQLITE_STATIC);
	return sqlite3_step(q) == SQLITE_DONE;
}

static enum exit_status family_write(struct comparison *c, const struct family *f)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/write.sql");
	bool written = q != NULL;

	for (size_t i = 0; written && i < f->count; i++)
		written = change_write(q, f->subject[i], &f->change[i], f->rate[i], f->reason[i]);
	if (q && !written)
		message(STATUS_SYSTEM, NULL, "cannot compare: %s", sqlite3_errmsg(c->db));
	sqlite3_finalize(q);
	return written ? STATUS_DONE : STATUS_SYSTEM;
}

/* A word of diff_subjects.sql that outlives its row. */
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
	struct family family = {0};
	enum exit_status status = q ? STATUS_DONE : STATUS_SYSTEM;

	statement_text(q, ":kind", kind);
	while (status == STATUS_DONE && sqlite3_step(q) == SQLITE_ROW)
		status = member_add(c, &family, column_number(q, "id", 0),
				    reason_word(column_text(q, "reason")));
	if (status == STATUS_DONE && changes_judge(family.change, family.count, seconds))
		status = message(STATUS_SYSTEM, NULL, "out of memory");
	if (status == STATUS_DONE)
		status = family_write(c, &family);
	sqlite3_finalize(q);
	family_free(&family);
	return status;
}

enum exit_status comparison_judge(struct comparison *c)
{
	static const char *const kinds[] = {"all", "site", "task", "worker"};
	double seconds[SIDES];
	enum exit_status status = comparison_seconds(c, seconds);

	for (size_t i = 0; status == STATUS_DONE && i < sizeof(kinds) / sizeof(*kinds); i++)
		status = family_judge(c, kinds[i], seconds);
	return status;
}
