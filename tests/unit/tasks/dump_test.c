/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Tasks are read from a memory that changes, lies, and ends anywhere. */
#include "tests/unit/fixture/task_memory.h"

static void a_list_is_read_with_what_each_task_waits_for(void **state)
{
	struct memory *m = memory_make(3);
	struct reading r = {0};

	(void)state;
	read_tasks(&r, m);
	assert_int_equal(r.dump.runtimes, 1);
	assert_int_equal(r.dump.runtime[0].found, 3);
	assert_int_equal(r.dump.runtime[0].broken, 0);
	assert_int_equal(r.dump.seens, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct task_seen *s = seen_of(&r, 100 + i);

		assert_non_null(s);
		assert_int_equal(s->outcome, TASK_READ);
		assert_int_equal(s->frames, 2);
		assert_int_equal(r.dump.frame[s->frame].kind, HUD_FRAME_COROUTINE);
		assert_int_equal(r.dump.frame[s->frame].variant, 3);
		assert_int_equal(r.dump.frame[s->frame + 1].kind, HUD_FRAME_WAIT);
		assert_int_equal(r.dump.frame[s->frame + 1].number, 5000000000 + i);
	}
	assert_int_equal(r.dump.counts.retries, 0);
	task_dump_close(&r.dump);
	free(m);
}

static void shards_are_all_read(void **state)
{
	struct memory *m = memory_make(0);
	uint64_t shards = MEMORY + 0x3000;
	struct reading r = {0};

	(void)state;
	*word(m, MEMORY + THREAD - 64) = 2;
	*word(m, MEMORY + HANDLE + HANDLE_LIST) = shards;
	*word(m, MEMORY + HANDLE + HANDLE_SHARDS) = 4;
	*word(m, MEMORY + HANDLE + HANDLE_OWNER + 8) = 6;
	link_tasks(m, shards, 0, 2);
	link_tasks(m, shards + 2 * SHARD_BYTES, 2, 4);
	read_tasks(&r, m);
	assert_int_equal(r.dump.runtime[0].lists, 4);
	assert_int_equal(r.dump.runtime[0].expected, 6);
	assert_int_equal(r.dump.seens, 6);
	task_dump_close(&r.dump);
	free(m);
}

static void a_list_that_goes_in_a_circle_ends(void **state)
{
	struct memory *m = memory_make(5);
	struct reading r = {0};

	(void)state;
	*word(m, task_address(4) + TASK_TRAILER + 8) = task_address(1);
	*word(m, task_address(0) + TASK_TRAILER) = task_address(3);
	read_tasks(&r, m);
	assert_int_equal(r.dump.runtime[0].broken, 1);
	assert_int_equal(r.dump.seens, 5);
	assert_null(seen_of(&r, 0));
	task_dump_close(&r.dump);
	free(m);
}

static void a_link_to_nowhere_loses_only_what_neither_end_leads_to(void **state)
{
	static const uint64_t nowhere[] = {8, 0x1234567, MEMORY + MEMORY_BYTES - 8, UINT64_MAX - 7,
					   MEMORY + 0x3000};

	(void)state;
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		struct memory *m = memory_make(6);
		struct reading r = {0};

		*word(m, task_address(2) + TASK_TRAILER + 8) = nowhere[i];
		read_tasks(&r, m);
		assert_int_equal(r.dump.seens, 6); /* three from each end */
		/* Backward the list is whole. */
		assert_int_equal(seen_of(&r, 103)->outcome, TASK_READ);
		assert_int_equal(r.dump.runtime[0].broken, 0);
		task_dump_close(&r.dump);
		free(m);
	}
}

static void a_task_of_another_owner_or_of_no_known_function_is_none(void **state)
{
	struct memory *m = memory_make(3);
	struct reading r = {0};

	(void)state;
	*word(m, task_address(1) + 24) = LIST_OWNER + 1;
	read_tasks(&r, m);
	assert_int_equal(r.dump.seens, 2);
	assert_int_equal(r.dump.runtime[0].broken, 1);
	task_dump_close(&r.dump);
	*word(m, task_address(1) + 24) = LIST_OWNER;
	m->vtable[0] += 8;
	read_tasks(&r, m);
	assert_int_equal(r.dump.seens, 0);
	assert_int_equal(r.dump.runtime[0].broken, 1);
	task_dump_close(&r.dump);
	free(m);
}

