/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

/* The queue of the blocking pool: what is said of it, and what its readings do not prove. */

#define LEVEL "SELECT level || ' ' || coalesce(reason, '-') FROM verdict"
#define LOAD(column) "SELECT " column " FROM pool_load"

enum { SECOND_US = 1000000 };

/* A second of a worker that parks, with these readings of a pool. */
static sqlite3 *readings_load(const struct pool_reading *reading, size_t count, uint64_t block_us)
{
	struct scene s;

	scene_begin(&s, 1);
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 0,
				      .to = 500000,
				      .stack = PARK,
				      .syscall = SYS_EPOLL_WAIT});
	if (block_us)
		scene_span(&s, (struct span) {.tid = 11,
					      .from = 500000,
					      .to = 500000 + block_us,
					      .stack = NAP,
					      .syscall = SYS_NANOSLEEP});
	scene_window(&s, 11, 0, SECOND_US, 1000, 0, 0);
	for (size_t i = 0; i < count; i++)
		scene_pool(&s, reading[i]);
	return scene_load(&s, SECOND_US);
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Its two threads are busy from 100 ms to 800 ms, and a task waits all that time. */
static const struct pool_reading full[] = {
	{1000, 0, 0, 2, 0, 4},        {100000, 100000, 14, 4, 0, 4}, {400000, 100000, 8, 4, 0, 4},
	{800000, 100000, 1, 4, 0, 4}, {801000, 0, 0, 4, 1, 4},
};

static void a_full_pool_whose_tasks_wait_is_saturated(void **state)
{
	sqlite3 *db = readings_load(full, COUNT(full), 0);

	(void)state;
	assert_text(db, LEVEL, "SATURATED pool");
	assert_text(db, "SELECT sentence FROM verdict",
		    "all 2 threads of the blocking pool were busy while tasks waited, for at least "
		    "0.70 s of 0.80 s (87.5%): up to 14 tasks in its queue, one for 700.0 ms or "
		    "longer.");
	assert_number(db, LOAD("peak_tasks"), 14);
	assert_number(db, LOAD("longest_wait_ns / 1000"), 700000);
	assert_number(db, LOAD("waiting_ns / 1000"), 700000);
	assert_number(db, LOAD("full_ns / 1000"), 700000);
	assert_number(db, LOAD("watched_ns / 1000"), 800000);
	assert_number(db, LOAD("queued_at_end"), 0);
	assert_text(db,
		    LOAD("threads || ' ' || thread_limit || ' ' || workers || ' ' || scheduler"),
		    "4 4 2 multi_thread");
	sqlite3_close(db);
}

/* No reading lies in it; those around it say what was there. */
static void a_part_between_two_readings_of_a_full_pool_is_saturated(void **state)
{
	const int64_t capture = 1;
	struct filter part = {.from = "500ms", .to = "600ms"};
	sqlite3 *db = readings_load(full, COUNT(full), 0);

	(void)state;
	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &part, &capture, 1), STATUS_DONE);
	assert_text(db, LEVEL, "SATURATED pool");
	assert_number(db, LOAD("full_ns / 1000"), 100000);
	assert_number(db, LOAD("watched_ns / 1000"), 100000);
	assert_number(db, LOAD("longest_wait_ns / 1000"), 100000);
	assert_number(db, LOAD("peak_tasks"), 1);
	sqlite3_close(db);
}

/* A queue that had tasks at two readings may have been empty between them. */
static void only_a_task_that_is_still_there_proves_that_tasks_waited_all_the_time(void **state)
{
	static const struct pool_reading readings[] = {
		{100000, 100000, 3, 4, 0, 4},
		{300000, 300000, 3, 4, 0, 4},
		{350000, 300000, 1, 4, 0, 4},
		{950000, 950000, 2, 4, 0, 4},
	};
	sqlite3 *db = readings_load(readings, COUNT(readings), 0);

	(void)state;
	assert_text(db, LEVEL, "NOMINAL -");
	assert_number(db, LOAD("full_ns / 1000"), 50000);
	assert_number(db, LOAD("longest_wait_ns / 1000"), 50000);
	assert_number(db, LOAD("queued_at_end"), 2);
	sqlite3_close(db);
}

static void a_pool_with_a_thread_left_is_not_full(void **state)
{
	static const struct pool_reading idle[] = {{100000, 100000, 3, 4, 1, 4},
						   {800000, 100000, 3, 4, 1, 4}};
	static const struct pool_reading room[] = {{100000, 100000, 3, 3, 0, 4},
						   {800000, 100000, 3, 3, 0, 4}};
	sqlite3 *db;

	(void)state;
	db = readings_load(idle, 2, 0);
	assert_text(db, LEVEL, "NOMINAL -");
	assert_number(db, LOAD("full_ns"), 0);
	assert_number(db, LOAD("waiting_ns / 1000"), 700000);
	sqlite3_close(db);
	db = readings_load(room, 2, 0);
	assert_text(db, LEVEL, "NOMINAL -");
	assert_number(db, LOAD("full_ns"), 0);
	sqlite3_close(db);
}

/* For a millisecond. The long wait was while a thread was idle, woken and without a CPU. */
static void a_long_wait_while_a_thread_was_left_does_not_make_it_saturated(void **state)
{
	static const struct pool_reading readings[] = {
		{1000, 0, 0, 4, 1, 4},        {100000, 100000, 1, 4, 1, 4},
		{800000, 100000, 1, 4, 1, 4}, {900000, 900000, 1, 4, 0, 4},
		{901000, 900000, 1, 4, 0, 4},
	};
	sqlite3 *db = readings_load(readings, COUNT(readings), 0);

	(void)state;
	assert_text(db, LEVEL, "NOMINAL -");
	assert_number(db, LOAD("full_ns / 1000"), 1000);
	assert_number(db, LOAD("longest_wait_ns / 1000"), 700000);
	assert_number(db, LOAD("longest_full_wait_ns / 1000"), 1000);
	sqlite3_close(db);
}

