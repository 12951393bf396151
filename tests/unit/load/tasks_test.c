/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dumps of tasks: who waits where, for what, who holds it, and who waits for each other. */
#include "format/plan/tasks.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/tasks.h"
#include "tests/unit/fixture/dumps_fixture.h"

#include <string.h>

static void tasks_that_wait_by_the_same_awaits_are_one_group(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 91);
	holding(&s, 6, 92);
	waiting(&s, 7, 8, HUD_LEAF_ACQUIRE, 90);
	db = dump_load(&s);
	assert_number(db, "SELECT count(*) FROM task_groups", 2);
	assert_number(db, "SELECT tasks FROM task_groups WHERE example = 5", 2);
	assert_number(db, "SELECT tasks FROM task_groups WHERE example = 7", 1);
	assert_text(
		db,
		"SELECT task || ' ' || place || ' ' || place_file || ':' || place_line || ' ' || "
		"waits_in || ' ' || leaf || ' ' || scheduler FROM dumped_tasks WHERE task_id = 7",
		"demo::type_10 demo::type_20 src/tasks.rs:8 tokio::type_1010 acquire "
		"multi_thread");
	assert_number(db, "SELECT count(*) FROM loss WHERE cause = 'record-invalid'", 0);
	sqlite3_close(db);
}

static void a_frame_belongs_to_the_last_one_that_is_less_deep(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	holding(&s, 5, 92);
	db = dump_load(&s);
	assert_text(db,
		    "SELECT group_concat(coalesce(p.position, '-')) FROM task_frame AS f "
		    "LEFT JOIN task_frame AS p ON p.id = f.parent ORDER BY f.position",
		    "-,0,1,2,1");
	sqlite3_close(db);
}

static void holders_and_waiters_of_a_resource_are_named(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 7, 8, HUD_LEAF_SLEEP, 0);
	holding(&s, 7, 90);
	waiting(&s, 8, 7, HUD_LEAF_NOTIFIED, 91);
	db = dump_load(&s);
	assert_text(
		db,
		"SELECT waiters || ' ' || holders || ' ' || holder || ' ' || free_permits || ' ' "
		"|| holder_line FROM task_resources WHERE resource = 90",
		"2 1 7 0 8");
	assert_text(db, "SELECT waiters || ' ' || holders FROM task_resources WHERE resource = 91",
		    "1 0");
	assert_number(db, "SELECT count(*) FROM task_waits_for WHERE other = 7 AND certain", 2);
	assert_number(db, "SELECT count(*) FROM task_cycles", 0);
	sqlite3_close(db);
}

/*
 * A server's task, as its library spawns it: it waits for a socket, for a request that INNER
 * handles, at this line, and by a function of the library that is not shown for a signal.
 */
static void serving(struct scene *s, uint64_t id, uint64_t line, uint64_t resource)
{
	static const struct hud_task_frame around[] = {
		{.entry = LOCK_FN, .depth = 0, .kind = HUD_FRAME_FUTURE},
		{.entry = SOCKET, .depth = 1, .kind = HUD_FRAME_WAIT, .leaf = HUD_LEAF_FD},
		{.entry = DRAIN, .depth = 1, .kind = HUD_FRAME_FUTURE},
		{.entry = CHANGED, .depth = 2, .kind = HUD_FRAME_FUTURE},
		{.entry = ACQUIRE,
		 .depth = 3,
		 .kind = HUD_FRAME_WAIT,
		 .leaf = HUD_LEAF_NOTIFIED,
		 .resource = 80},
	};

	task_add(s, id, HUD_TASK_READ);
	frame_add(s, id, around[0]);
	frame_add(s, id, around[1]);
	frame_add(
		s, id,
		(struct hud_task_frame) {
			.entry = INNER, .variant = line, .depth = 1, .kind = HUD_FRAME_COROUTINE});
	frame_add(s, id,
		  (struct hud_task_frame) {.entry = ACQUIRE,
					   .depth = 2,
					   .number = 1,
					   .kind = HUD_FRAME_WAIT,
					   .leaf = HUD_LEAF_ACQUIRE,
					   .frame_flags = HUD_FRAME_HAS_PERMITS,
					   .resource = resource});
	for (size_t i = 2; i < sizeof(around) / sizeof(around[0]); i++)
		frame_add(s, id, around[i]);
}

