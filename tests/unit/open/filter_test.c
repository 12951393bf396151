/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>
#include <string.h>

/* Filters: what they choose, and that all sums hold for it. */

#define BLOCKING "SELECT coalesce(sum(wall_ns), 0) / 1000 FROM blocking_poll"

static sqlite3 *filtered(sqlite3 *db, struct filter arguments)
{
	const int64_t capture = 1;

	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &arguments, &capture, 1), STATUS_DONE);
	database_restrict(db);
	return db;
}

#define everything_filtered(...) filtered(everything_load(), (struct filter) {__VA_ARGS__})

static enum exit_status refused(struct filter arguments)
{
	const int64_t capture = 1;
	sqlite3 *db = everything_load();
	enum exit_status status;

	assert_int_equal(filter_functions(db), 0);
	status = filter_apply(db, &arguments, &capture, 1);
	sqlite3_close(db);
	return status;
}

static void assert_sums_hold(sqlite3 *db)
{
	assert_number(db,
		      "SELECT count(*) FROM blocking_poll AS b WHERE wall_ns <> "
		      "(SELECT sum(wall_ns) FROM slice AS s WHERE s.blocking_poll = b.id)",
		      0);
	assert_number(db,
		      "SELECT count(*) FROM blocking_poll AS b WHERE wall_ns <> "
		      "(SELECT sum(wall_ns) FROM site_poll AS p WHERE p.blocking_poll = b.id)",
		      0);
	assert_number(db,
		      "SELECT (SELECT total(wall_ns - run_queue_ns) FROM slice) - "
		      "(SELECT total(blocked_ns) FROM site_time)",
		      0);
	assert_number(db,
		      "SELECT count(*) FROM slice WHERE run_queue_ns > wall_ns OR wall_ns < 0 "
		      "OR run_queue_ns < 0",
		      0);
	assert_number(db,
		      "SELECT coalesce(sum(total_ns), 0) - (SELECT blocking_ns FROM verdict) "
		      "FROM site_figures",
		      0);
	assert_number(db,
		      "SELECT coalesce(sum(blocked_ns), 0) - (SELECT blocking_ns FROM verdict) "
		      "FROM tasks",
		      0);
	assert_number(db,
		      "SELECT coalesce(sum(blocking_ns), 0) - (SELECT blocking_ns FROM verdict) "
		      "FROM worker",
		      0);
	assert_number(db,
		      "SELECT count(*) FROM worker WHERE poll_cpu_ns + poll_offcpu_ns + "
		      "run_queue_ns + parked_ns + runtime_ns + unknown_ns <> wall_ns",
		      0);
	assert_number(db, "SELECT count(*) FROM worker WHERE blocking_ns > wall_ns", 0);
	assert_number(db,
		      "SELECT count(DISTINCT thread) - (SELECT count(*) FROM thread_totals) "
		      "FROM thread_window",
		      0);
	assert_number(
		db,
		"SELECT count(*) FROM thread_totals AS s JOIN (SELECT thread, min(start_ns) "
		"AS start_ns, max(end_ns) AS end_ns, sum(cpu_ns) AS cpu_ns, sum(sleep_ns) AS "
		"sleep_ns, sum(run_queue_ns) AS run_queue_ns, sum(parked_ns) AS parked_ns, "
		"sum(poll_sleep_ns) AS poll_sleep_ns, sum(poll_samples) AS poll_samples FROM "
		"thread_window GROUP BY thread) AS w ON w.thread = s.thread WHERE (s.start_ns, "
		"s.end_ns, s.cpu_ns, s.sleep_ns, s.run_queue_ns, s.parked_ns, s.poll_sleep_ns, "
		"s.poll_samples) <> (w.start_ns, w.end_ns, w.cpu_ns, w.sleep_ns, w.run_queue_ns, "
		"w.parked_ns, w.poll_sleep_ns, w.poll_samples)",
		0);
	assert_number(db,
		      "SELECT abs(sum(blocked_ns) - (SELECT blocking_ns FROM verdict)) < 10000 "
		      "FROM activity",
		      1);
}

