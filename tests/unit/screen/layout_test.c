/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Panels share the rows that there are, whatever the screen's size. */

static const int much[PANELS] = {30, 3, 12, 9, 1, 4};

static int sum(const int rows[PANELS])
{
	int all = 0;

	for (int i = 0; i < PANELS; i++)
		all += rows[i];
	return all;
}

static void a_screen_of_24_rows_has_all_panels(void **state)
{
	struct frame f = frame_of(24, 2);
	int rows[PANELS];

	(void)state;
	assert_int_equal(f.first, 4);
	assert_int_equal(f.rows, 19);
	layout_divide(f.rows, much, PANEL_SITES, rows);
	for (int i = 0; i < PANELS; i++)
		assert_true(rows[i] >= 2);
	assert_int_equal(sum(rows), 19);
}

static void the_focused_panel_has_the_most(void **state)
{
	int rows[PANELS];

	(void)state;
	layout_divide(19, much, PANEL_TASKS, rows);
	assert_true(rows[PANEL_TASKS] > rows[PANEL_SITES]);
	assert_int_equal(rows[PANEL_SITES], 4);
	layout_divide(19, much, PANEL_WORKERS, rows);
	assert_true(rows[PANEL_WORKERS] > rows[PANEL_SITES]);
}

static void a_low_screen_has_the_focused_panel_at_least(void **state)
{
	(void)state;
	for (int rows = 0; rows < 30; rows++) {
		for (int focus = 0; focus < PANELS; focus++) {
			struct frame f = frame_of(rows, 2);
			int out[PANELS];

			layout_divide(f.rows, much, (enum panel)focus, out);
			assert_true(sum(out) <= f.rows);
			assert_true(f.rows == 0 || out[focus] > 0);
			assert_true(f.rows == 0 || f.first + f.rows + f.keys_rows == rows);
		}
	}
}

static void a_panel_with_little_to_show_leaves_its_rows_to_others(void **state)
{
	const int little[PANELS] = {30, 0, 1, 0, 1, -1};
	int rows[PANELS];

	(void)state;
	layout_divide(19, little, PANEL_SITES, rows);
	assert_int_equal(rows[PANEL_NOW], 1);
	assert_int_equal(rows[PANEL_WORKERS], 2);
	assert_int_equal(rows[PANEL_TASKS], 1);
	assert_int_equal(rows[PANEL_LIVES], 0);
	assert_int_equal(rows[PANEL_SITES], 19 - 1 - 2 - 1 - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_screen_of_24_rows_has_all_panels),
		cmocka_unit_test(the_focused_panel_has_the_most),
		cmocka_unit_test(a_low_screen_has_the_focused_panel_at_least),
		cmocka_unit_test(a_panel_with_little_to_show_leaves_its_rows_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