static void of_a_servers_tasks_the_code_of_the_user_is_the_place(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	serving(&s, 5, 7, 90);
	holding(&s, 5, 91);
	serving(&s, 6, 7, 90);
	serving(&s, 7, 8, 91);
	waiting(&s, 8, 9, HUD_LEAF_SLEEP, 0);
	holding(&s, 8, 90);
	db = dump_load(&s);
	assert_text(db, "SELECT place || ' ' || place_line FROM dumped_tasks WHERE task_id = 7",
		    "demo::type_20 8");
	assert_text(db,
		    "SELECT waiters || ' ' || waits_in || ' ' || waits_file || ':' || waits_line "
		    "|| ', ' || holder || ' ' || holder_line FROM task_resources "
		    "WHERE resource = 90",
		    "2 tokio::type_1020 src/tasks.rs:7, 8 9");
	assert_text(db, "SELECT waits_in FROM task_resources WHERE resource = 80",
		    "tokio::type_1040");
	assert_number(db, "SELECT waits_line IS NULL FROM task_resources WHERE resource = 80", 1);
	sqlite3_close(db);
}

static void a_frame_stands_below_the_one_shown_that_awaits_it(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	serving(&s, 5, 7, 90);
	db = dump_load(&s);
	assert_text(db,
		    "SELECT group_concat(level || ' ' || name, ', ') FROM task_awaits "
		    "ORDER BY position",
		    "1 tokio::type_1010, 2 tokio::type_1050, 2 demo::type_20, "
		    "3 tokio::type_1020, 2 tokio::type_1040, 3 tokio::type_1020");
	sqlite3_close(db);
}

/* TOP awaits a set of so many, with INNER at each of these lines. */
static void awaiting(struct scene *s, uint64_t id, uint64_t number, const uint64_t *lines,
		     size_t count)
{
	task_add(s, id, HUD_TASK_READ);
	frame_add(s, id, (struct hud_task_frame) {.entry = TOP, .kind = HUD_FRAME_COROUTINE});
	frame_add(s, id,
		  (struct hud_task_frame) {.entry = SOCKET,
					   .depth = 1,
					   .number = number,
					   .kind = count ? HUD_FRAME_FUTURE : HUD_FRAME_WAIT,
					   .leaf = HUD_LEAF_SET});
	for (size_t i = 0; i < count; i++) {
		frame_add(s, id,
			  (struct hud_task_frame) {.entry = INNER,
						   .variant = lines[i],
						   .depth = 2,
						   .kind = HUD_FRAME_COROUTINE});
		frame_add(s, id,
			  (struct hud_task_frame) {.entry = ACQUIRE,
						   .depth = 3,
						   .number = 10 + i,
						   .kind = HUD_FRAME_WAIT,
						   .leaf = HUD_LEAF_JOIN});
	}
}

static void futures_of_a_set_that_are_alike_are_there_once(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	awaiting(&s, 5, 9, (const uint64_t[]) {7, 8, 7, 7}, 4);
	db = dump_load(&s);
	assert_text(db,
		    "SELECT group_concat(level || ' ' || times || ' ' || coalesce(line, '-') || "
		    "' ' || coalesce(what, '-'), ', ') FROM task_awaits ORDER BY position",
		    "1 1 - -, 2 1 - 9 futures, of which 4 were read, 3 3 7 -, "
		    "4 1 - for task 10 …, 3 1 8 -, 4 1 - for task 11");
	assert_number(db, "SELECT sets FROM task_dumps", 0);
	assert_number(db, "SELECT count(*) FROM task_waits_for WHERE waiter = 5", 4);
	sqlite3_close(db);
}

