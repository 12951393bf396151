/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/duration.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	double ns;
} units[] = {
	{"ns", 1},  {"us", 1e3}, {"µs", 1e3},   {"ms", 1e6},
	{"s", 1e9}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9},
};

/* The unit at *text, which is moved past it; 0: there is none. */
static double unit_read(const char **text)
{
	size_t letters = strcspn(*text, "0123456789. ");

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strlen(units[i].name) == letters && !strncmp(units[i].name, *text, letters)) {
			*text += letters;
			return units[i].ns;
		}
	}
	return 0;
}

bool duration_read(const char *text, int64_t *ns)
{
	double sum = 0;

	if (!*text)
		return false;
	while (*text) {
		char *end;
		double number, unit;

		/* strtod() would accept a sign, an exponent, hexadecimal and infinity as well. */
		if (!strspn(text, "0123456789."))
			return false;
		number = strtod(text, &end);
		if (end != text + strspn(text, "0123456789."))
			return false;
		text = end + strspn(end, " ");
		unit = unit_read(&text);
		if (unit <= 0)
			return false;
		sum += number * unit;
		text += strspn(text, " ");
	}
	if (sum > 9e18)
		return false;
	*ns = (int64_t)(sum + 0.5);
	return true;
}
