/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Circles of tasks that wait for each other: which there are, and which of them are certain. */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/tasks.h"
#include "tests/unit/fixture/dumps_fixture.h"

static void a_circle_is_found_once_and_is_certain_only_without_other_holders(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	for (int others = 0; others < 2; others++) {
		scene_begin(&s, 1);
		for (uint64_t i = 0; i < 3; i++) {
			waiting(&s, 5 + i, 7, HUD_LEAF_ACQUIRE, 90 + (i + 1) % 3);
			holding(&s, 5 + i, 90 + i);
		}
		if (others) {
			waiting(&s, 20, 7, HUD_LEAF_SLEEP, 0);
			holding(&s, 20, 91);
		}
		waiting(&s, 30, 7, HUD_LEAF_ACQUIRE, 90); /* waits for the circle, is not of it */
		db = dump_load(&s);
		assert_number(db, "SELECT count(*) FROM task_cycles", 1);
		assert_text(db, "SELECT tasks FROM task_cycles", "5,6,7");
		assert_number(db, "SELECT certain FROM task_cycles", !others);
		sqlite3_close(db);
	}
}

/* Each holds what the one before it waits for, and many others wait for one of them. */
static void a_long_circle_is_found_among_those_who_wait_for_it(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t i = 0; i < 30; i++) {
		waiting(&s, 1000 + i, 7, HUD_LEAF_ACQUIRE, 100 + (i + 1) % 30);
		holding(&s, 1000 + i, 100 + i);
	}
	for (uint64_t i = 0; i < 300;
	     i++) { /* a queue that ends at the circle, and one that does not */
		waiting(&s, 1 + i, 7, HUD_LEAF_ACQUIRE, i ? 200 + i - 1 : 100);
		holding(&s, 1 + i, 200 + i);
		waiting(&s, 2000 + i, 7, i ? HUD_LEAF_ACQUIRE : HUD_LEAF_SLEEP,
			i ? 600 + i - 1 : 0);
		holding(&s, 2000 + i, 600 + i);
	}
	db = dump_load(&s);
	assert_number(db, "SELECT count(*) FROM task_cycles", 1);
	assert_number(db, "SELECT length FROM task_cycles WHERE certain", 30);
	sqlite3_close(db);
}

/* All read a lock, and wait until the others no longer do. */
static void of_many_who_wait_for_each_other_few_circles_are_told(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t i = 0; i < 40; i++) {
		waiting(&s, 5 + i, 7, HUD_LEAF_ACQUIRE, 90);
		holding(&s, 5 + i, 90);
	}
	db = dump_load(&s);
	assert_number(db, "SELECT count(*) FROM task_cycles", 5);
	assert_number(db, "SELECT count(*) FROM task_cycles WHERE tasks = '5,6'", 1);
	assert_number(db, "SELECT max(certain) FROM task_cycles", 0);
	sqlite3_close(db);
}

static void places_of_a_circle_come_in_the_order_of_waiting(void **state)
{
	static const uint64_t waits_for[] = {7, 5, 6}; /* 5, 6 and 7 */
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t i = 0; i < 3; i++) {
		waiting(&s, 5 + i, 7 + i, HUD_LEAF_ACQUIRE, 90 + waits_for[i]);
		holding(&s, 5 + i, 95 + i);
	}
	db = dump_load(&s);
	assert_text(db, "SELECT tasks FROM task_cycles", "5,7,6");
	assert_text(db,
		    "SELECT replace(places, 'demo::type_20 src/tasks.rs:', '') FROM task_cycles",
		    "7 → 9 → 8");
	sqlite3_close(db);
}

static void a_guard_that_may_have_been_dropped_makes_no_certain_circle(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 91);
	holding(&s, 5, 90);
	waiting(&s, 6, LINE_AFTER_A_DROP, HUD_LEAF_ACQUIRE, 90);
	holding(&s, 6, 91);
	waiting(&s, 7, LINE_AFTER_A_DROP, HUD_LEAF_SLEEP, 0);
	holding(&s, 7, 92);
	waiting(&s, 8, 7, HUD_LEAF_SLEEP, 0);
	holding(&s, 8, 92);
	waiting(&s, 9, 7, HUD_LEAF_ACQUIRE, 92);
	db = dump_load(&s);
	assert_text(db, "SELECT tasks || ' ' || certain FROM task_cycles", "5,6 0");
	assert_text(db,
		    "SELECT holder || ' ' || holder_drops_guard FROM task_resources "
		    "WHERE resource = 91",
		    "6 1");
	/* Of two the one that has it for certain. */
	assert_text(db,
		    "SELECT holder || ' ' || holder_drops_guard FROM task_resources "
		    "WHERE resource = 92",
		    "8 0");
	sqlite3_close(db);
	/* One that has it in another future too, and did not drop it there, has it. */
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 91);
	holding(&s, 5, 90);
	waiting(&s, 6, LINE_AFTER_A_DROP, HUD_LEAF_ACQUIRE, 90);
	holding(&s, 6, 91);
	frame_add(&s, 6,
		  (struct hud_task_frame) {.entry = GUARD_TYPE,
					   .depth = 1,
					   .kind = HUD_FRAME_HOLD,
					   .leaf = HUD_LEAF_GUARD,
					   .resource = 91});
	db = dump_load(&s);
	assert_text(db, "SELECT tasks || ' ' || certain FROM task_cycles", "5,6 1");
	sqlite3_close(db);
}