static void the_chain_of_a_set_is_which_futures_are_in_it(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	awaiting(&s, 5, 3, (const uint64_t[]) {7, 8, 7}, 3);
	awaiting(&s, 6, 2, (const uint64_t[]) {8, 7}, 2);
	awaiting(&s, 7, 1, (const uint64_t[]) {7}, 1);
	awaiting(&s, 8, 40, NULL, 0);
	db = dump_load(&s);
	assert_text(db,
		    "SELECT group_concat(tasks || ' from ' || example, ', ') FROM (SELECT * FROM "
		    "task_groups ORDER BY example)",
		    "2 from 5, 1 from 7, 1 from 8");
	assert_number(db, "SELECT sets FROM task_dumps", 1);
	assert_text(db, "SELECT what FROM task_awaits WHERE example = 8 AND position = 1",
		    "a set of 40 futures, which were not read");
	sqlite3_close(db);
}

static void a_circle_says_where_each_waits_for_the_next(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	serving(&s, 5, 7, 90);
	holding(&s, 5, 91);
	serving(&s, 6, 8, 91);
	frame_add(&s, 6,
		  (struct hud_task_frame) {
			  .entry = INNER, .variant = 9, .depth = 1, .kind = HUD_FRAME_COROUTINE});
	holding(&s, 6, 90);
	db = dump_load(&s);
	assert_text(db, "SELECT places FROM task_cycles",
		    "demo::type_20 src/tasks.rs:7 → demo::type_20 src/tasks.rs:8");
	assert_number(db, "SELECT certain FROM task_cycles", 0);
	sqlite3_close(db);
}

static void a_dump_has_a_task_once_and_ends_once(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	task_add(&s, 5, HUD_TASK_READ);
	dump_end(&s, 0);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	dump_end(&s, 100);
	s.stack[NO_STACK]--;
	task_add(&s, 6, HUD_TASK_READ); /* of the dump that has ended */
	db = dump_load(&s);
	assert_text(db, "SELECT group_concat(dump || ' ' || task_id) FROM dumped_task", "1 5,2 5");
	assert_number(db, "SELECT count(*) FROM task_dump", 2);
	assert_number(db, "SELECT count FROM loss WHERE cause = 'record-invalid'", 3);
	assert_number(db, "SELECT max(dumps) FROM task_stays", 2);
	sqlite3_close(db);
}

static void a_semaphore_with_enough_permits_is_waited_for_by_nobody(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	task_add(&s, 6, HUD_TASK_READ);
	frame_add(&s, 6,
		  (struct hud_task_frame) {.entry = GUARD_TYPE,
					   .kind = HUD_FRAME_HOLD,
					   .leaf = HUD_LEAF_GUARD,
					   .permits = 2 << 1,
					   .frame_flags = HUD_FRAME_HAS_PERMITS,
					   .resource = 90});
	db = dump_load(&s);
	assert_number(db, "SELECT count(*) FROM task_waits_for", 0);
	sqlite3_close(db);
}

static void frames_of_no_task_are_refused_and_counted(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	frame_add(&s, 5, (struct hud_task_frame) {.entry = TOP, .kind = HUD_FRAME_COROUTINE});
	task_add(&s, 5, HUD_TASK_READ);
	frame_add(&s, 6, (struct hud_task_frame) {.entry = TOP, .kind = HUD_FRAME_COROUTINE});
	frame_add(&s, 5, (struct hud_task_frame) {.entry = TOP, .kind = 77});
	frame_add(&s, 5, (struct hud_task_frame) {.entry = TOP, .kind = 1, .depth = 300});
	frame_add(&s, 5, (struct hud_task_frame) {.entry = UINT64_MAX, .kind = 1});
	task_add(&s, 6, 99);
	db = dump_load(&s);
	assert_number(db, "SELECT count FROM loss WHERE cause = 'record-invalid'", 6);
	assert_number(db, "SELECT count(*) FROM dumped_task", 1);
	assert_number(db, "SELECT count(*) FROM task_frame", 0);
	assert_number(db, "SELECT count(*) FROM pragma_foreign_key_check", 0);
	sqlite3_close(db);
}

