/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A damaged ELF file gives a plan or an error, and no crash. */
#include "tests/unit/fixture/plan_fixture.h"

#include <errno.h>

enum { ROUNDS = 300 };

static void an_elf_file_with_wrong_bytes_is_survived(void **state)
{
	uint64_t random = 362436069362436069u;
	size_t bytes = 0, room = 1 << 24, planned = 0;
	uint8_t *original = malloc(room), *copy = malloc(room);
	int fd = plan_file_open("/bin/true");

	(void)state;
	assert_true(fd >= 0);
	bytes = (size_t)read(fd, original, room);
	close(fd);
	for (size_t round = 0; round < ROUNDS; round++) {
		struct unwind_object object;
		struct plan_built built;
		struct plan plan;
		int err;

		memcpy(copy, original, bytes);
		/*
		 * Damages headers: those of the program are at the start, those of sections at the
		 * end.
		 */
		for (size_t i = 0; i < 3; i++) {
			uint64_t r = random_next(&random);
			size_t at = r % 2 ? r / 2 % 1000 : bytes - 1 - r / 2 % 2000;

			copy[at] = (uint8_t)(r >> 56);
		}
		if (unwind_object_open_memory(&object, copy, bytes))
			continue;
		err = plan_build(&built, &object, 0);
		unwind_object_close(&object);
		if (err == -EFBIG) /* a segment at a random address */
			continue;
		planned++;
		assert_int_equal(err, 0);
		assert_int_equal(plan_parse(built.data, built.bytes, &plan), 0);
		plan_free(&plan);
		plan_built_free(&built);
	}
	assert_true(planned > ROUNDS / 4);
	free(original);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_elf_file_with_wrong_bytes_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