static void sums_hold_under_every_filter(void **state)
{
	static const struct filter choices[] = {
		{.from = "50ms"},
		{.to = "73ms"},
		{.from = "66 ms", .to = "129.7ms"},
		{.from = "106ms", .to = "107ms"},
		{.from = "-10ms"},
		{.worker = "11"},
		{.worker = "tokio-*", .from = "100ms"},
		{.task = "demo::sleepy::run"},
		{.cause = "lock,sleep"},
		{.match = "hash"},
		{.min_ns = 20000000},
		{.from = "95ms", .to = "180ms", .cause = "sleep", .min_ns = 16000000},
		{.from = "1ms", .worker = "12", .task = "*hasher*", .match = "h.sh"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		sqlite3 *db = filtered(everything_load(), choices[i]);

		assert_sums_hold(db);
		sqlite3_close(db);
	}
}

/* What a poll waited for a CPU is no part of how long it blocked. */
static void the_least_length_is_without_the_wait_for_a_cpu(void **state)
{
	const char *longest = "SELECT max(wall_ns - run_queue_ns) FROM blocking_poll";
	sqlite3 *db = everything_load();
	int64_t longest_ns = database_number(db, longest, -1);

	(void)state;
	assert_int_equal(database_run(db,
				      "UPDATE blocking_poll SET wall_ns = wall_ns + 1000000000, "
				      "run_queue_ns = run_queue_ns + 1000000000"),
			 0);
	db = filtered(db, (struct filter) {.min_ns = longest_ns});
	assert_number(db, "SELECT count(*) > 0 FROM blocking_poll", 1);
	assert_number(db, longest, longest_ns);
	assert_number(db,
		      "SELECT count(*) FROM blocking_poll AS p JOIN filter AS f "
		      "WHERE p.wall_ns - p.run_queue_ns < f.min_ns",
		      0);
	sqlite3_close(db);
}

/* A sum over the whole capture equals the sum over adjacent parts of it. */
static void assert_parts_add_up(const char *sql)
{
	static const char *const at[] = {"0s",    "7ms",      "62.5ms",   "66ms",  "77ms",
					 "100ms", "109500us", "144.95ms", "170ms", "200ms"};
	sqlite3 *db = everything_load();
	int64_t whole = database_number(db, sql, -1), sum = 0;

	sqlite3_close(db);
	for (size_t i = 0; i + 1 < sizeof(at) / sizeof(*at); i++) {
		db = everything_filtered(.from = at[i], .to = at[i + 1]);
		sum += database_number(db, sql, 0);
		sqlite3_close(db);
	}
	if (whole - sum > 20 || sum - whole > 20)
		fail_msg("%s: %lld in whole, %lld in parts", sql, (long long)whole, (long long)sum);
}

static void parts_of_the_time_add_up_to_the_whole(void **state)
{
	(void)state;
	assert_parts_add_up("SELECT sum(wall_ns) FROM blocking_poll");
	assert_parts_add_up("SELECT sum(run_queue_ns) FROM slice");
	assert_parts_add_up("SELECT sum(wall_ns) FROM worker");
	assert_parts_add_up("SELECT sum(poll_offcpu_ns) FROM worker");
	assert_parts_add_up("SELECT sum(parked_ns) FROM worker");
	assert_parts_add_up("SELECT sum(run_queue_ns) FROM worker");
	assert_parts_add_up("SELECT sum(cpu_ns) FROM thread_window");
	assert_parts_add_up("SELECT busy_ns FROM blocking_pool");
	assert_parts_add_up("SELECT idle_ns FROM blocking_pool");
	assert_parts_add_up("SELECT count(*) FROM sample");
	assert_parts_add_up("SELECT sum(wall_ns) FROM pool_closure");
}

/*
 * The columns are those of the table: one that clip_thread_window.sql does not scale stays a
 * million.
 */
static void every_amount_of_a_window_that_is_cut_is_scaled(void **state)
{
	static const char *const kept =
		"('id', 'capture', 'thread', 'start_ns', 'end_ns', 'sample_gap_ns')";
	sqlite3 *db = everything_load();
	sqlite3_stmt *columns;
	char sql[256];
	int amounts = 0;

	(void)state;
	assert_int_equal(database_run(db,
				      "DELETE FROM thread_window WHERE id NOT IN (SELECT min(id) "
				      "FROM thread_window)"),
			 0);
	snprintf(sql, sizeof(sql),
		 "SELECT name FROM pragma_table_info('thread_window') "
		 "WHERE name NOT IN %s",
		 kept);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &columns, NULL), SQLITE_OK);
	while (sqlite3_step(columns) == SQLITE_ROW) {
		snprintf(sql, sizeof(sql), "UPDATE thread_window SET %s = 1000000",
			 (const char *)sqlite3_column_text(columns, 0));
		assert_int_equal(database_run(db, sql), 0);
	}
	sqlite3_reset(columns);
	filtered(db, (struct filter) {.to = "103ms"});
	while (sqlite3_step(columns) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(columns, 0);
		int64_t amount;

		snprintf(sql, sizeof(sql), "SELECT %s FROM thread_window", name);
		amount = database_number(db, sql, -1);
		if (amount <= 0 || amount >= 1000000)
			fail_msg("%s is %lld", name, (long long)amount);
		amounts++;
	}
	assert_true(amounts >= 12);
	sqlite3_finalize(columns);
	sqlite3_close(db);
}