static void tasks_that_could_not_be_read_are_groups_of_their_own(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	task_add(&s, 5, HUD_TASK_MOVING);
	task_add(&s, 6, HUD_TASK_MOVING);
	task_add(&s, 7, HUD_TASK_POLLING);
	db = dump_load(&s);
	assert_number(db, "SELECT tasks FROM task_groups WHERE outcome = 'moving'", 2);
	assert_number(db, "SELECT tasks FROM task_outcomes WHERE outcome = 'polling'", 1);
	assert_text(db, "SELECT task FROM dumped_tasks WHERE task_id = 5", "demo::sleepy::run");
	sqlite3_close(db);
}

static void what_became_of_tasks_between_dumps_is_counted(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90); /* stays */
	waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 90); /* goes on */
	waiting(&s, 7, 7, HUD_LEAF_ACQUIRE, 90); /* ends */
	waiting(&s, 8, 7, HUD_LEAF_ACQUIRE, 90); /* is being polled */
	dump_end(&s, 0);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 6, 8, HUD_LEAF_ACQUIRE, 90);
	task_add(&s, 8, HUD_TASK_POLLING);
	waiting(&s, 9, 7, HUD_LEAF_ACQUIRE, 90); /* is new */
	dump_end(&s, 1000);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 90); /* is back, and was away */
	dump_end(&s, 3000);
	db = scene_load(&s, 5000000);
	assert_text(
		db,
		"SELECT tasks || ' ' || new || ' ' || gone || ' ' || same || ' ' || moved || ' ' "
		"|| unknown FROM task_changes WHERE dump = 2 AND task = 'demo::type_10'",
		"3 1 1 1 1 0");
	assert_text(db,
		    "SELECT tasks || ' ' || unknown FROM task_changes WHERE dump = 2 AND "
		    "task <> 'demo::type_10'",
		    "1 1");
	assert_number(db, "SELECT after_ns FROM task_changes WHERE dump = 3 LIMIT 1", 1999999000);
	assert_number(db, "SELECT seen_ns FROM task_stays WHERE dump = 3 AND task_id = 5",
		      2999999000);
	assert_number(db, "SELECT dumps FROM task_stays WHERE dump = 3 AND task_id = 5", 3);
	assert_number(db, "SELECT seen_ns FROM task_stays WHERE dump = 3 AND task_id = 6", 0);
	assert_number(db, "SELECT seen_ns FROM task_awaits WHERE dump = 3 AND position = 0",
		      2999999000);
	sqlite3_close(db);
}

/* A list that changes each time it is read, or a limit: whether a task was there is not known. */
static void of_a_dump_that_is_not_whole_nothing_is_said_to_have_ended(void **state)
{
	static const struct dump_shape shapes[] = {
		{.runtimes = 1, .broken = 1}, {.runtimes = 1, .cut = true}, {.runtimes = 1}};
	static const char *const expected[] = {"1 0 0 1", "1 0 0 1", "1 0 1 0"};
	struct scene s;
	sqlite3 *db;

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		scene_begin(&s, 1);
		waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
		waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 90);
		dump_end(&s, 0);
		waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
		dump_end_as(&s, 1000, shapes[i]);
		waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
		waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 90);
		dump_end(&s, 2000);
		db = scene_load(&s, 5000000);
		assert_text(db,
			    "SELECT tasks || ' ' || new || ' ' || gone || ' ' || unknown FROM "
			    "task_changes WHERE dump = 2",
			    expected[i]);
		assert_number(db, "SELECT new FROM task_changes WHERE dump = 3", i == 2);
		assert_number(db, "SELECT dumps FROM task_growth", i == 2 ? 3 : 2);
		sqlite3_close(db);
	}
}

