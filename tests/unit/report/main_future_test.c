/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter.h"
#include "format/wire/events.h"
#include "tests/unit/fixture/analysis_fixture.h"

/* What blocks the main future is a site like any other, and blocks no worker. */

static void block_of_root(struct scene *s, uint32_t tid, uint64_t from, uint64_t to, uint32_t flags)
{
	scene_span(s, (struct span) {.tid = tid,
				     .from = from,
				     .to = to,
				     .stack = ROOT,
				     .syscall = SYS_NANOSLEEP,
				     .flags = flags});
}

static void worker_is_idle(struct scene *s)
{
	scene_begin(s, 1);
	scene_window(s, 11, 0, 1000000, 1000, 0, 0);
	scene_samples(s, 11, 5000, 8000, 1000, TINY);
}

/* It is no worker, so that it blocks itself and what it joins. */
static void a_main_future_that_blocks_is_told_apart_from_workers(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	worker_is_idle(&s);
	block_of_root(&s, 10, 50000, 150000, 0);
	block_of_root(&s, 10, 200000, 204000, 0); /* under the threshold */
	scene_samples(&s, 10, 300000, 350000, 299000, ROOT);
	block_of_root(&s, 20, 100000, 400000, 0); /* a thread of its own may be there to block */
	/* Its worker waits for a CPU now and then: less than the main future blocks. */
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 880000,
				      .to = 910000,
				      .wakeup = 890000,
				      .stack = PARK,
				      .syscall = SYS_EPOLL_WAIT});
	db = scene_load(&s, 1000000);
	assert_text(db,
		    "SELECT group_concat(function || ' ' || cause || ' ' || count || ' ' || "
		    "(total_ns / 1000)) FROM main_sites",
		    "demo::root sleep 1 100000,demo::root cpu 1 52250");
	assert_text(db,
		    "SELECT group_concat(cause || ' ' || advice_function || ' ' || documentation) "
		    "FROM (SELECT * FROM main_sites ORDER BY cause)",
		    "cpu demo::root tokio, \"CPU-bound tasks and blocking code\","
		    "sleep demo::root tokio::time");
	/* For both causes: each took a good part of its time. */
	assert_text(db,
		    "SELECT group_concat(coalesce(sites, 'none') || ' ' || main_sites) "
		    "FROM site_remedy",
		    "none 1,none 1");
	assert_text(db, "SELECT level || ' ' || reason FROM verdict", "WARNING main");
	assert_number(db, "SELECT main_blocked_ns / 1000 FROM verdict", 152250);
	assert_number(db, "SELECT blocking_ns FROM verdict", 0);
	sqlite3_close(db);
}

/* One that is ready again and again, as with yield_now(), never sleeps, and looks like one poll. */
static void runs_of_samples_alone_make_no_warning_of_a_main_future(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	worker_is_idle(&s);
	scene_samples(&s, 10, 100000, 900000, 99000, ROOT);
	db = scene_load(&s, 1000000);
	assert_text(db, "SELECT level || ' ' || reason FROM verdict", "CAUTION main");
	assert_number(db,
		      "SELECT count(*) FROM verdict WHERE sentence LIKE 'the main future blocked "
		      "for up to 80_._ ms of 1.00 s (80._%), 1 time, the longest up to 80_._ ms;%'",
		      1);
	sqlite3_close(db);
}

/* That may be meant: a main that waits for a signal, say. */
static void a_main_future_in_one_wait_all_the_time_is_no_more_than_caution(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	worker_is_idle(&s);
	block_of_root(&s, 10, 0, 1000000, HUD_OFFCPU_OPEN | HUD_OFFCPU_AT_ATTACH);
	db = scene_load(&s, 1000000);
	assert_text(db, "SELECT level || ' ' || reason FROM verdict", "CAUTION main");
	assert_number(db, "SELECT longest_open AND longest_at_attach FROM main_sites", 1);
	sqlite3_close(db);
}

/* Of two processes: what one means to do does not hide what blocks the other. */
static void of_several_main_futures_the_worst_is_told(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	worker_is_idle(&s);
	block_of_root(&s, 10, 0, 1000000, HUD_OFFCPU_OPEN | HUD_OFFCPU_AT_ATTACH);
	scene_span(&s, (struct span) {.tid = 12,
				      .from = 100000,
				      .to = 900000,
				      .stack = NAP,
				      .syscall = SYS_NANOSLEEP});
	db = scene_load(&s, 1000000);
	assert_int_equal(database_run(db, "UPDATE blocking_poll SET main = 1; "
					  "UPDATE worker SET blocking_ns = 0"),
			 0);
	assert_text(db, "SELECT level || ' ' || reason FROM verdict", "WARNING main");
	assert_number(db, "SELECT CAST(round(main_blocked_percent) AS INTEGER) FROM verdict", 80);
	sqlite3_close(db);
}