static void a_poll_that_is_cut_counts_as_far_as_it_is_inside(void **state)
{
	sqlite3 *db = everything_filtered(.from = "125ms", .to = "160ms");

	(void)state;
	assert_text(db,
		    "SELECT group_concat(function || ' ' || (total_ns / 1000)) FROM (SELECT * "
		    "FROM site_figures AS f JOIN site AS s ON s.id = f.site ORDER BY total_ns)",
		    "demo::sleepy::nap 9000,unknown 9500,demo::locker::take 29900");
	assert_number(db, "SELECT max(wall_ns) / 1000 FROM worker", 35000);
	sqlite3_close(db);
}

static void the_states_of_workers_do_not_depend_on_the_chosen_sites(void **state)
{
	static const struct filter choices[] = {
		{.cause = "page-fault"}, {.task = "nobody"}, {.min_ns = 1}, {.match = "^$"}};
	sqlite3 *db = everything_load();
	int64_t poll_ns = database_number(db, "SELECT sum(poll_offcpu_ns) FROM worker", -1);
	int64_t classified_ns = database_number(db, "SELECT unclassified_span_ns FROM limits", -1);
	int64_t line_ns =
		database_number(db, "SELECT sum(poll_offcpu_ns) FROM worker_timeline", -1);

	(void)state;
	sqlite3_close(db);
	for (size_t i = 0; i < 2 * sizeof(choices) / sizeof(*choices); i++) {
		struct filter choice = choices[i / 2];

		choice.from = i % 2 ? "0s" : NULL; /* once with a time, once without */
		db = filtered(everything_load(), choice);
		assert_number(db, "SELECT sum(poll_offcpu_ns) FROM worker", poll_ns);
		assert_number(db, "SELECT unclassified_span_ns FROM limits", classified_ns);
		assert_number(db, "SELECT sum(poll_offcpu_ns) FROM worker_timeline", line_ns);
		sqlite3_close(db);
	}
}

/* With a poll of 20 ms at the start, on thread 11, that may be several polls. */
static sqlite3 *unproven_poll_load(void)
{
	sqlite3 *db = everything_load();

	assert_int_equal(
		database_run(
			db,
			"UPDATE process_source SET source = 'passive';"
			"UPDATE sample SET runtime_state = 'outside';"
			"INSERT INTO poll (capture, thread, start_max_ns, end_min_ns, end_max_ns, "
			"start_ns, end_ns, sleep_ns, run_queue_ns, samples, ready_samples, "
			"ready_sum, ready_max, open, upper_bound, start_exact, end_exact, unsure) "
			"SELECT c.id, t.id, c.start_ns, c.start_ns + 20000000, "
			"c.start_ns + 20000000, c.start_ns, c.start_ns + 20000000, "
			"0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0 "
			"FROM capture AS c JOIN thread AS t ON t.capture = c.id AND t.tid = 11"),
		0);
	return db;
}

