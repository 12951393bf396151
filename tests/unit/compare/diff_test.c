/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/judge.h"
#include "analyzer/open/filter.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>

/* Captures on two sides, through all of the SQL: what is found of each subject. */

static void add(struct comparison *c, enum side side, sqlite3 *db)
{
	struct input input = {.db = db, .capture = 1, .captures = 1};

	assert_int_equal(comparison_add_input(c, side, &input, false), STATUS_DONE);
	sqlite3_close(db);
}

static sqlite3 *busy(struct busy busy)
{
	struct scene s;

	scene_begin(&s, (uint8_t)(1 + busy.seed % 200));
	scene_busy(&s, busy);
	return scene_load(&s, busy.seconds * UINT64_C(1000000));
}

static sqlite3 *usual(uint64_t seed, uint32_t seconds)
{
	return busy((struct busy) {seed, seconds, 1, false});
}

static void judge(struct comparison *c)
{
	assert_int_equal(comparison_prepare(c), STATUS_DONE);
	assert_int_equal(comparison_judge(c), STATUS_DONE);
}

static struct comparison compared(sqlite3 *before, sqlite3 *after)
{
	struct comparison c;

	assert_int_equal(comparison_open(&c), STATUS_DONE);
	add(&c, BEFORE, before);
	add(&c, AFTER, after);
	judge(&c);
	return c;
}

#define STATUS_OF(name, cause)                                                                     \
	"SELECT c.status FROM change AS c JOIN subject AS s ON s.id = c.subject "                  \
	"WHERE s.kind = 'site' AND s.name = '" name "' AND s.cause = '" cause "'"
#define CLAIMS                                                                                     \
	"SELECT count(*) FROM change AS c JOIN subject AS s ON s.id = c.subject "                  \
	"WHERE s.kind = 'site' AND c.status NOT IN ('unchanged', 'cannot tell')"

static void the_same_service_twice_is_unchanged(void **state)
{
	int64_t unchanged = 0;

	(void)state;
	for (uint64_t pair = 0; pair < 5; pair++) {
		struct comparison c = compared(usual(2 * pair, 120), usual(2 * pair + 1, 120));

		assert_null(c.reason);
		assert_number(c.db, CLAIMS, 0);
		assert_number(c.db, "SELECT count(*) FROM subject WHERE kind = 'site'", 8);
		assert_text(c.db,
			    "SELECT status FROM change JOIN subject AS s ON s.id = subject "
			    "WHERE s.kind = 'all'",
			    "unchanged");
		unchanged += database_number(c.db,
					     "SELECT count(*) FROM change JOIN subject AS s "
					     "ON s.id = subject WHERE s.kind = 'site' "
					     "AND status = 'unchanged'",
					     0);
		comparison_close(&c);
	}
	assert_true(unchanged >= 5 * 8 * 8 / 10);
}

static void a_site_that_was_removed_is_gone_and_nothing_else_is(void **state)
{
	struct comparison c =
		compared(usual(1, 30), busy((struct busy) {2, 30, 1, .without_lock = true}));

	(void)state;
	assert_text(c.db, STATUS_OF("demo::locker::take", "lock"), "gone");
	assert_number(c.db, CLAIMS, 1);
	comparison_close(&c);
	c = compared(busy((struct busy) {2, 30, 1, .without_lock = true}), usual(1, 30));
	assert_text(c.db, STATUS_OF("demo::locker::take", "lock"), "new");
	assert_number(c.db, CLAIMS, 1);
	assert_text(c.db,
		    "SELECT c.change FROM change AS c JOIN subject AS s ON s.id = c.subject "
		    "WHERE c.status = 'new'",
		    NULL);
	comparison_close(&c);
}

