/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/cells.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Names of hostile binaries take the columns that were measured, and do nothing else. */

static const struct cells_form unicode = {.unicode = true}, ascii = {.unicode = false};

static void fits(const struct cells_form *form, const char *text, int columns,
		 const wchar_t *expected, int taken)
{
	wchar_t out[256];

	assert_int_equal(cells_fit(form, text, columns, out, 256), taken);
	if (wcscmp(out, expected) != 0)
		fail_msg("%s: \"%ls\", expected \"%ls\"", text, out, expected);
}

static void a_text_is_cut_to_its_columns(void **state)
{
	(void)state;
	fits(&unicode, "demo", 10, L"demo", 4);
	fits(&unicode, "demo", 4, L"demo", 4);
	fits(&unicode, "demos", 4, L"dem…", 4);
	fits(&ascii, "demos", 4, L"dem~", 4);
	fits(&unicode, "demos", 1, L"…", 1);
	fits(&unicode, "demos", 0, L"", 0);
	fits(&unicode, "", 3, L"", 0);
}

static void escapes_and_controls_are_not_handed_on(void **state)
{
	(void)state;
	fits(&unicode, "a\033[2Jb", 20, L"a\xfffd[2Jb", 6);
	fits(&unicode, "a\r\n\tb\x7f", 20,
	     L"a\xfffd\xfffd\xfffd"
	     L"b\xfffd",
	     6);
	fits(&unicode,
	     "\xc2\x9b"
	     "31m",
	     20,
	     L"\xfffd"
	     L"31m",
	     4);
	fits(&ascii, "a\033b", 20, L"a?b", 3);
}

static void marks_of_direction_are_not_handed_on(void **state)
{
	(void)state;
	fits(&unicode,
	     "a\xe2\x80\xae"
	     "b",
	     20,
	     L"a\xfffd"
	     L"b",
	     3);
	fits(&unicode,
	     "a\xe2\x81\xa7"
	     "b",
	     20,
	     L"a\xfffd"
	     L"b",
	     3);
}

/* Some terminals join what is at both sides of U+200D: in fewer columns than we count. */
static void what_joins_its_neighbours_is_not_handed_on(void **state)
{
	(void)state;
	fits(&unicode,
	     "a\xe2\x80\x8d"
	     "b",
	     20,
	     L"a\xfffd"
	     L"b",
	     3);
	fits(&unicode, "\xe2\x9d\xa4\xef\xb8\x8f", 20, L"\x2764\xfffd", 2);
	fits(&unicode, "\xf0\x9f\x87\xa9", 20, L"\xfffd", 1);
}

static void wide_characters_take_two_columns(void **state)
{
	(void)state;
	fits(&unicode, "漢字x", 5, L"漢字x", 5);
	fits(&unicode, "漢字x", 4, L"漢…", 3);
	fits(&unicode, "漢字x", 3, L"漢…", 3);
	fits(&unicode, "漢", 1, L"…", 1);
	fits(&ascii, "漢x", 5, L"?x", 2);
}

static void only_a_few_characters_combine(void **state)
{
	char text[256] = "e";

	(void)state;
	for (int i = 0; i < 60; i++)
		strcat(text, "\xcc\x81");
	strcat(text, "x");
	fits(&unicode, text, 10, L"e\x301\x301x", 2);
	fits(&unicode, "\xcc\x81x", 10, L"x", 1); /* nothing to combine with */
}

static void what_is_no_utf8_is_replaced(void **state)
{
	(void)state;
	fits(&unicode,
	     "a\xff\xfe"
	     "b",
	     10,
	     L"a\xfffd\xfffd"
	     L"b",
	     4);
	fits(&unicode, "a\xe6\xbc", 10, L"a\xfffd\xfffd", 3);
	fits(&unicode, "\xc0\xaf", 10, L"\xfffd\xfffd", 2);
	fits(&unicode, "\xed\xa0\x80", 10, L"\xfffd", 1);
}

static void a_long_name_fits_its_room(void **state)
{
	size_t length = 10000;
	char *text = malloc(length + 1);
	wchar_t out[301];

	(void)state;
	memset(text, 'n', length);
	text[length] = '\0';
	assert_int_equal(cells_fit(&unicode, text, 100, out, 301), 100);
	assert_int_equal(wcslen(out), 100);
	assert_int_equal(cells_fit(&unicode, text, 100, out, 8), 7);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_cut_to_its_columns),
		cmocka_unit_test(escapes_and_controls_are_not_handed_on),
		cmocka_unit_test(marks_of_direction_are_not_handed_on),
		cmocka_unit_test(what_joins_its_neighbours_is_not_handed_on),
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(only_a_few_characters_combine),
		cmocka_unit_test(what_is_no_utf8_is_replaced),
		cmocka_unit_test(a_long_name_fits_its_room),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
