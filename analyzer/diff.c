/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/diff.h"
#include "analyzer/table.h"

#include <math.h>
#include <stdio.h>

/*
 * diff: what has changed between two sides.
 */

#define ROWS_SHOWN 20

static enum exit_status side_add(struct comparison *c, enum side side, const char *const *paths,
				 size_t count, const struct arguments *a)
{
	enum exit_status status = STATUS_DONE;

	for (size_t i = 0; status == STATUS_DONE && i < count; i++)
		status = comparison_add(c, side, paths[i], a);
	return status;
}

/* BEFORE AFTER, or both by their options. */
static enum exit_status sides_add(struct comparison *c, const struct arguments *a)
{
	bool named = a->before_count && a->after_count && !a->positionals;
	enum exit_status status;

	if (!named && (a->positionals != 2 || a->before_count || a->after_count))
		return message(STATUS_INPUT,
			       "hud-analyze diff BEFORE AFTER, or --before PATH... --after PATH...",
			       "diff: it needs two sides");
	status = comparison_filter(c, a);
	if (status == STATUS_DONE)
		status = side_add(c, BEFORE, named ? a->before : a->positional,
				  named ? a->before_count : 1, a);
	if (status != STATUS_DONE)
		return status;
	return side_add(c, AFTER, named ? a->after : a->positional + 1, named ? a->after_count : 1,
			a);
}

const char *change_text(char out[CHANGE_BYTES], sqlite3_stmt *q, const char *column)
{
	double percent = 100 * column_real(q, column);

	if (!column_text(q, column))
		snprintf(out, CHANGE_BYTES, "-");
	else
		snprintf(out, CHANGE_BYTES, "%+.*f%%", fabs(percent) < 9.95 ? 1 : 0, percent);
	return out;
}

const char *interval_text(char out[CHANGE_BYTES], sqlite3_stmt *q)
{
	char low[CHANGE_BYTES], high[CHANGE_BYTES];

	if (!column_text(q, "low"))
		snprintf(out, CHANGE_BYTES, "-");
	else if (!column_text(q, "high"))
		snprintf(out, CHANGE_BYTES, "%.20s or more", change_text(low, q, "low"));
	else
		snprintf(out, CHANGE_BYTES, "%.20s .. %.20s", change_text(low, q, "low"),
			 change_text(high, q, "high"));
	return out;
}

const char *record_text(char out[CHANGE_BYTES], double seconds)
{
	static const struct {
		double below, unit;
		const char *name;
	} units[] = {{120, 1, "s"}, {7200, 60, "min"}, {INFINITY, 3600, "h"}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		double number = seconds / units[i].unit, step;

		if (seconds >= units[i].below)
			continue;
		step = number > 10 ? pow(10, floor(log10(number)) - 1) : 1;
		snprintf(out, CHANGE_BYTES, "%.0f %s", ceil(number / step) * step, units[i].name);
		break;
	}
	return out;
}

enum exit_status diff_json(struct comparison *c)
{
	sqlite3_stmt *q = comparison_query(c, "diff_json.sql");
	enum exit_status status = STATUS_DONE;

	if (!q)
		return STATUS_SYSTEM;
	statement_text(q, ":reason", c->reason);
	if (sqlite3_step(q) == SQLITE_ROW)
		puts((const char *)sqlite3_column_text(q, 0));
	else
		status = message(STATUS_SYSTEM, NULL, "cannot compare: %s", sqlite3_errmsg(c->db));
	sqlite3_finalize(q);
	return status;
}

enum exit_status verb_diff(const struct arguments *a)
{
	uint64_t top = a->top ? a->top : ROWS_SHOWN;
	struct comparison c;
	enum exit_status status = comparison_open(&c);

	if (status != STATUS_DONE)
		return status;
	status = sides_add(&c, a);
	if (status == STATUS_DONE)
		status = comparison_prepare(&c);
	if (status == STATUS_DONE)
		status = comparison_judge(&c);
	if (status == STATUS_DONE && a->json)
		status = diff_json(&c);
	else if (status == STATUS_DONE && a->markdown)
		status = diff_markdown(&c, top);
	else if (status == STATUS_DONE)
		status = diff_text(&c, top);
	comparison_close(&c);
	return status;
}