static void a_site_30_percent_worse_is_found_in_9_of_10_pairs(void **state)
{
	int64_t found = 0;

	(void)state;
	for (uint64_t pair = 0; pair < 10; pair++) {
		struct comparison c = compared(usual(100 + pair, 30),
					       busy((struct busy) {200 + pair, 30, 1.3, false}));

		found += database_number(c.db,
					 "SELECT count(*) FROM change JOIN subject AS s "
					 "ON s.id = subject WHERE s.kind = 'site' AND s.name = "
					 "'demo::sleepy::nap' AND s.cause = 'sleep' "
					 "AND status = 'worse'",
					 0);
		comparison_close(&c);
	}
	assert_in_range(found, 9, 10);
}

static void several_captures_make_one_side(void **state)
{
	struct comparison c;

	(void)state;
	assert_int_equal(comparison_open(&c), STATUS_DONE);
	for (uint64_t i = 0; i < 4; i++)
		add(&c, i < 2 ? BEFORE : AFTER, usual(20 + i, 60));
	judge(&c);
	assert_number(c.db, "SELECT count(*) FROM time_window WHERE side = 0", 120);
	assert_number(c.db, CLAIMS, 0);
	assert_number(c.db, "SELECT seconds FROM figure WHERE side = 1 LIMIT 1", 120);
	comparison_close(&c);
}

/* `change` is SQL that makes the second capture one that was recorded in another way. */
static void incomparable(const char *change, const char *reason)
{
	sqlite3 *after = usual(2, 30);
	struct comparison c;

	assert_int_equal(database_run(after, change), 0);
	c = compared(usual(1, 30), after);
	assert_string_equal(c.reason, reason);
	assert_number(c.db, "SELECT count(*) FROM change WHERE status <> 'cannot tell'", 0);
	assert_number(c.db, "SELECT count(*) FROM change WHERE low IS NOT NULL", 0);
	comparison_close(&c);
}

static void captures_recorded_in_different_ways_cannot_be_compared(void **state)
{
	(void)state;
	incomparable("UPDATE capture SET threshold_ns = 1000000", "threshold");
	incomparable("UPDATE capture SET source = 'passive'", "source");
	incomparable("UPDATE capture SET sample_hz = 99", "frequency");
	incomparable("DELETE FROM worker", "no-worker");
	incomparable("INSERT INTO loss (capture, cause, unit, count) VALUES (1, 'ring-full', "
		     "'events', 1000000)",
		     "loss");
	incomparable("INSERT INTO loss (capture, cause, unit, count) VALUES (1, 'thread-state', "
		     "'threads', 1)",
		     "loss");
	incomparable("UPDATE capture SET end_ns = start_ns + 3000000000", "short");
}

static void no_blocks_at_all_are_unchanged(void **state)
{
	struct scene s;
	sqlite3 *db[SIDES];
	struct comparison c;

	(void)state;
	for (int i = 0; i < SIDES; i++) {
		scene_begin(&s, (uint8_t)(1 + i));
		scene_samples(&s, 11, 5000, 8000, 1000, TINY);
		scene_window(&s, 11, 0, 10000000, 5000, 0, 0);
		db[i] = scene_load(&s, 10000000);
	}
	c = compared(db[BEFORE], db[AFTER]);
	assert_null(c.reason);
	assert_number(c.db, "SELECT count(*) FROM change", 1);
	assert_text(c.db, "SELECT status FROM change", "unchanged");
	comparison_close(&c);
}

static void a_block_over_many_windows_is_split_without_loss(void **state)
{
	struct scene s;
	struct comparison c;
	sqlite3 *before;

	(void)state;
	scene_begin(&s, 1);
	scene_window(&s, 11, 0, 10000000, 5000, 0, 0);
	scene_span(&s, (struct span) {11, 1500000, 4250000, 0, NAP, SYS_NANOSLEEP, 0, 0, 0});
	before = scene_load(&s, 10000000);
	c = compared(before, usual(1, 10));
	assert_text(
		c.db,
		"SELECT group_concat(w.number || ':' || CAST(blocked_ns / 1e6 AS INTEGER) || ':' "
		"|| starts) FROM subject_window AS x JOIN subject AS s ON s.id = x.subject "
		"JOIN time_window AS w ON w.id = x.time_window WHERE s.kind = 'all' "
		"AND w.side = 0",
		"1:500:1,2:1000:0,3:1000:0,4:250:0");
	assert_number(c.db,
		      "SELECT count(*) FROM subject AS s WHERE abs((SELECT total(blocked_ns) FROM "
		      "subject_window WHERE subject = s.id) - (SELECT total(wall_ns) FROM block "
		      "WHERE subject = s.id)) > 1",
		      0);
	comparison_close(&c);
}