static void what_is_unproven_is_of_the_chosen_time_and_worker(void **state)
{
	static const struct {
		struct filter arguments;
		int64_t unproven_ns;
	} choices[] = {
		{{.to = "100ms"}, 20000000},
		{{.worker = "11"}, 20000000},
		{{.from = "100ms"}, 0},
		{{.worker = "12"}, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		sqlite3 *db = filtered(unproven_poll_load(), choices[i].arguments);

		assert_number(db, "SELECT unproven_cpu_ns FROM limits", choices[i].unproven_ns);
		sqlite3_close(db);
	}
}

static void each_filter_keeps_what_it_names(void **state)
{
	static const struct {
		struct filter arguments;
		const char *sites;
	} cases[] = {
		{{.worker = "11"}, "demo::locker::take"},
		{{.task = "demo::hasher::run"}, "demo::hasher::hash"},
		{{.task = "demo::*::run", .cause = "cpu,sleep"},
		 "demo::hasher::hash,demo::sleepy::nap"},
		{{.cause = "file-io"}, "unknown"},
		{{.match = "sleepy\\.rs$"}, "demo::sleepy::nap"},
		{{.match = "^demo::locker::run$"}, "demo::locker::take"},
		{{.match = "tokio|std"}, NULL},
		{{.min_ns = 20000001}, "demo::hasher::hash,demo::locker::take"},
		{{.from = "0s", .to = "60ms"}, NULL},
		{{.from = "-5ms"}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sqlite3 *db = filtered(everything_load(), cases[i].arguments);

		assert_text(db,
			    "SELECT group_concat(function) FROM (SELECT DISTINCT function "
			    "FROM site ORDER BY function)",
			    cases[i].sites);
		sqlite3_close(db);
	}
}

static void chosen_samples_weigh_as_much_cpu_time_as_before(void **state)
{
	const char *const hash =
		"SELECT self_ns FROM hotspots WHERE function = 'demo::hasher::mix'";
	sqlite3 *db = everything_load();
	int64_t self_ns = database_number(db, hash, -1);

	(void)state;
	assert_true(self_ns > 0);
	sqlite3_close(db);
	db = everything_filtered(.match = "hasher");
	assert_number(db, hash, self_ns);
	assert_number(db, "SELECT count(*) FROM hotspots WHERE self_ns > 0", 1);
	sqlite3_close(db);
}

static void what_cpus_did_is_not_told_by_chosen_samples(void **state)
{
	static const struct filter choices[] = {
		{.cause = "lock"}, {.task = "nobody"}, {.match = "hash"}, {.worker = "11"}};
	sqlite3 *db = everything_load();

	(void)state;
	assert_number(db, "SELECT count(*) > 0 FROM cpus", 1);
	sqlite3_close(db);
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		db = filtered(everything_load(), choices[i]);
		assert_number(db, "SELECT count(*) > 0 FROM cpus", !!choices[i].worker);
		sqlite3_close(db);
	}
}

static void a_filter_changes_nothing_in_the_database(void **state)
{
	sqlite3 *db = everything_filtered(.from = "100ms", .cause = "lock");

	(void)state;
	assert_number(db, "SELECT sum(wall_ns) / 1000 FROM main.blocking_poll", 157000);
	assert_number(db, "SELECT blocking_ns / 1000 FROM main.verdict", 154900);
	assert_number(db, "SELECT blocking_ns / 1000 FROM verdict", 79900);
	assert_number(db, "SELECT count(*) FROM main.filter WHERE from_ns IS NOT NULL", 0);
	sqlite3_close(db);
}

static void a_mark_is_a_time(void **state)
{
	const char *const make =
		"CREATE TABLE mark (id INTEGER, capture INTEGER, time_ns INTEGER, text TEXT);"
		"INSERT INTO mark VALUES (1, 1, 1000100000000, 'deploy'), "
		"(2, 1, 1000110000000, 'deploy'), (3, 2, 1000000000000, 'other')";
	sqlite3 *db = everything_load();
	struct filter other = {.from = "other"};

	(void)state;
	assert_int_equal(database_run(db, "DROP TABLE IF EXISTS mark"), 0);
	assert_int_equal(database_run(db, make), 0);
	filtered(db, (struct filter) {.from = "deploy", .to = "deploy", .worker = "12"});
	assert_number(db, BLOCKING, 10000);
	sqlite3_close(db);
	assert_int_equal(refused(other), STATUS_INPUT);
}

/* What is left over of filters that were applied. */
static unsigned unfit(struct filter arguments)
{
	const int64_t capture = 1;
	sqlite3 *db = everything_load();
	unsigned unfit;

	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &arguments, &capture, 1), STATUS_DONE);
	unfit = filter_unfit(db, &arguments);
	sqlite3_close(db);
	return unfit;
}

