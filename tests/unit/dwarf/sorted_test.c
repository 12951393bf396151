/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Searches in sorted tables: before, at and after each item, and at both ends of all addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/dwarf/ranges.h"
#include "analyzer/dwarf/wanted.h"
#include "analyzer/base/sorted.h"

struct item {
	uint32_t other;
	uint64_t address;
};

static const struct item items[] = {{1, 10}, {2, 20}, {3, 20}, {4, 30}, {5, UINT64_MAX}};
enum { ITEMS = sizeof(items) / sizeof(items[0]) };

static void an_empty_table_has_nothing_before_any_address(void **state)
{
	const struct item *none = NULL;

	(void)state;
	assert_int_equal(SORTED_BELOW(none, 0, address, 5), 0);
	assert_int_equal(SORTED_UP_TO(none, 0, address, UINT64_MAX), 0);
}

static void a_search_finds_what_counting_finds(void **state)
{
	static const uint64_t keys[] = {0,         9, 10, 11, 19, 20, 21, 30, 31, UINT64_MAX - 1,
					UINT64_MAX};

	(void)state;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		size_t below = 0, up_to = 0;

		for (size_t i = 0; i < ITEMS; i++) {
			below += items[i].address < keys[k];
			up_to += items[i].address <= keys[k];
		}
		assert_int_equal(SORTED_BELOW(items, ITEMS, address, keys[k]), below);
		assert_int_equal(SORTED_UP_TO(items, ITEMS, address, keys[k]), up_to);
	}
}

static void of_ranges_that_overlap_the_last_to_start_is_found(void **state)
{
	struct dwarf_range ranges[] = {
		{.start = 40, .end = 50, .item = 3},
		{.start = 10, .end = 100, .item = 1},
		{.start = 20, .end = 30, .item = 2},
	};

	(void)state;
	dwarf_ranges_sort(ranges, 3);
	assert_null(dwarf_ranges_find(ranges, 3, 9));
	assert_int_equal(dwarf_ranges_find(ranges, 3, 10)->item, 1);
	assert_int_equal(dwarf_ranges_find(ranges, 3, 29)->item, 2);
	assert_int_equal(dwarf_ranges_find(ranges, 3, 30)->item, 1);
	assert_int_equal(dwarf_ranges_find(ranges, 3, 49)->item, 3);
	assert_int_equal(dwarf_ranges_find(ranges, 3, 99)->item, 1);
	assert_null(dwarf_ranges_find(ranges, 3, 100));
}

static void a_range_is_wanted_if_it_holds_a_wanted_address(void **state)
{
	static const uint64_t addresses[] = {10, 20};
	const struct dwarf_wanted wanted = {addresses, 2}, all = {0};

	(void)state;
	assert_false(dwarf_wanted_in(&wanted, 0, 10));
	assert_true(dwarf_wanted_in(&wanted, 0, 11));
	assert_true(dwarf_wanted_in(&wanted, 20, 21));
	assert_false(dwarf_wanted_in(&wanted, 21, 100));
	assert_true(dwarf_wanted_in(&all, 21, 22));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_has_nothing_before_any_address),
		cmocka_unit_test(a_search_finds_what_counting_finds),
		cmocka_unit_test(of_ranges_that_overlap_the_last_to_start_is_found),
		cmocka_unit_test(a_range_is_wanted_if_it_holds_a_wanted_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