static void the_figures_are_those_of_the_report(void **state)
{
	sqlite3 *db = usual(5, 30);
	int64_t total = database_number(db, "SELECT total_ns FROM site_figures LIMIT 1", 0);
	int64_t p99 = database_number(db, "SELECT p99_ns FROM site_figures LIMIT 1", 0);
	int64_t wall = database_number(db, "SELECT sum(wall_ns) FROM worker", 0);
	struct comparison c = compared(usual(6, 30), db);
	char sql[256];

	(void)state;
	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM figure WHERE side = 1 AND blocked_ns = %lld "
		 "AND p99_ns = %lld AND worker_ns = %lld",
		 (long long)total, (long long)p99, (long long)wall);
	assert_true(database_number(c.db, sql, 0) >= 1);
	comparison_close(&c);
}

static void waiting_for_a_cpu_is_not_compared(void **state)
{
	sqlite3 *after = usual(1, 30);
	struct comparison c;

	(void)state;
	assert_int_equal(database_run(after,
				      "UPDATE site_poll SET wall_ns = wall_ns + 30000000, "
				      "run_queue_ns = run_queue_ns + 30000000;"
				      "UPDATE blocking_poll SET wall_ns = wall_ns + 30000000, "
				      "run_queue_ns = run_queue_ns + 30000000"),
			 0);
	c = compared(usual(1, 30), after);
	assert_number(c.db, "SELECT count(*) FROM change WHERE abs(change) > 0.001", 0);
	comparison_close(&c);
}

/* Samples in HASH from `from` on for 20 ms, then in the runtime. */
static void hash_block(struct scene *s, uint64_t from)
{
	scene_samples(s, 11, from, from + 20000, from - 1000, HASH);
	scene_sample(s, 11, from + 22500, from - 1000, RUNTIME);
}

/* The same task in short polls between others: nothing proves that a run of samples is one poll. */
static void hash_short_polls(struct scene *s)
{
	for (uint64_t at = 100000; at < 9900000; at += 40000) {
		scene_samples(s, 11, at, at + 5000, at - 1000, HASH);
		scene_sample(s, 11, at + 7500, at - 1000, RUNTIME);
		scene_samples(s, 11, at + 10000, at + 15000, at - 1000, HASH);
	}
}

static void a_site_whose_polls_may_have_become_short_is_not_gone(void **state)
{
	struct scene s;
	sqlite3 *before, *after;
	struct comparison c;

	(void)state;
	scene_begin(&s, 1);
	scene_window(&s, 11, 0, 10000000, 5000, 0, 0);
	for (uint64_t at = 100000; at < 9900000; at += 100000)
		hash_block(&s, at);
	before = scene_load(&s, 10000000);
	scene_begin(&s, 2);
	scene_window(&s, 11, 0, 10000000, 5000, 0, 0);
	hash_short_polls(&s);
	after = scene_load(&s, 10000000);
	c = compared(before, after);
	assert_text(c.db, STATUS_OF("demo::hasher::hash", "cpu"), "cannot tell");
	assert_text(c.db,
		    "SELECT reason FROM change JOIN subject AS s ON s.id = subject "
		    "WHERE s.kind = 'site'",
		    "unproven");
	comparison_close(&c);
}

/* One more site, in some polls before and in none after. */
static struct comparison with_gone(unsigned polls, unsigned wall_ns)
{
	struct comparison c;
	char sql[512];