static void tasks_that_ended_while_a_dump_was_read_are_not_counted(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	task_add(&s, 5, HUD_TASK_UNKNOWN);
	task_add(&s, 6, HUD_TASK_UNKNOWN);
	dump_end(&s, 0);
	task_add(&s, 5, HUD_TASK_UNKNOWN);
	task_add(&s, 6, HUD_TASK_GONE);
	task_add(&s, 7, HUD_TASK_GONE);
	dump_end(&s, 1000);
	db = scene_load(&s, 5000000);
	assert_text(db,
		    "SELECT tasks || ' ' || new || ' ' || gone FROM task_changes WHERE dump = 2",
		    "1 0 1");
	assert_number(db, "SELECT tasks_last FROM task_growth", 1);
	sqlite3_close(db);
}

/* From no task to some is no growth: the program has begun. */
static void the_first_tasks_of_a_type_are_no_leak(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	dump_end(&s, 0);
	for (uint64_t at = 1000; at < 4000; at += 1000) {
		for (uint64_t id = 5; id < 10; id++)
			task_add(&s, id, HUD_TASK_UNKNOWN);
		dump_end(&s, at);
	}
	db = scene_load(&s, 5000000);
	assert_text(db, "SELECT tasks_first || ' ' || dumps || ' ' || rises FROM task_growth",
		    "5 3 0");
	sqlite3_close(db);
}

static void a_type_of_which_there_are_ever_more_grows(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	task_add(&s, 5, HUD_TASK_UNKNOWN);
	waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 90);
	dump_end(&s, 0);
	for (uint64_t id = 5; id < 8; id++)
		task_add(&s, id, HUD_TASK_UNKNOWN);
	waiting(&s, 20, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 21, 7, HUD_LEAF_ACQUIRE, 90);
	dump_end(&s, 1000);
	for (uint64_t id = 5; id < 12; id++)
		task_add(&s, id, HUD_TASK_UNKNOWN);
	dump_end(&s, 3000);
	db = scene_load(&s, 5000000);
	assert_text(db,
		    "SELECT group_concat(task || ' ' || tasks_first || ' ' || tasks_last || ' ' || "
		    "never_less || ' ' || rises, ', ') FROM (SELECT * FROM task_growth ORDER BY "
		    "task)",
		    "demo::sleepy::run 1 7 1 2, demo::type_10 1 0 0 1");
	assert_number(db, "SELECT min(wall_ns) FROM task_growth", 3000000000);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_that_wait_by_the_same_awaits_are_one_group),
		cmocka_unit_test(a_frame_belongs_to_the_last_one_that_is_less_deep),
		cmocka_unit_test(holders_and_waiters_of_a_resource_are_named),
		cmocka_unit_test(of_a_servers_tasks_the_code_of_the_user_is_the_place),
		cmocka_unit_test(a_frame_stands_below_the_one_shown_that_awaits_it),
		cmocka_unit_test(futures_of_a_set_that_are_alike_are_there_once),
		cmocka_unit_test(the_chain_of_a_set_is_which_futures_are_in_it),
		cmocka_unit_test(a_circle_says_where_each_waits_for_the_next),
		cmocka_unit_test(a_dump_has_a_task_once_and_ends_once),
		cmocka_unit_test(a_semaphore_with_enough_permits_is_waited_for_by_nobody),
		cmocka_unit_test(frames_of_no_task_are_refused_and_counted),
		cmocka_unit_test(tasks_that_could_not_be_read_are_groups_of_their_own),
		cmocka_unit_test(what_became_of_tasks_between_dumps_is_counted),
		cmocka_unit_test(of_a_dump_that_is_not_whole_nothing_is_said_to_have_ended),
		cmocka_unit_test(tasks_that_ended_while_a_dump_was_read_are_not_counted),
		cmocka_unit_test(the_first_tasks_of_a_type_are_no_leak),
		cmocka_unit_test(a_type_of_which_there_are_ever_more_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