static void names_that_nothing_has_are_told_from_what_did_not_block(void **state)
{
	(void)state;
	assert_int_equal(unfit((struct filter) {.task = "demo::sleepy::run"}), 0);
	assert_int_equal(unfit((struct filter) {.task = "sleepy::run"}),
			 0); /* the end after a :: */
	assert_int_equal(unfit((struct filter) {.task = "sleepy::run", .cause = "net-io"}), 0);
	assert_int_equal(unfit((struct filter) {.task = "leepy::run"}), FILTER_TASK_UNFIT);
	assert_int_equal(unfit((struct filter) {.task = "typo", .match = "typo"}),
			 FILTER_TASK_UNFIT | FILTER_MATCH_UNFIT);
	assert_int_equal(unfit((struct filter) {.match = "hold$"}), 0); /* blocks nobody */
	assert_int_equal(unfit((struct filter) {.from = "100ms"}), 0);
}

static void a_task_is_chosen_by_its_whole_name_or_by_the_end_of_it(void **state)
{
	sqlite3 *whole = everything_filtered(.task = "demo::sleepy::run");
	sqlite3 *end = everything_filtered(.task = "sleepy::run");

	(void)state;
	assert_true(database_number(whole, BLOCKING, 0) > 0);
	assert_int_equal(database_number(end, BLOCKING, 0), database_number(whole, BLOCKING, 0));
	sqlite3_close(whole);
	sqlite3_close(end);
}

static void filters_that_mean_nothing_are_refused(void **state)
{
	static const struct filter choices[] = {
		{.from = "1s"},
		{.from = "2"},
		{.from = "yesterday"},
		{.to = "0s"},
		{.from = "20ms", .to = "20ms"},
		{.from = "20ms", .to = "-190ms"},
		{.worker = "20"},
		{.worker = "nobody*"},
		{.cause = "bug"},
		{.cause = "lock,"},
		{.match = "("},
		{.from = "1e2s"},
		{.from = "99999999999h"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++)
		assert_int_equal(refused(choices[i]), STATUS_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_length_is_without_the_wait_for_a_cpu),
		cmocka_unit_test(sums_hold_under_every_filter),
		cmocka_unit_test(parts_of_the_time_add_up_to_the_whole),
		cmocka_unit_test(every_amount_of_a_window_that_is_cut_is_scaled),
		cmocka_unit_test(a_poll_that_is_cut_counts_as_far_as_it_is_inside),
		cmocka_unit_test(the_states_of_workers_do_not_depend_on_the_chosen_sites),
		cmocka_unit_test(what_is_unproven_is_of_the_chosen_time_and_worker),
		cmocka_unit_test(each_filter_keeps_what_it_names),
		cmocka_unit_test(chosen_samples_weigh_as_much_cpu_time_as_before),
		cmocka_unit_test(what_cpus_did_is_not_told_by_chosen_samples),
		cmocka_unit_test(a_filter_changes_nothing_in_the_database),
		cmocka_unit_test(a_mark_is_a_time),
		cmocka_unit_test(filters_that_mean_nothing_are_refused),
		cmocka_unit_test(names_that_nothing_has_are_told_from_what_did_not_block),
		cmocka_unit_test(a_task_is_chosen_by_its_whole_name_or_by_the_end_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