	assert_int_equal(comparison_open(&c), STATUS_DONE);
	add(&c, BEFORE, usual(1, 30));
	add(&c, AFTER, usual(2, 30));
	snprintf(sql, sizeof(sql),
		 "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %u) "
		 "INSERT INTO arrived SELECT c.id, 'site', 'demo', 'demo::small', 'net-io', "
		 "n * every, n * every + %u, %u FROM n, (SELECT 27000000000 / %u AS every), "
		 "compared AS c WHERE c.side = 0",
		 polls, wall_ns, wall_ns, polls);
	assert_int_equal(database_run(c.db, sql), 0);
	judge(&c);
	return c;
}

static void no_change_of_a_bystander_is_claimed(void **state)
{
	struct comparison c = with_gone(60, 4900000);

	(void)state;
	assert_text(c.db, STATUS_OF("demo::small", "net-io"), "cannot tell");
	assert_text(c.db,
		    "SELECT reason FROM change JOIN subject AS s ON s.id = subject "
		    "WHERE name = 'demo::small'",
		    "bystander");
	comparison_close(&c);
	/* As rare, but each is long enough to block by itself. */
	c = with_gone(60, 5100000);
	assert_text(c.db, STATUS_OF("demo::small", "net-io"), "gone");
	comparison_close(&c);
	/* As short, but so many that they are a large part of the blocked time. */
	c = with_gone(300, 4900000);
	assert_text(c.db, STATUS_OF("demo::small", "net-io"), "gone");
	comparison_close(&c);
}

/* The same capture on both sides, filtered. */
static struct comparison part(struct filter filters)
{
	const int64_t capture = 1;
	struct comparison c;

	assert_int_equal(comparison_open(&c), STATUS_DONE);
	for (enum side side = BEFORE; side < SIDES; side++) {
		sqlite3 *db = usual(1, 30);

		if (side == AFTER) /* the same numbers, but not the same capture */
			assert_int_equal(database_run(db, "UPDATE capture SET capture_id = 'b'"),
					 0);
		assert_int_equal(filter_functions(db), 0);
		assert_int_equal(filter_apply(db, &filters, &capture, 1), STATUS_DONE);
		add(&c, side, db);
	}
	judge(&c);
	return c;
}

#define WHOLE(column)                                                                              \
	"SELECT CAST(" column                                                                      \
	" AS INTEGER) FROM figure AS f JOIN subject AS s ON s.id = f.subject "                     \
	"WHERE s.kind = 'all' AND f.side = 1"

static void parts_of_the_time_add_up(void **state)
{
	static const struct filter pieces[] = {
		{.to = "9s"}, {.from = "9s", .to = "17500ms"}, {.from = "17500ms"}};
	struct comparison c = part((struct filter) {0});
	int64_t blocked = database_number(c.db, WHOLE("f.blocked_ns"), -1);
	int64_t worker = database_number(c.db, WHOLE("f.worker_ns"), -1);

	(void)state;
	comparison_close(&c);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		c = part(pieces[i]);
		assert_null(c.reason);
		blocked -= database_number(c.db, WHOLE("f.blocked_ns"), 0);
		worker -= database_number(c.db, WHOLE("f.worker_ns"), 0);
		/* Times count from the beginning of each part. */
		assert_number(c.db,
			      "SELECT count(*) FROM block JOIN compared AS c ON c.id = compared "
			      "WHERE start_ns < 0 OR end_ns > duration_ns",
			      0);
		assert_number(c.db,
			      "SELECT count(*) FROM time_window AS w WHERE NOT EXISTS (SELECT 1 "
			      "FROM subject_window AS s WHERE s.time_window = w.id)",
			      0);
		comparison_close(&c);
	}
	assert_in_range(blocked + 100, 0, 200);
	assert_in_range(worker + 100, 0, 200);
}

static void only_the_chosen_part_is_compared(void **state)
{
	struct comparison c = part((struct filter) {.cause = "lock", .match = "take$"});

	(void)state;
	assert_text(c.db,
		    "SELECT group_concat(name || ' ' || cause) FROM subject WHERE kind = 'site'",
		    "demo::locker::take lock");
	comparison_close(&c);
	c = part((struct filter) {.from = "26s"});
	assert_string_equal(c.reason, "short");
	comparison_close(&c);
}