/* Task 6 reads and waits for the end of 5, which asks for so many permits: 1 to read too. */
static int64_t certain_behind_a_reader(uint64_t permits)
{
	struct scene s;
	sqlite3 *db;
	int64_t certain;

	scene_begin(&s, 1);
	task_add(&s, 5, HUD_TASK_READ);
	frame_add(&s, 5,
		  (struct hud_task_frame) {
			  .entry = INNER, .variant = 7, .kind = HUD_FRAME_COROUTINE});
	frame_add(&s, 5,
		  (struct hud_task_frame) {.entry = ACQUIRE,
					   .depth = 1,
					   .number = permits,
					   .kind = HUD_FRAME_WAIT,
					   .leaf = HUD_LEAF_ACQUIRE,
					   .frame_flags = HUD_FRAME_HAS_PERMITS,
					   .resource = 90});
	joining(&s, 6, 5);
	frame_add(&s, 6,
		  (struct hud_task_frame) {.entry = READ_GUARD,
					   .depth = 1,
					   .kind = HUD_FRAME_HOLD,
					   .leaf = HUD_LEAF_GUARD,
					   .frame_flags = HUD_FRAME_HAS_PERMITS,
					   .resource = 90});
	db = dump_load(&s);
	assert_text(db, "SELECT tasks FROM task_cycles", "5,6");
	certain = database_number(db, "SELECT certain FROM task_cycles", -1);
	sqlite3_close(db);
	return certain;
}

/* It waits behind somebody who wants to write, who may give up. */
static void a_reader_does_not_wait_for_another_one_for_certain(void **state)
{
	(void)state;
	assert_int_equal(certain_behind_a_reader(1), 0);
	assert_int_equal(certain_behind_a_reader(536870911), 1);
}

/* The main future holds what the task waits for whose end it awaits. */
static void the_future_of_a_block_on_may_hold_and_be_of_a_circle(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	found_add(&s, (struct hud_task) {
			      .tid = 10, .outcome = HUD_TASK_READ, .task_flags = HUD_TASK_MAIN});
	frame_add(&s, 0,
		  (struct hud_task_frame) {.entry = TOP,
					   .variant = 3,
					   .kind = HUD_FRAME_COROUTINE,
					   .frame_flags = HUD_FRAME_STARTED});
	holding(&s, 0, 90);
	frame_add(&s, 0,
		  (struct hud_task_frame) {.entry = INNER,
					   .number = 5,
					   .depth = 1,
					   .kind = HUD_FRAME_WAIT,
					   .leaf = HUD_LEAF_JOIN});
	db = dump_load(&s);
	assert_text(db,
		    "SELECT holder || ' ' || holder_tid || ' ' || holder_task FROM task_resources "
		    "WHERE resource = 90",
		    "0 10 demo::type_10");
	assert_text(db, "SELECT tasks || ' ' || of_types || ' ' || certain FROM task_cycles",
		    "-10,5 demo::type_10 → demo::type_10 1");
	assert_number(db, "SELECT count(*) FROM task_joins", 0);
	assert_number(db, "SELECT count(*) FROM task_groups", 1);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_circle_is_found_once_and_is_certain_only_without_other_holders),
		cmocka_unit_test(a_long_circle_is_found_among_those_who_wait_for_it),
		cmocka_unit_test(of_many_who_wait_for_each_other_few_circles_are_told),
		cmocka_unit_test(places_of_a_circle_come_in_the_order_of_waiting),
		cmocka_unit_test(a_guard_that_may_have_been_dropped_makes_no_certain_circle),
		cmocka_unit_test(a_reader_does_not_wait_for_another_one_for_certain),
		cmocka_unit_test(the_future_of_a_block_on_may_hold_and_be_of_a_circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
