/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* TIME, as the options of both programs and the rules of check take it. */
#include "format/base/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void durations_are_read_with_their_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
		{"2s", 2000000000},
		{"250ms", 250000000},
		{"1.5 s", 1500000000},
		{"45us", 45000},
		{"45µs", 45000},
		{"7ns", 7},
		{"1m30s", 90000000000},
		{"2h", 7200000000000},
		{"0s", 0},
		{"", -1},
		{"2", -1},
		{"s", -1},
		{"2 x", -1},
		{"-2s", -1},
		{"infs", -1},
		{"1.2.3s", -1},
		{"0x10s", -1},
		{"9999999999999s", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t ns = -1;

		assert_int_equal(duration_read(cases[i].text, &ns), cases[i].ns >= 0);
		assert_int_equal(ns, cases[i].ns);
	}
}

static void a_duration_ends_where_no_number_with_a_unit_follows(void **state)
{
	const char *text = "1m 30s 5", *none = "5";

	(void)state;
	assert_true(duration_prefix(&text) == 90e9);
	assert_string_equal(text, " 5");
	assert_true(duration_prefix(&none) < 0);
	assert_string_equal(none, "5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_with_their_units),
		cmocka_unit_test(a_duration_ends_where_no_number_with_a_unit_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
