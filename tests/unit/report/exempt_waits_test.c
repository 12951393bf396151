/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/fixture/analysis_fixture.h"

/* Waits that block no worker, and how they differ from those that do. */

#define TOTAL "SELECT coalesce(sum(wall_ns), 0) / 1000 FROM blocking_poll"
#define SITES "SELECT count(*) FROM site"

static void a_poll_after_block_in_place_is_exempt(void **state)
{
	sqlite3 *db = spans_load(
		100000, {.tid = 11, .from = 0, .to = 10000, .stack = PARK, .syscall = SYS_FUTEX},
		{.tid = 11,
		 .from = 11000,
		 .to = 31000,
		 .stack = IN_PLACE,
		 .syscall = SYS_NANOSLEEP},
		{.tid = 11, .from = 32000, .to = 62000, .stack = NAP, .syscall = SYS_NANOSLEEP},
		{.tid = 11, .from = 63000, .to = 70000, .stack = POOL_IDLE, .syscall = SYS_FUTEX});

	(void)state;
	assert_number(db, SITES, 0);
	assert_number(db, "SELECT without_core_ns FROM blocking_pool", 30000000);
	assert_number(db, "SELECT block_in_place_ns FROM blocking_pool", 20000000);
	assert_number(db, "SELECT wall_ns <= 13000000 FROM worker", 1);
	sqlite3_close(db);
}

/* It may be in block_in_place, which the shape of a function does not always show. */
static void a_sleep_under_functions_without_names_that_shows_nothing_blocks_no_worker(void **state)
{
	static const struct {
		enum fake_stack stack;
		int64_t blocked_us;
	} cases[] = {{SHAPELESS, 0}, {UNKNOWN, 30000}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sqlite3 *db = spans_load(
			100000, {.tid = 11, .to = 10000, .stack = PARK, .syscall = SYS_EPOLL_WAIT},
			{.tid = 11,
			 .from = 11000,
			 .to = 41000,
			 .stack = cases[i].stack,
			 .syscall = SYS_NANOSLEEP});

		assert_number(db, TOTAL, cases[i].blocked_us);
		sqlite3_close(db);
	}
}

static void a_poll_before_work_in_the_pool_had_no_core(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s,
		   (struct span) {
			   .tid = 11, .from = 0, .to = 10000, .stack = PARK, .syscall = SYS_FUTEX});
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 32000,
				      .to = 62000,
				      .stack = NAP,
				      .syscall = SYS_NANOSLEEP});
	scene_sample(&s, 11, 63000, 62000, POOL);
	db = scene_load(&s, 100000);
	assert_number(db, SITES, 0);
	sqlite3_close(db);
}

static void a_park_after_block_in_place_gives_the_core_back(void **state)
{
	sqlite3 *db = spans_load(
		100000,
		{.tid = 11, .from = 0, .to = 10000, .stack = IN_PLACE, .syscall = SYS_FUTEX},
		{.tid = 11, .from = 11000, .to = 31000, .stack = PARK, .syscall = SYS_FUTEX},
		{.tid = 11, .from = 32000, .to = 62000, .stack = NAP, .syscall = SYS_NANOSLEEP});

	(void)state;
	assert_number(db, TOTAL, 30000);
	sqlite3_close(db);
}

static void a_poll_between_block_in_place_and_a_park_is_exempt(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11, .from = 0, .to = 10000, .stack = IN_PLACE},
				 {.tid = 11, .from = 11000, .to = 31000, .stack = NAP},
				 {.tid = 11, .from = 32000, .to = 62000, .stack = PARK});

	(void)state;
	assert_number(db, SITES, 0);
	sqlite3_close(db);
}

static void a_poll_before_block_in_place_had_its_core(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11, .from = 0, .to = 20000, .stack = NAP},
				 {.tid = 11, .from = 21000, .to = 31000, .stack = IN_PLACE},
				 {.tid = 11, .from = 32000, .to = 62000, .stack = POOL_IDLE});

	(void)state;
	assert_number(db, TOTAL, 20000);
	sqlite3_close(db);
}

static void the_pool_and_plain_threads_may_block(void **state)
{
	static const enum fake_stack exempt[] = {POOL, POOL_IDLE, IN_PLACE, ROOT, OTHER};

	(void)state;
	for (size_t i = 0; i < sizeof(exempt) / sizeof(*exempt); i++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		scene_span(&s, (struct span) {.tid = 20,
					      .from = 0,
					      .to = 90000,
					      .stack = exempt[i],
					      .syscall = SYS_FSYNC});
		scene_samples(&s, 20, 91000, 99000, 90000, exempt[i]);
		db = scene_load(&s, 100000);
		assert_number(db, SITES, 0);
		assert_number(db, "SELECT count(*) FROM worker", 0);
		sqlite3_close(db);
	}
}

static void an_unclassified_sleep_of_a_thread_that_is_no_worker_is_no_site(void **state)
{
	sqlite3 *db = spans_load(
		100000,
		{.tid = 20, .from = 0, .to = 20000, .stack = UNKNOWN, .syscall = SYS_FSYNC});

	(void)state;
	assert_number(db, SITES, 0);
	sqlite3_close(db);
}

/* Sites of a worker whose stack is unclassified, by the thread that ended its wait for a futex. */
static int64_t sites_of_unclear_wait(enum fake_stack waker)
{
	struct scene s;
	sqlite3 *db;
	int64_t sites;

	scene_begin(&s, 1);
	scene_span(&s, (struct span) {.tid = 11, .from = 0, .to = 10000, .stack = PARK});
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 11000,
				      .to = 31000,
				      .stack = UNKNOWN,
				      .syscall = SYS_FUTEX,
				      .waker_tid = 20,
				      .waker_stack = waker});
	db = scene_load(&s, 100000);
	sites = database_number(
		db, "SELECT count(*) FROM site WHERE function = 'unknown' AND cause = 'lock'", -1);
	sqlite3_close(db);
	return sites;
}

static void the_waker_of_a_futex_distinguishes_a_lock_from_a_park(void **state)
{
	(void)state;
	assert_int_equal(sites_of_unclear_wait(OTHER), 1);
	assert_int_equal(sites_of_unclear_wait(POOL), 1);
	assert_int_equal(sites_of_unclear_wait(RUNTIME), 0);
	assert_int_equal(sites_of_unclear_wait(HASH), 0);
	assert_int_equal(sites_of_unclear_wait(ROOT), 0);
	assert_int_equal(sites_of_unclear_wait(UNKNOWN), 0);
	assert_int_equal(sites_of_unclear_wait(NO_STACK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_poll_after_block_in_place_is_exempt),
		cmocka_unit_test(
			a_sleep_under_functions_without_names_that_shows_nothing_blocks_no_worker),
		cmocka_unit_test(a_poll_before_work_in_the_pool_had_no_core),
		cmocka_unit_test(a_park_after_block_in_place_gives_the_core_back),
		cmocka_unit_test(a_poll_between_block_in_place_and_a_park_is_exempt),
		cmocka_unit_test(a_poll_before_block_in_place_had_its_core),
		cmocka_unit_test(the_pool_and_plain_threads_may_block),
		cmocka_unit_test(an_unclassified_sleep_of_a_thread_that_is_no_worker_is_no_site),
		cmocka_unit_test(the_waker_of_a_futex_distinguishes_a_lock_from_a_park),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