/* Once the walk has come to the end of the list, the second task leaves it, and keeps its links. */
static void unlink_it(struct memory *m, uint64_t address)
{
	if (address != MEMORY + HANDLE + HANDLE_LIST + 16)
		return;
	*word(m, task_address(0) + TASK_TRAILER + 8) = task_address(2);
	*word(m, task_address(2) + TASK_TRAILER) = task_address(0);
}

static void a_freed_task_is_gone_although_it_looks_alive(void **state)
{
	struct memory *m = memory_make(3);
	struct reading r = {0};

	(void)state;
	m->meanwhile = unlink_it;
	read_tasks(&r, m);
	assert_int_equal(seen_of(&r, 100)->outcome, TASK_READ);
	assert_int_equal(seen_of(&r, 101)->outcome, TASK_GONE);
	assert_int_equal(seen_of(&r, 101)->frames, 0);
	assert_int_equal(seen_of(&r, 102)->outcome, TASK_READ);
	task_dump_close(&r.dump);
	free(m);
}

/* The task before the second is another one at each read; the one after it stays. */
static void change_neighbour(struct memory *m, uint64_t address)
{
	if (address == task_address(1))
		*word(m, task_address(1) + TASK_TRAILER) = task_address(7);
}

static void one_neighbour_that_stays_is_enough(void **state)
{
	struct memory *m = memory_make(3);
	struct reading r = {0};

	(void)state;
	m->meanwhile = change_neighbour;
	read_tasks(&r, m);
	assert_int_equal(seen_of(&r, 101)->outcome, TASK_READ);
	task_dump_close(&r.dump);
	free(m);
}

/* The first task goes on at each read. */
static void poll_it(struct memory *m, uint64_t address)
{
	if (address == task_address(0))
		++*word(m, task_address(0) + TASK_FUTURE + 16);
}

static void a_task_that_changes_at_each_read_is_moving(void **state)
{
	struct memory *m = memory_make(2);
	struct reading r = {0};

	(void)state;
	m->meanwhile = poll_it;
	read_tasks(&r, m);
	assert_int_equal(seen_of(&r, 100)->outcome, TASK_MOVING);
	assert_int_equal(seen_of(&r, 100)->frames, 0);
	assert_int_equal(seen_of(&r, 101)->outcome, TASK_READ);
	task_dump_close(&r.dump);
	free(m);
}

static void a_task_that_a_thread_polls_is_not_decoded(void **state)
{
	struct memory *m = memory_make(2);
	struct reading r = {0};

	(void)state;
	*word(m, task_address(0)) |= 1;
	*word(m, task_address(0) + TASK_FUTURE) = 0x55;
	read_tasks(&r, m);
	assert_int_equal(seen_of(&r, 100)->outcome, TASK_POLLING);
	task_dump_close(&r.dump);
	free(m);
}

static void a_state_that_no_coroutine_has_is_no_guess(void **state)
{
	struct memory *m = memory_make(2);
	struct reading r = {0};

	(void)state;
	*word(m, task_address(0) + TASK_FUTURE) = 9;
	*word(m, task_address(1) + TASK_STAGE) = 1;
	read_tasks(&r, m);
	assert_int_equal(seen_of(&r, 100)->outcome, TASK_FAILED);
	assert_int_equal(seen_of(&r, 100)->frames, 0);
	assert_int_equal(seen_of(&r, 101)->outcome, TASK_READ);
	assert_true(seen_of(&r, 101)->finished);
	task_dump_close(&r.dump);
	free(m);
}

static void a_boxed_future_is_followed_and_what_is_held_is_said(void **state)
{
	struct memory *m = memory_make(1);
	uint64_t box = MEMORY + 0x3000, lock = MEMORY + 0x3100;
	struct reading r = {0};
	const struct task_frame *f;

	(void)state;
	*word(m, task_address(0) + TASK_FUTURE) = 4;
	*word(m, task_address(0) + TASK_FUTURE + 8) = box;
	*word(m, task_address(0) + TASK_FUTURE + 16) = lock;
	*word(m, lock) = 3;
	*word(m, box) = 3;
	*word(m, box + 8) = 6;
	read_tasks(&r, m);
	assert_int_equal(r.dump.seen[0].outcome, TASK_READ);
	assert_int_equal(r.dump.seen[0].frames, 4);
	f = &r.dump.frame[r.dump.seen[0].frame];
	assert_int_equal(f[1].kind, HUD_FRAME_COROUTINE);
	assert_int_equal(f[1].depth, 1);
	assert_int_equal(f[2].kind, HUD_FRAME_WAIT);
	assert_int_equal(f[2].number, 6000000000);
	assert_int_equal(f[3].kind, HUD_FRAME_HOLD);
	assert_int_equal(f[3].resource, lock);
	assert_int_equal(f[3].permits, 3);
	assert_int_equal(f[3].depth, 1);
	task_dump_close(&r.dump);
	free(m);
}

