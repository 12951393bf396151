/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a dump says of threads: who polls what, the blocking pool, block_on; and of joins. */
#include "format/wire/events.h"
#include "format/wire/tasks.h"
#include "tests/unit/fixture/dumps_fixture.h"

static void a_polled_task_has_the_stack_that_the_dump_took_of_its_thread(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	polled_add(&s, 5, 11);
	polled_add(&s, 6, 12);
	dump_thread(&s, 11, 5, NAP);
	dump_thread(&s, 12, 7, NAP); /* it polls another one by now */
	db = dump_load(&s);
	assert_text(db,
		    "SELECT asleep || ' ' || cause || ' in ' || function || ', ' || file || ':' "
		    "|| line FROM polled_tasks WHERE task_id = 5",
		    "1 sleep in demo::sleepy::nap, src/sleepy.rs:12");
	assert_number(db, "SELECT asleep_ns IS NULL FROM polled_tasks WHERE task_id = 5", 1);
	assert_number(db,
		      "SELECT asleep + (function IS NOT NULL) FROM polled_tasks "
		      "WHERE task_id = 6",
		      0);
	sqlite3_close(db);
}

static void closures_that_wait_for_the_pool_are_counted_and_known_to_who_awaits_them(void **state)
{
	struct hud_task_pool pool = {
		.head = {HUD_TASK_POOL, 0, sizeof(pool)},
		.pool = 1,
		.scheduler = HUD_SCHEDULER_MULTI_THREAD,
		.threads = 4,
		.idle = HUD_NOT_KNOWN,
		.limit = 4,
		.workers = 2,
		.queued = 3,
		.listed = 2,
	};
	struct hud_task_closure closure = {.head = {HUD_TASK_CLOSURE, 0, sizeof(closure)},
					   .pool = 1};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	joining(&s, 5, 20);
	joining(&s, 6, 21);
	pool.process = closure.process = s.process;
	pool.dump = closure.dump = dump_of(&s);
	closure.site = s.stack[NAP];
	scene_event(&s, &pool);
	for (closure.task = 20; closure.task < 23; closure.task += 2)
		scene_event(&s, &closure);
	dump_thread(&s, 13, 21, POOL);
	db = dump_load(&s);
	assert_text(db,
		    "SELECT closures || ' of ' || queued || ' ' || example || ' ' || task || ' ' "
		    "|| (idle IS NULL) FROM task_pools",
		    "2 of 3 20 demo::sleepy::run 1");
	assert_text(db,
		    "SELECT group_concat(task_id || ' ' || closure, ', ') FROM task_joins "
		    "WHERE level = 2",
		    "20 queued, 21 running");
	assert_text(db, "SELECT task FROM task_joins WHERE task_id = 20", "demo::sleepy::run");
	assert_number(db, "SELECT tid FROM task_joins WHERE task_id = 21", 13);
	sqlite3_close(db);
}

/* The runtime's variable may keep the id of the closure that the thread ran last. */
static void a_thread_of_the_pool_that_waits_for_work_runs_no_closure(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	joining(&s, 5, 20);
	joining(&s, 6, 21);
	dump_thread(&s, 12, 20, POOL);
	dump_thread(&s, 13, 21, POOL_IDLE);
	db = dump_load(&s);
	assert_text(
		db,
		"SELECT group_concat(task_id || ' ' || coalesce(closure || ' by ' || tid, '-'), "
		"', ') FROM task_joins WHERE level = 2",
		"20 running by 12, 21 -");
	sqlite3_close(db);
}

static void a_thread_in_block_on_is_said_to_be(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	dump_thread(&s, 10, 0, ROOT);
	dump_thread(&s, 11, 0, PARK);
	dump_thread(&s, 12, 0, NO_STACK); /* refused: it has none */
	db = dump_load(&s);
	assert_text(db,
		    "SELECT group_concat(tid || ' ' || block_on || ' ' || parked, ', ') "
		    "FROM task_threads",
		    "10 1 0, 11 0 0");
	assert_text(db, "SELECT function FROM task_threads WHERE block_on", "demo::root");
	assert_number(db, "SELECT count FROM loss WHERE cause = 'record-invalid'", 1);
	sqlite3_close(db);
}

/* Of tasks that were polled it is known where their threads were. */
static void a_polled_task_has_what_its_thread_did(void **state)
{
	struct hud_task polled = {
		.head = {HUD_TASK, 0, sizeof(polled)},
		.task = 5,
		.owner = 1,
		.outcome = HUD_TASK_POLLING,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 500000,
				      .to = 1500000,
				      .stack = NAP,
				      .syscall = SYS_NANOSLEEP});
	polled.process = s.process;
	polled.dump = dump_of(&s);
	polled.site = s.stack[NAP];
	polled.tid = 11;
	scene_event(&s, &polled);
	polled.task = 6;
	polled.tid = 12; /* of which nothing is recorded */
	scene_event(&s, &polled);
	waiting(&s, 7, 7, HUD_LEAF_ACQUIRE, 90);
	dump_end(&s, 1000);
	db = scene_load(&s, 5000000);
	assert_text(db,
		    "SELECT group_concat(task_id || ' ' || tid || ' ' || coalesce((asleep_ns / "
		    "1000000) || ' ' || cause || ' ' || function || ' ' || line, '-'), ', ') FROM "
		    "(SELECT * FROM polled_tasks ORDER BY task_id)",
		    "5 11 500 sleep demo::sleepy::nap 12, 6 12 -");
	assert_number(db, "SELECT polled FROM task_resources", 2);
	sqlite3_close(db);
}

static void tasks_stand_below_those_that_await_their_end(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	joining(&s, 5, 6);
	joining(&s, 6, 7);
	joining(&s, 8, 7);
	joining(&s, 9, 99); /* which is in no list */
	waiting(&s, 7, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 4, 7, HUD_LEAF_ACQUIRE, 90);
	dump_end(&s, 1000);
	db = scene_load(&s, 5000000);
	assert_text(db,
		    "SELECT group_concat(level || ':' || task_id || coalesce(' ' || leaf, ''), "
		    "', ') FROM (SELECT * FROM task_joins ORDER BY path)",
		    "1:5 join, 2:6 join, 3:7 acquire, 1:8 join, 2:7 acquire, 1:9 join, 2:99");
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_polled_task_has_the_stack_that_the_dump_took_of_its_thread),
		cmocka_unit_test(
			closures_that_wait_for_the_pool_are_counted_and_known_to_who_awaits_them),
		cmocka_unit_test(a_thread_of_the_pool_that_waits_for_work_runs_no_closure),
		cmocka_unit_test(a_thread_in_block_on_is_said_to_be),
		cmocka_unit_test(a_polled_task_has_what_its_thread_did),
		cmocka_unit_test(tasks_stand_below_those_that_await_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