/* The main future waits for a lock that a plain thread holds, and computes; a worker sleeps. */
static sqlite3 *main_and_worker_load(void)
{
	struct scene s;

	scene_begin(&s, 1);
	scene_window(&s, 11, 0, 1000000, 1000, 0, 0);
	for (uint64_t at = 100000; at < 400000; at += 100000)
		scene_span(&s, (struct span) {.tid = 10,
					      .from = at,
					      .to = at + 20000,
					      .wakeup = at + 20000,
					      .stack = ROOT,
					      .syscall = SYS_FUTEX,
					      .waker_tid = 20,
					      .waker_stack = OTHER});
	scene_samples(&s, 10, 500000, 550000, 499000, ROOT);
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 600000,
				      .to = 650000,
				      .stack = NAP,
				      .syscall = SYS_NANOSLEEP});
	return scene_load(&s, 1000000);
}

static void what_blocks_it_has_all_that_other_sites_have(void **state)
{
	sqlite3 *db = main_and_worker_load();

	(void)state;
	assert_text(db,
		    "SELECT site || ' ' || function || ' ' || cause || ' ' || count || ' ' || "
		    "p99_ns || ' ' || wakers FROM main_sites WHERE cause = 'lock'",
		    "2 demo::root lock 3 20000000 demo::holder::hold (src/holder.rs:7) 100%");
	assert_text(db, "SELECT function || ' ' || share FROM site_tree WHERE site = 2",
		    "demo::root 1.0");
	assert_text(db, "SELECT file || ' ' || line FROM site_line WHERE site = 2",
		    "src/main.rs 4");
	assert_text(db, "SELECT holder FROM site_holder WHERE site = 2", "demo::holder::hold");
	assert_text(db, "SELECT causes || ' ' || count FROM function_summary WHERE main",
		    "lock 53%, cpu 47% 4");
	assert_number(db,
		      "SELECT sum(ns) = 60000000 FROM profile_stack "
		      "WHERE kind = 'main' AND cause = 'lock'",
		      1);
	sqlite3_close(db);
}

static void no_sum_over_workers_has_it(void **state)
{
	static const char *const sums[] = {
		"SELECT blocking_ns FROM verdict",
		"SELECT sum(blocking_ns) FROM workers",
		"SELECT sum(total_ns) FROM blocking_sites",
		"SELECT sum(total_ns) FROM blocking_functions",
		"SELECT sum(blocked_ns) FROM tasks",
		"SELECT sum(wall_ns) FROM blocking_polls",
		"SELECT sum(blocked_ns) FROM trace_poll",
		"SELECT sum(blocked_ns) FROM activity",
		"SELECT sum(ns) FROM profile_stack WHERE kind = 'blocked'",
	};
	sqlite3 *db = main_and_worker_load();

	(void)state;
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		assert_number(db, sums[i], 50000000);
	assert_number(db, "SELECT sites FROM capture_summary", 1);
	assert_number(db, "SELECT blocking_polls FROM verdict", 1);
	sqlite3_close(db);
}

/* A tenth of the main future's time is worse than a twentieth of the workers'. */
static void the_verdict_begins_with_what_is_worse(void **state)
{
	sqlite3 *db = main_and_worker_load();

	(void)state;
	assert_text(db, "SELECT level || ' ' || reason FROM verdict", "CAUTION blocking");
	assert_text(
		db, "SELECT sentence FROM verdict",
		"polls blocked 1 worker for 50.0 ms of its 1.0 s (5.0%): 1 blocking span of 5 ms "
		"or more, the longest 50.0 ms. Also, the main future blocked for 112.3 ms of "
		"1.00 s (11.2%), 4 times, the longest up to 52.3 ms; it blocks itself and what it "
		"joins, but no worker.");
	sqlite3_close(db);
}

static void its_sites_can_be_chosen(void **state)
{
	const struct filter chosen = {.site = 2}, part = {.from = "250ms", .cause = "lock"};
	const int64_t capture = 1;
	sqlite3 *db = main_and_worker_load();

	(void)state;
	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &chosen, &capture, 1), STATUS_DONE);
	assert_text(db, "SELECT function || ' ' || total_ns FROM main_sites",
		    "demo::root 60000000");
	assert_number(db, "SELECT count(*) FROM blocking_sites", 0);
	assert_number(db, "SELECT count(*) FROM blocking_polls", 3);
	sqlite3_close(db);

	db = main_and_worker_load();
	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &part, &capture, 1), STATUS_DONE);
	assert_text(db, "SELECT cause || ' ' || count FROM main_sites", "lock 1");
	assert_number(db, "SELECT main_blocked_ns FROM verdict", 20000000);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_main_future_that_blocks_is_told_apart_from_workers),
		cmocka_unit_test(runs_of_samples_alone_make_no_warning_of_a_main_future),
		cmocka_unit_test(a_main_future_in_one_wait_all_the_time_is_no_more_than_caution),
		cmocka_unit_test(of_several_main_futures_the_worst_is_told),
		cmocka_unit_test(what_blocks_it_has_all_that_other_sites_have),
		cmocka_unit_test(no_sum_over_workers_has_it),
		cmocka_unit_test(the_verdict_begins_with_what_is_worse),
		cmocka_unit_test(its_sites_can_be_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
