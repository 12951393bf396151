/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/address_space.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ADDRESSES 300

/* Against a table with one entry for each address. */
static void the_last_one_mapped_at_an_address_answers_for_it(void **state)
{
	uint64_t random = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 50; round++) {
		struct address_space space = {0};
		uint32_t expected[ADDRESSES] = {0};

		for (uint32_t mapping = 1; mapping < 60; mapping++) {
			uint64_t start, end;

			random ^= random << 13, random ^= random >> 7, random ^= random << 17;
			start = random % (ADDRESSES - 1);
			end = start + 1 + (random >> 32) % (ADDRESSES - start);
			if (round % 2 && end > start + 12)
				end = start + 12;
			assert_int_equal(address_space_map(&space, start, end, mapping), 0);
			for (uint64_t a = start; a < end && a < ADDRESSES; a++)
				expected[a] = mapping;
			for (uint64_t a = 0; a < ADDRESSES; a++)
				assert_int_equal(address_space_find(&space, a), expected[a]);
			for (size_t i = 1; i < space.count; i++)
				assert_true(space.range[i - 1].end <= space.range[i].start);
			assert_int_equal(space.version, mapping);
		}
		address_space_free(&space);
	}
}

static void the_whole_address_range_can_be_mapped(void **state)
{
	struct address_space space = {0};

	(void)state;
	assert_int_equal(address_space_find(&space, 0), 0);
	assert_int_equal(address_space_map(&space, 0, UINT64_MAX, 1), 0);
	assert_int_equal(address_space_map(&space, 0xffffffffff600000u, 0xffffffffff601000u, 2), 0);
	assert_int_equal(address_space_find(&space, 0), 1);
	assert_int_equal(address_space_find(&space, 0xffffffffff600fffu), 2);
	assert_int_equal(address_space_find(&space, UINT64_MAX - 1), 1);
	assert_int_equal(address_space_find(&space, UINT64_MAX), 0);
	address_space_free(&space);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_one_mapped_at_an_address_answers_for_it),
		cmocka_unit_test(the_whole_address_range_can_be_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
