/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/diff_words.h"
#include "analyzer/store/column.h"

#include <math.h>
#include <stdio.h>

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
