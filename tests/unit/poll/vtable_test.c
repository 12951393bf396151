/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The vtable of a task in the data of a program without symbols. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/poll/task_vtable.h"

/* A table of words: `codes` addresses of code, and then these numbers. */
static size_t vtables_in(size_t codes, uint64_t trailer, uint64_t scheduler, uint64_t id)
{
	uint64_t words[16] = {0};
	struct plan_image_part part[] = {
		{.address = 0x1000, .bytes = 0x100, .code = true},
		{.address = 0x2000, .bytes = sizeof(words), .data = (uint8_t *)words},
	};
	struct plan_image image = {
		.machine = EM_X86_64,
		.part = part,
		.parts = 2,
		.text = {{0x1000, 0x1100}},
		.texts = 1,
	};
	struct plan_vtable *vtable;
	size_t count;

	for (size_t i = 0; i < codes; i++)
		words[1 + i] = 0x1000 + 8 * i;
	words[1 + codes] = trailer;
	words[2 + codes] = scheduler;
	words[3 + codes] = id;
	assert_int_equal(plan_vtables_find(&image, &vtable, &count), 0);
	if (count)
		assert_int_equal(vtable->function[PLAN_VTABLE_POLL], 0x1000 + 8 * (codes - 7));
	free(vtable);
	return count;
}

static void the_vtable_of_a_task_is_found_by_its_shape(void **state)
{
	(void)state;
	assert_int_equal(vtables_in(7, 0x100, 32, 40), 1);
	assert_int_equal(vtables_in(7, 0x30, 32, 32), 1);
	/* preceded by the end of another table */
	assert_int_equal(vtables_in(9, 0x100, 32, 40), 1);
	assert_int_equal(vtables_in(6, 0x100, 32, 40), 0);
	assert_int_equal(vtables_in(7, 32, 32, 40), 0);
	assert_int_equal(vtables_in(7, 0x100, 40, 32), 0);
	assert_int_equal(vtables_in(7, 0x100, 24, 32), 0);
	assert_int_equal(vtables_in(7, 0x104, 32, 40), 0);
	assert_int_equal(vtables_in(7, 0x9000, 0x2000, 0x2008), 0); /* addresses, no offsets */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vtable_of_a_task_is_found_by_its_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
