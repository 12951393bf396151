/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

const char *duration_word(char out[WORD_BYTES], int64_t ns)
{
	static const struct {
		int64_t from_ns;
		double unit;
		const char *form;
	} units[] = {
		{100 * INT64_C(1000000000), 1e9, "%.0f s"},
		{10 * INT64_C(1000000000), 1e9, "%.1f s"},
		{INT64_C(1000000000), 1e9, "%.2f s"},
		{100 * 1000000, 1e6, "%.0f ms"},
		{1000000, 1e6, "%.1f ms"},
		{1000, 1e3, "%.0f us"},
		{0, 1, "%.0f ns"},
	};

	snprintf(out, WORD_BYTES, "-");
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (ns >= units[i].from_ns) {
			snprintf(out, WORD_BYTES, units[i].form, (double)ns / units[i].unit);
			break;
		}
	}
	return out;
}

const char *bytes_word(char out[WORD_BYTES], int64_t bytes)
{
	if (bytes >= 1000000)
		snprintf(out, WORD_BYTES, "%.1f MB", (double)bytes / 1e6);
	else if (bytes >= 1000)
		snprintf(out, WORD_BYTES, "%.1f kB", (double)bytes / 1e3);
	else
		snprintf(out, WORD_BYTES, "%" PRId64 " B", bytes);
	return out;
}

/* Largest remainder: all are rounded down, then those that lost most get one more. */
void percent_parts(const int64_t *part, int count, int *tenths)
{
	double whole = 0, remainder[16];
	int left = 1000;

	for (int i = 0; i < count; i++) {
		whole += (double)part[i];
		tenths[i] = 0;
	}
	if (whole <= 0 || count > 16)
		return;
	for (int i = 0; i < count; i++) {
		double exact = (double)part[i] * 1000 / whole;

		tenths[i] = (int)exact;
		remainder[i] = exact - tenths[i];
		left -= tenths[i];
	}
	for (; left > 0; left--) {
		int most = 0;

		for (int i = 1; i < count; i++) {
			if (remainder[i] > remainder[most])
				most = i;
		}
		tenths[most]++;
		remainder[most] = -1;
	}
}
