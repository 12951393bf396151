/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/fixture/analysis_fixture.h"

/* The list of blocking sites by function. */

/* A function that sleeps, waits for a lock, and computes in a function that it calls. */
static sqlite3 *scene_of_functions(void)
{
	struct scene s;

	scene_begin(&s, 1);
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 10000,
				      .to = 70000,
				      .stack = NAP,
				      .syscall = SYS_NANOSLEEP});
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 80000,
				      .to = 100000,
				      .stack = NAP,
				      .wakeup = 100000,
				      .syscall = SYS_FUTEX,
				      .waker_tid = 20,
				      .waker_stack = OTHER});
	scene_samples(&s, 12, 5000, 25000, 1000, HASH);
	scene_sample(&s, 12, 27500, 1000, RUNTIME);
	return scene_load(&s, 200000);
}

static void a_function_is_one_row_with_the_shares_of_its_causes(void **state)
{
	sqlite3 *db = scene_of_functions();

	(void)state;
	assert_text(db,
		    "SELECT group_concat(function || ': ' || causes || ' ' || count || ' ' || "
		    "total_ns || ' ' || max_ns || ' ' || rest, '; ') FROM blocking_functions",
		    "demo::sleepy::nap: sleep 75%, lock 25% 2 80000000 60000000 1; "
		    "demo::hasher::hash: cpu 1 22500000 22500000 0");
	/* Also where waits for locks are not the most of it. */
	assert_number(db,
		      "SELECT wakers LIKE 'demo::holder::hold%' FROM blocking_functions WHERE "
		      "function = 'demo::sleepy::nap'",
		      1);
	assert_number(db, "SELECT sum(total_ns) FROM blocking_functions",
		      database_number(db, "SELECT sum(blocked_ns) FROM site_time", -1));
	assert_number(db, "SELECT total(share) = 1 FROM blocking_functions", 1);
	sqlite3_close(db);
}

static void work_is_named_by_the_boundary_and_says_where_most_of_it_was(void **state)
{
	sqlite3 *db = scene_of_functions();

	(void)state;
	assert_text(db,
		    "SELECT function || ' ' || leaf || ' ' || leaf_file || ' ' || leaf_line || ' ' "
		    "|| leaf_share FROM blocking_sites WHERE cause = 'cpu'",
		    "demo::hasher::hash demo::hasher::mix src/hasher.rs 40 1.0");
	assert_text(db, "SELECT file || ' ' || line FROM blocking_sites WHERE cause = 'cpu'",
		    "src/hasher.rs 9");
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_one_row_with_the_shares_of_its_causes),
		cmocka_unit_test(work_is_named_by_the_boundary_and_says_where_most_of_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
