/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sets of futures, in a memory that changes and lies. */
#include "tests/unit/fixture/task_memory.h"

enum { ITEMS = 0x8000, LISTS = 0xf000 };

static uint64_t item_address(size_t i)
{
	return MEMORY + ITEMS + i * ITEM_BYTES;
}

/* Items from `first` to `end` in a list; each sleeps for its number of seconds. */
static void link_items(struct memory *m, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		uint64_t at = item_address(i);

		*word(m, at + ITEM_NEXT) = i + 1 < end ? item_address(i + 1) : 0;
		*word(m, at + ITEM_PREVIOUS) = i > first ? item_address(i - 1) : 0;
		*word(m, at + ITEM_NUMBER) = end - i;
		*word(m, at + ITEM_FUTURE) = 3;
		*word(m, at + ITEM_FUTURE + 8) = i;
	}
}

/* The only task awaits a set of so many. */
static struct memory *memory_with_set(uint64_t state, size_t items)
{
	struct memory *m = memory_make(1);

	*word(m, task_address(0) + TASK_FUTURE) = state;
	*word(m, task_address(0) + TASK_FUTURE + 8) = items ? item_address(0) : 0;
	link_items(m, 0, items);
	return m;
}

/* A set, and below it for each future the coroutine and its sleep. */
static void assert_set(const struct reading *r, uint64_t number, size_t followed)
{
	const struct task_frame *f = &r->dump.frame[r->dump.seen[0].frame];

	assert_int_equal(r->dump.seen[0].outcome, TASK_READ);
	assert_int_equal(r->dump.seen[0].frames, 2 + 2 * followed);
	assert_int_equal(f[1].leaf, HUD_LEAF_SET);
	assert_int_equal(f[1].kind, number && !followed ? HUD_FRAME_WAIT : HUD_FRAME_FUTURE);
	assert_int_equal(f[1].number, number);
	for (size_t i = 0; i < followed; i++) {
		assert_int_equal(f[2 + 2 * i].kind, HUD_FRAME_COROUTINE);
		assert_int_equal(f[2 + 2 * i].depth, 2);
		assert_int_equal(f[3 + 2 * i].number, i * 1000000000);
	}
}

static void each_future_of_a_set_is_followed(void **state)
{
	static const size_t sizes[] = {0, 1, 5, 200};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct memory *m = memory_with_set(6, sizes[i]);
		struct reading r = {0};

		read_tasks(&r, m);
		assert_set(&r, sizes[i], sizes[i]);
		assert_int_equal(r.dump.counts.retries, 0);
		task_dump_close(&r.dump);
		free(m);
	}
}

static void of_a_large_set_the_first_are_followed_and_all_counted(void **state)
{
	struct memory *m = memory_with_set(6, 100);
	struct reading r = {.limits = task_limits_usual};

	(void)state;
	r.limits.children = 7;
	read_tasks(&r, m);
	assert_set(&r, 100, 7);
	task_dump_close(&r.dump);
	r.limits.children = 200;
	r.limits.all_children = 9;
	read_tasks(&r, m);
	assert_set(&r, 100, 9);
	task_dump_close(&r.dump);
	free(m);
}

/* Three tasks wait, two have ended and are in the other list. */
static struct memory *memory_with_lists(void)
{
	struct memory *m = memory_with_set(7, 0);

	*word(m, task_address(0) + TASK_FUTURE + 8) = MEMORY + LISTS;
	*word(m, task_address(0) + TASK_FUTURE + 16) = 5;
	link_items(m, 0, 3);
	link_items(m, 3, 5);
	*word(m, MEMORY + LISTS) = item_address(0);
	*word(m, MEMORY + LISTS + 16) = item_address(3);
	return m;
}

static void both_lists_of_a_set_are_followed(void **state)
{
	struct memory *m = memory_with_lists();
	struct reading r = {0};

	(void)state;
	read_tasks(&r, m);
	assert_set(&r, 5, 5);
	task_dump_close(&r.dump);
	free(m);
}

/* Its last item goes and comes at each read of the set. */
static void move_item(struct memory *m, uint64_t address)
{
	if (address == MEMORY + LISTS)
		*word(m, item_address(3) + ITEM_NEXT) ^= item_address(4);
}

/* So is one with an item that does not lead back. */
static void a_set_that_changes_at_each_read_is_only_counted(void **state)
{
	struct memory *m = memory_with_lists();
	struct reading r = {0};

	(void)state;
	m->meanwhile = move_item;
	read_tasks(&r, m);
	assert_set(&r, 5, 0);
	assert_true(r.dump.counts.retries > 0);
	task_dump_close(&r.dump);
	m->meanwhile = NULL;
	link_items(m, 3, 5);
	*word(m, item_address(1) + ITEM_PREVIOUS) = item_address(2);
	read_tasks(&r, m);
	assert_set(&r, 5, 0);
	task_dump_close(&r.dump);
	free(m);
}

static void futures_one_behind_the_other_are_followed(void **state)
{
	struct memory *m = memory_with_set(8, 0);
	struct reading r = {0};

	(void)state;
	*word(m, task_address(0) + TASK_FUTURE + 8) = MEMORY + ITEMS;
	*word(m, task_address(0) + TASK_FUTURE + 16) = 3;
	for (size_t i = 0; i < 3; i++) {
		*word(m, MEMORY + ITEMS + 40 * i) = 3;
		*word(m, MEMORY + ITEMS + 40 * i + 8) = i;
	}
	read_tasks(&r, m);
	assert_int_equal(r.dump.seen[0].outcome, TASK_READ);
	assert_int_equal(r.dump.seen[0].frames, 1 + 2 * 3);
	assert_int_equal(r.dump.frame[r.dump.seen[0].frame + 6].number, 2000000000);
	task_dump_close(&r.dump);
	/* So many that no process has them. */
	*word(m, task_address(0) + TASK_FUTURE + 16) = UINT64_MAX;
	read_tasks(&r, m);
	assert_int_not_equal(r.dump.seen[0].outcome, TASK_READ);
	assert_true(r.dump.counts.bytes < 1 << 20);
	task_dump_close(&r.dump);
	free(m);
}

/* A set in which it is itself, over and over. */
static void a_set_in_itself_ends(void **state)
{
	struct memory *m = memory_with_set(6, 3);
	struct reading r = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		*word(m, item_address(i) + ITEM_FUTURE) = 6;
		*word(m, item_address(i) + ITEM_FUTURE + 8) = item_address(0);
	}
	read_tasks(&r, m);
	assert_int_equal(r.dump.seen[0].outcome, TASK_CUT);
	assert_true(r.dump.seen[0].frames <= 2 * task_limits_usual.all_children);
	task_dump_close(&r.dump);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_future_of_a_set_is_followed),
		cmocka_unit_test(of_a_large_set_the_first_are_followed_and_all_counted),
		cmocka_unit_test(both_lists_of_a_set_are_followed),
		cmocka_unit_test(a_set_that_changes_at_each_read_is_only_counted),
		cmocka_unit_test(futures_one_behind_the_other_are_followed),
		cmocka_unit_test(a_set_in_itself_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