/* A trigger makes a statement fail after it was prepared. */
static void a_statement_that_fails_ends_the_comparison(void **state)
{
	struct comparison c;

	(void)state;
	assert_int_equal(comparison_open(&c), STATUS_DONE);
	assert_int_equal(database_run(c.db, "CREATE TRIGGER refuse BEFORE INSERT ON change "
					    "BEGIN SELECT RAISE(ABORT, 'refused'); END"),
			 0);
	assert_int_equal(comparison_prepare(&c), STATUS_DONE);
	assert_int_equal(comparison_judge(&c), STATUS_SYSTEM);
	comparison_close(&c);
	assert_int_equal(comparison_open(&c), STATUS_DONE);
	assert_int_equal(database_run(c.db, "CREATE TRIGGER refuse BEFORE INSERT ON filter "
					    "BEGIN SELECT RAISE(ABORT, 'refused'); END"),
			 0);
	assert_int_equal(comparison_filter(&c, &(struct filter) {.from = "2s"}), STATUS_SYSTEM);
	comparison_close(&c);
}

static void tasks_at_their_awaits_are_compared_by_place(void **state)
{
	struct comparison c = compared(usual(1, 10), usual(2, 10));

	(void)state;
	assert_number(c.db, "SELECT count(*) FROM waiting_change", 0);
	assert_int_equal(
		database_run(
			c.db,
			"INSERT INTO deadlock SELECT id, 1, 0, 0, NULL, NULL, 9, 0, 0, 0, 0 "
			"FROM compared;"
			"INSERT INTO waiting SELECT id, 'conn', 'get', 'lock', '', 'a.rs', 3, 3 "
			"FROM compared WHERE side = 0;"
			"INSERT INTO waiting SELECT id, 'conn', 'get', 'lock', '', 'a.rs', 5, 412 "
			"FROM compared WHERE side = 1;"
			"INSERT INTO waiting SELECT id, 'tick', 'wait', '', '', NULL, NULL, 1 "
			"FROM compared WHERE side = 1"),
		0);
	assert_number(c.db, "SELECT count(*) FROM waiting_change", 2);
	assert_text(c.db,
		    "SELECT before || ' ' || after || ' ' || file || ':' || line "
		    "FROM waiting_change WHERE task = 'conn'",
		    "3.0 412.0 a.rs:5");
	/* A side with a dump that has no task has none; one without a dump is not compared. */
	assert_text(c.db, "SELECT before || ' ' || after FROM waiting_change WHERE task = 'tick'",
		    "0.0 1.0");
	assert_int_equal(database_run(c.db, "DELETE FROM deadlock WHERE compared = 1"), 0);
	assert_number(c.db, "SELECT count(*) FROM waiting_change", 0);
	comparison_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_service_twice_is_unchanged),
		cmocka_unit_test(a_site_that_was_removed_is_gone_and_nothing_else_is),
		cmocka_unit_test(a_site_30_percent_worse_is_found_in_9_of_10_pairs),
		cmocka_unit_test(several_captures_make_one_side),
		cmocka_unit_test(captures_recorded_in_different_ways_cannot_be_compared),
		cmocka_unit_test(no_blocks_at_all_are_unchanged),
		cmocka_unit_test(a_block_over_many_windows_is_split_without_loss),
		cmocka_unit_test(the_figures_are_those_of_the_report),
		cmocka_unit_test(waiting_for_a_cpu_is_not_compared),
		cmocka_unit_test(a_site_whose_polls_may_have_become_short_is_not_gone),
		cmocka_unit_test(no_change_of_a_bystander_is_claimed),
		cmocka_unit_test(parts_of_the_time_add_up),
		cmocka_unit_test(only_the_chosen_part_is_compared),
		cmocka_unit_test(a_statement_that_fails_ends_the_comparison),
		cmocka_unit_test(tasks_at_their_awaits_are_compared_by_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