static void a_future_behind_dyn_is_known_by_its_vtable(void **state)
{
	struct memory *m = memory_make(2);
	uint64_t whole = MEMORY + 0x3000;
	struct reading r = {0};
	const struct task_frame *f;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		*word(m, task_address(i) + TASK_FUTURE) = 5;
		*word(m, task_address(i) + TASK_FUTURE + 8) = whole;
		*word(m, task_address(i) + TASK_FUTURE + 16) = PROGRAM + TASK_DYN + 8 * i;
	}
	*word(m, whole + 8) = 3;
	read_tasks(&r, m);
	f = &r.dump.frame[seen_of(&r, 100)->frame];
	assert_int_equal(seen_of(&r, 100)->frames, 5);
	assert_int_equal(f[1].kind, HUD_FRAME_FUTURE);
	assert_int_equal(f[2].kind, HUD_FRAME_HOLD);
	assert_int_equal(f[3].kind, HUD_FRAME_COROUTINE);
	assert_int_equal(f[4].kind, HUD_FRAME_WAIT);
	f = &r.dump.frame[seen_of(&r, 101)->frame];
	assert_int_equal(seen_of(&r, 101)->frames, 2);
	assert_int_equal(f[1].kind, HUD_FRAME_DYN);
	task_dump_close(&r.dump);
	free(m);
}

static void a_future_that_boxes_itself_ends(void **state)
{
	struct memory *m = memory_make(2);
	struct reading r = {0};

	(void)state;
	*word(m, task_address(0) + TASK_FUTURE) = 4;
	*word(m, task_address(0) + TASK_FUTURE + 8) = task_address(0) + TASK_FUTURE;
	read_tasks(&r, m);
	assert_int_equal(seen_of(&r, 100)->outcome, TASK_CUT);
	assert_true(seen_of(&r, 100)->frames <= task_limits_usual.frames);
	assert_int_equal(seen_of(&r, 101)->outcome, TASK_READ);
	task_dump_close(&r.dump);
	free(m);
}

/* No root is known; a word of the thread-local block is the address of the handle. */
static void lists_are_searched_where_no_way_to_them_is_known(void **state)
{
	struct hud_plan_tasks lists = task_lists;
	struct memory *m = memory_make(5);
	struct reading r = {0};

	(void)state;
	lists.roots = 0;
	lists.block = -128;
	lists.block_bytes = 128;
	*word(m, MEMORY + THREAD - 96) = 0x1234;
	*word(m, MEMORY + THREAD - 88) = MEMORY + HANDLE + 8; /* leads to it as well */
	r.lists = &lists;
	read_tasks(&r, m);
	assert_int_equal(r.dump.runtimes, 1);
	assert_int_equal(r.dump.runtime[0].owner, LIST_OWNER);
	assert_int_equal(r.dump.runtime[0].lists, 1);
	assert_int_equal(r.dump.seens, 5);
	task_dump_close(&r.dump);
	/* A number that is not near is not that of the list; nor is one task a list. */
	*word(m, MEMORY + HANDLE + HANDLE_OWNER) = LIST_OWNER + 1;
	read_tasks(&r, m);
	assert_int_equal(r.dump.seens, 0);
	task_dump_close(&r.dump);
	free(m);
}

static void lists_in_shards_are_searched(void **state)
{
	struct hud_plan_tasks lists = task_lists;
	struct memory *m = memory_make(0);
	uint64_t shards = MEMORY + 0x3000, handle = MEMORY + HANDLE;
	struct reading r = {.lists = &lists};

	(void)state;
	lists.roots = 0;
	lists.block = -128;
	lists.block_bytes = 128;
	*word(m, handle + 64) = shards;
	*word(m, handle + 72) = 4;
	*word(m, handle + 80) = 99; /* added */
	*word(m, handle + 88) = 6;  /* count */
	*word(m, handle + 96) = 3;  /* mask */
	*word(m, handle + 104) = LIST_OWNER;
	*word(m, handle + HANDLE_OWNER) = 0;
	link_tasks(m, shards + SHARD_BYTES, 0, 2);
	link_tasks(m, shards + 3 * SHARD_BYTES, 2, 4);
	read_tasks(&r, m);
	assert_int_equal(r.dump.runtimes, 1);
	assert_int_equal(r.dump.runtime[0].lists, 4);
	assert_int_equal(r.dump.runtime[0].broken, 0);
	assert_int_equal(r.dump.seens, 6);
	task_dump_close(&r.dump);
	free(m);
}

