/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/duration.h"

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
static double unit_take(const char **text)
{
	size_t letters = strcspn(*text, "0123456789. \t");

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strlen(units[i].name) == letters && !strncmp(units[i].name, *text, letters)) {
			*text += letters;
			return units[i].ns;
		}
	}
	return 0;
}

/* A number with its unit, in ns; *text is moved past them. Negative: there are none. */
static double part_take(const char **text)
{
	const char *at = *text;
	/* strtod() would accept a sign, an exponent, hexadecimal and infinity as well. */
	size_t digits = strspn(at, "0123456789.");
	char *end;
	double number = digits ? strtod(at, &end) : 0, unit;

	if (!digits || end != at + digits)
		return -1;
	at = end + strspn(end, " ");
	unit = unit_take(&at);
	if (unit <= 0)
		return -1;
	*text = at;
	return number * unit;
}

double duration_prefix(const char **text)
{
	double sum = part_take(text), part;

	while (sum >= 0) {
		const char *at = *text + strspn(*text, " ");

		part = part_take(&at);
		if (part < 0)
			break;
		sum += part;
		*text = at;
	}
	return sum;
}

bool duration_read(const char *text, int64_t *ns)
{
	double sum = duration_prefix(&text);

	text += strspn(text, " ");
	if (sum < 0 || *text || sum > 9e18)
		return false;
	*ns = (int64_t)(sum + 0.5);
	return true;
}