/* One is full for longer by short waits, in the other a task waits for 700 ms. */
static void of_several_pools_the_one_that_is_saturated_is_told(void **state)
{
	sqlite3 *db = readings_load(full, COUNT(full), 0);

	(void)state;
	assert_int_equal(
		database_run(db,
			     "CREATE TABLE two AS SELECT * FROM pool_load; "
			     "UPDATE two SET full_percent = 3.5; "
			     "INSERT INTO two SELECT * FROM pool_load; "
			     "UPDATE two SET pool = 7, full_ns = 2 * full_ns, full_percent = 4, "
			     "longest_full_wait_ns = 30000000 WHERE full_percent > 4; "
			     "DROP VIEW pool_load; CREATE TABLE pool_load AS SELECT * FROM two"),
		0);
	assert_number(db, LOAD("count(*)"), 2);
	assert_text(db, LEVEL, "SATURATED pool");
	sqlite3_close(db);
}

static void what_is_worse_leads_and_the_pool_follows(void **state)
{
	sqlite3 *db = readings_load(full, COUNT(full), 150000);

	(void)state;
	assert_text(db, LEVEL, "WARNING blocking");
	assert_number(db,
		      "SELECT count(*) FROM verdict WHERE sentence LIKE 'polls blocked 1 worker%. "
		      "Also, all 2 threads of the blocking pool were busy%, one for 700.0 ms or "
		      "longer.'",
		      1);
	sqlite3_close(db);
	db = readings_load(full, COUNT(full), 20000);
	assert_text(db, LEVEL, "SATURATED pool");
	assert_number(db,
		      "SELECT count(*) FROM verdict WHERE sentence LIKE '% or longer; 1 blocking "
		      "span took 20.0 ms.'",
		      1);
	sqlite3_close(db);
}

/* Where the layout is unknown there is no reading; ids of tasks can be unknown by themselves. */
static void what_is_not_known_is_null(void **state)
{
	static const struct pool_reading nameless[] = {{100000, 0, 3, 4, 0, 4},
						       {800000, 0, 3, 4, 0, 4}};
	sqlite3 *db = readings_load(NULL, 0, 0);

	(void)state;
	assert_text(db, LEVEL, "NOMINAL -");
	assert_number(db, "SELECT count(*) FROM pool_load", 0);
	assert_number(db, "SELECT pool_tasks IS NULL AND pool_wait_ns IS NULL FROM verdict", 1);
	sqlite3_close(db);
	db = readings_load(nameless, 2, 0);
	assert_text(db, LEVEL, "NOMINAL -");
	assert_number(db, LOAD("peak_tasks"), 3);
	assert_number(db, LOAD("longest_wait_ns IS NULL AND waiting_ns IS NULL"), 1);
	assert_number(db, LOAD("full_ns IS NULL AND full_percent IS NULL"), 1);
	assert_number(db, "SELECT pool_tasks = 3 AND pool_wait_ns IS NULL FROM verdict", 1);
	sqlite3_close(db);
}

static void counts_that_are_not_known_are_null(void **state)
{
	static const struct pool_reading readings[] = {
		{100000, 100000, 3, HUD_NOT_KNOWN, HUD_NOT_KNOWN, HUD_NOT_KNOWN},
		{800000, 100000, 3, HUD_NOT_KNOWN, HUD_NOT_KNOWN, HUD_NOT_KNOWN}};
	sqlite3 *db = readings_load(readings, 2, 0);

	(void)state;
	assert_number(db, LOAD("threads IS NULL AND thread_limit IS NULL"), 1);
	assert_number(db, LOAD("longest_wait_ns / 1000"), 700000);
	assert_number(db, LOAD("full_ns IS NULL AND full_percent IS NULL"), 1);
	assert_text(db, LEVEL, "NOMINAL -");
	sqlite3_close(db);
}

static void a_reading_that_cannot_be_is_lost_and_counted(void **state)
{
	static const struct pool_reading after[] = {{100000, 100001, 3, 4, 0, 4}};
	static const struct pool_reading empty[] = {{100000, 99000, 0, 4, 0, 4}};
	sqlite3 *db;

	(void)state;
	db = readings_load(after, 1, 0);
	assert_number(db, "SELECT count(*) FROM pool_queue", 0);
	assert_text(db, "SELECT cause FROM loss", "record-invalid");
	sqlite3_close(db);
	db = readings_load(empty, 1, 0);
	assert_text(db, "SELECT cause FROM loss", "record-invalid");
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_pool_whose_tasks_wait_is_saturated),
		cmocka_unit_test(a_part_between_two_readings_of_a_full_pool_is_saturated),
		cmocka_unit_test(
			only_a_task_that_is_still_there_proves_that_tasks_waited_all_the_time),
		cmocka_unit_test(a_pool_with_a_thread_left_is_not_full),
		cmocka_unit_test(a_long_wait_while_a_thread_was_left_does_not_make_it_saturated),
		cmocka_unit_test(of_several_pools_the_one_that_is_saturated_is_told),
		cmocka_unit_test(what_is_worse_leads_and_the_pool_follows),
		cmocka_unit_test(what_is_not_known_is_null),
		cmocka_unit_test(counts_that_are_not_known_are_null),
		cmocka_unit_test(a_reading_that_cannot_be_is_lost_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