static void limits_hold_and_are_said(void **state)
{
	struct memory *m = memory_make(20);
	struct reading r = {.limits = task_limits_usual};

	(void)state;
	r.limits.tasks = 7;
	read_tasks(&r, m);
	assert_int_equal(r.dump.seens, 7);
	assert_true(r.dump.counts.cut);
	task_dump_close(&r.dump);
	r.limits = task_limits_usual;
	r.limits.bytes = 1000;
	read_tasks(&r, m);
	assert_true(r.dump.counts.bytes < 3000);
	assert_true(r.dump.counts.cut);
	task_dump_close(&r.dump);
	free(m);
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Words of all kinds that memory may have, so that much of it leads somewhere. */
static uint64_t random_word(uint64_t *seed)
{
	uint64_t r = random_next(seed);

	switch (r % 8) {
	case 0:
		return PROGRAM + TASK_VTABLE;
	case 1:
		return LIST_OWNER;
	case 2:
	case 3:
		return task_address(r / 8 % 64);
	case 4:
		return r / 8 % 9;
	case 5:
		return MEMORY + r / 8 % MEMORY_BYTES;
	case 6:
		return PROGRAM + TASK_DYN;
	default:
		return r;
	}
}

static void no_memory_does_any_harm(void **state)
{
	struct hud_plan_tasks searched = task_lists;
	uint64_t seed = 42;

	(void)state;
	searched.block = -128;
	searched.block_bytes = 128;
	for (int round = 0; round < 2000; round++) {
		struct memory *m = memory_make(40);
		struct reading r = {0};
		int changes = (int)(random_next(&seed) % 200);

		for (int i = 0; i < changes; i++) {
			uint64_t at = MEMORY + random_next(&seed) % (MEMORY_BYTES / 8) * 8;

			if (round % 2)
				at = task_address(random_next(&seed) % 40) +
				     random_next(&seed) % (TASK_BYTES / 8) * 8;
			*word(m, at) = random_word(&seed);
		}
		if (round % 5 == 0)
			m->vtable[random_next(&seed) % 10] = random_word(&seed);
		searched.roots = round % 3 ? 0 : 2;
		r.lists = &searched;
		read_tasks(&r, m);
		assert_true(r.dump.seens <= 300);
		task_dump_close(&r.dump);
		free(m);
	}
}

static void addresses_are_scrambled_by_a_key(void **state)
{
	/* The reference's first key and message: bytes 0 to 15, and 0 to 7. */
	static const uint64_t key[] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

	(void)state;
	assert_int_equal(task_scramble(key, 0x0706050403020100), 0x93f5f5799a932462);
	assert_int_equal(task_scramble(key, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_with_what_each_task_waits_for),
		cmocka_unit_test(shards_are_all_read),
		cmocka_unit_test(a_list_that_goes_in_a_circle_ends),
		cmocka_unit_test(a_link_to_nowhere_loses_only_what_neither_end_leads_to),
		cmocka_unit_test(a_task_of_another_owner_or_of_no_known_function_is_none),
		cmocka_unit_test(a_freed_task_is_gone_although_it_looks_alive),
		cmocka_unit_test(one_neighbour_that_stays_is_enough),
		cmocka_unit_test(a_task_that_changes_at_each_read_is_moving),
		cmocka_unit_test(a_task_that_a_thread_polls_is_not_decoded),
		cmocka_unit_test(a_state_that_no_coroutine_has_is_no_guess),
		cmocka_unit_test(a_boxed_future_is_followed_and_what_is_held_is_said),
		cmocka_unit_test(a_future_behind_dyn_is_known_by_its_vtable),
		cmocka_unit_test(a_future_that_boxes_itself_ends),
		cmocka_unit_test(lists_are_searched_where_no_way_to_them_is_known),
		cmocka_unit_test(lists_in_shards_are_searched),
		cmocka_unit_test(limits_hold_and_are_said),
		cmocka_unit_test(no_memory_does_any_harm),
		cmocka_unit_test(addresses_are_scrambled_by_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
