/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <dirent.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/base/spill.h"

#define MANY ((size_t)3 << 20) /* of eight bytes: 24 MiB, far more than stays on the heap */

static size_t entries_of(const char *directory)
{
	DIR *d = opendir(directory);
	size_t count = 0;

	assert_non_null(d);
	while (readdir(d))
		count++;
	closedir(d);
	return count;
}

static void fill(struct spill *s, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(spill_grow(s, i, sizeof(uint64_t)), 0);
		*(uint64_t *)spill_at(s, i, sizeof(uint64_t)) = i * 7;
	}
}

static void assert_filled(struct spill *s, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(*(uint64_t *)spill_at(s, i, sizeof(uint64_t)), i * 7);
	for (size_t i = count; i-- > 0;)
		assert_int_equal(*(uint64_t *)spill_at(s, i, sizeof(uint64_t)), i * 7);
}

static void a_large_array_moves_to_a_deleted_file(void **state)
{
	char directory[] = "/tmp/hud-spill-XXXXXX";
	size_t descriptors = entries_of("/proc/self/fd");
	struct spill s = {0};

	(void)state;
	assert_non_null(mkdtemp(directory));
	setenv("SQLITE_TMPDIR", directory, 1);
	fill(&s, MANY);
	assert_true(s.mapped);
	assert_int_equal(entries_of(directory), 2);
	assert_filled(&s, MANY);
	spill_free(&s);
	assert_int_equal(entries_of("/proc/self/fd"), descriptors);
	unsetenv("SQLITE_TMPDIR");
	rmdir(directory);
}

static void a_small_array_stays_on_the_heap(void **state)
{
	struct spill s = {0};

	(void)state;
	fill(&s, 1000);
	assert_false(s.mapped);
	assert_filled(&s, 1000);
	spill_free(&s);
}

static void a_missing_temporary_directory_is_skipped(void **state)
{
	struct spill s = {0};

	(void)state;
	setenv("TMPDIR", "/nowhere/at/all", 1);
	fill(&s, MANY);
	assert_true(s.mapped);
	assert_filled(&s, MANY);
	spill_free(&s);
	unsetenv("TMPDIR");
}

/* Also if it was in a file already, and the file cannot grow. */
static void without_a_file_the_array_stays_on_the_heap(void **state)
{
	struct rlimit before, none, small;
	struct spill s = {0}, in_file = {0};

	(void)state;
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit) {0, before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	fill(&s, MANY);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_false(s.mapped);
	assert_filled(&s, MANY);
	spill_free(&s);

	fill(&in_file, MANY / 2);
	assert_true(in_file.mapped);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit) {in_file.bytes, before.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(spill_grow(&in_file, in_file.bytes / sizeof(uint64_t), sizeof(uint64_t)),
			 0);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_false(in_file.mapped);
	assert_filled(&in_file, MANY / 2);
	spill_free(&in_file);
}

static void fill_within(struct spill *s, size_t count, struct spill_budget *budget)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(spill_grow_within(s, i, sizeof(uint64_t), budget), 0);
		*(uint64_t *)spill_at(s, i, sizeof(uint64_t)) = i * 7;
	}
}

static void arrays_with_a_budget_stay_on_the_heap_until_it_is_used_up(void **state)
{
	struct spill_budget budget = {0};
	struct spill first = {0}, second = {0}, third = {0};
	size_t others;

	(void)state;
	fill_within(&first, MANY, &budget);
	assert_false(first.mapped);
	assert_true(budget.used >= MANY * sizeof(uint64_t));
	others = SPILL_TOGETHER - budget.used;
	budget.used += others;
	fill_within(&second, MANY, &budget);
	assert_true(second.mapped);
	/* Many small arrays use up the budget as a large one does. */
	fill_within(&third, MANY / 24, &budget);
	assert_true(third.mapped);
	assert_filled(&third, MANY / 24);
	assert_filled(&first, MANY);
	assert_filled(&second, MANY);
	spill_free_within(&first, &budget);
	spill_free_within(&second, &budget);
	spill_free_within(&third, &budget);
	assert_int_equal(budget.used, others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_array_moves_to_a_deleted_file),
		cmocka_unit_test(a_small_array_stays_on_the_heap),
		cmocka_unit_test(a_missing_temporary_directory_is_skipped),
		cmocka_unit_test(without_a_file_the_array_stays_on_the_heap),
		cmocka_unit_test(arrays_with_a_budget_stay_on_the_heap_until_it_is_used_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
