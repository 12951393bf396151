/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/derivation.h"
#include "analyzer/derive/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define assert_number(db, sql, expected)                                                           \
	assert_int_equal(database_number(db, sql, INT64_MIN), expected)

/* The passes over a thread's observations classify them as window functions in SQL do. */

static const char by_windows[] =
	"WITH seen AS ( "
	"SELECT s.thread, s.start_ns, s.end_ns, s.id AS offcpu_span, NULL AS sample, "
	"s.user_stack AS stack, coalesce(k.class, 'unknown') AS class, "
	"coalesce(k.pool_idle, 0) AS pool_idle, coalesce(c.single_threaded, 0) AS single "
	"FROM offcpu_span AS s LEFT JOIN stack AS k ON k.id = s.user_stack "
	"LEFT JOIN scheduler AS c ON c.name = k.scheduler "
	"WHERE s.capture = 1 "
	"UNION ALL "
	"SELECT s.thread, s.time_ns, s.time_ns, NULL, s.id, "
	"s.user_stack, coalesce(k.class, 'unknown'), "
	"coalesce(k.pool_idle, 0), coalesce(c.single_threaded, 0) "
	"FROM sample AS s LEFT JOIN stack AS k ON k.id = s.user_stack "
	"LEFT JOIN scheduler AS c ON c.name = k.scheduler "
	"WHERE s.capture = 1 "
	"), numbered AS ( "
	"SELECT *, "
	"row_number() OVER (PARTITION BY thread ORDER BY start_ns, offcpu_span, sample) AS place, "
	"CASE WHEN class IN ('park', 'runtime', 'block-in-place', 'pool') THEN class END "
	"AS decisive "
	"FROM seen "
	"), counted AS ( "
	"SELECT *, "
	"count(decisive) OVER (PARTITION BY thread ORDER BY place) AS decisive_before, "
	"count(decisive) OVER (PARTITION BY thread ORDER BY place DESC) AS decisive_after "
	"FROM numbered "
	"), polls_bounded AS ( "
	"SELECT *, "
	"max(decisive) OVER (PARTITION BY thread, decisive_before) AS poll_before, "
	"max(decisive) OVER (PARTITION BY thread, decisive_after) AS poll_after "
	"FROM counted "
	"), polls_judged AS ( "
	"SELECT *, "
	"CASE "
	"WHEN class <> 'poll' THEN decisive "
	"WHEN poll_before = 'block-in-place' OR (poll_after = 'pool' AND NOT single) "
	"THEN 'without_core' "
	"ELSE 'poll' "
	"END AS doing "
	"FROM polls_bounded "
	"), recounted AS ( "
	"SELECT *, "
	"count(doing) OVER (PARTITION BY thread ORDER BY place) AS doings_before, "
	"count(doing) OVER (PARTITION BY thread ORDER BY place DESC) AS doings_after "
	"FROM polls_judged "
	"), all_bounded AS ( "
	"SELECT *, "
	"CASE WHEN class = 'poll' THEN poll_before "
	"ELSE max(doing) OVER (PARTITION BY thread, doings_before) END AS class_before, "
	"CASE WHEN class = 'poll' THEN poll_after "
	"ELSE max(doing) OVER (PARTITION BY thread, doings_after) END AS class_after "
	"FROM recounted "
	"), judged AS ( "
	"SELECT *, "
	"CASE class "
	"WHEN 'poll' THEN doing = 'without_core' "
	"WHEN 'unknown' THEN "
	"coalesce(class_before IN ('block-in-place', 'without_core', 'pool'), 0) "
	"OR coalesce(class_after = 'pool', 0) "
	"ELSE 0 "
	"END AS without_core "
	"FROM all_bounded "
	") "
	"SELECT thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle, "
	"without_core, "
	"class IN ('poll', 'park', 'runtime', 'unknown') AND NOT without_core "
	"FROM judged ";

static const char stored[] =
	"SELECT thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle,"
	"without_core, as_worker FROM observation";

static const char not_disjoint[] =
	"SELECT count(*) FROM (SELECT disjoint_from_ns, max(start_ns, coalesce(max(end_ns) OVER ("
	"PARTITION BY thread ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) "
	"AS expected FROM observation WHERE offcpu_span IS NOT NULL) "
	"WHERE disjoint_from_ns <> expected";

static sqlite3 *database_empty(void)
{
	sqlite3 *db;

	assert_int_equal(schema_open(NULL, DATABASE_TEMPORARY, &db), 0);
	return db;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/*
 * A stack of each class, two of the pool, two of polls, the second by a scheduler with one thread,
 * and one of the kernel. Ids from 5 on, as in a second capture.
 */
static void make_stacks(sqlite3 *db)
{
	static const char *const class[] = {"'unknown'",        "'poll'", "'park'", "'runtime'",
					    "'block-in-place'", "'pool'", "'root'", "'other'",
					    "'pool'",           "NULL",   "'poll'"};
	char sql[256];

	assert_int_equal(database_run(db, "INSERT OR REPLACE INTO scheduler VALUES "
					  "('of one thread', 'tokio', 1)"),
			 0);
	for (size_t i = 0; i < sizeof(class) / sizeof(*class); i++) {
		snprintf(sql, sizeof(sql),
			 "INSERT INTO stack (id, capture, kind, depth, stop, class, pool_idle, "
			 "scheduler) VALUES (%zu, 1, 'user', 1, 'end', %s, %d, %s)",
			 i + 5, class[i], i == 8, i == 10 ? "'of one thread'" : "NULL");
		assert_int_equal(database_run(db, sql), 0);
	}
}

static void make_row(sqlite3 *db, uint32_t *random, int unknown_in_8)
{
	uint32_t thread = 1 + next_random(random) % 4, start = next_random(random) % 3000;
	uint32_t stack = next_random(random) % 8 < (uint32_t)unknown_in_8
				 ? 5
				 : 4 + next_random(random) % 12; /* there is no stack 4 */
	char sql[512];

	if (next_random(random) % 2)
		snprintf(sql, sizeof(sql),
			 "INSERT OR IGNORE INTO offcpu_span (capture, thread, start_ns, end_ns,"
			 "run_queue_ns, user_stack, cause, open, at_attach, preempted,"
			 "no_stack, task_state, cpu) VALUES"
			 "(1, %u, %u, %u, 0, nullif(%u, 4), 'cpu', 0, 0, 0, 0, 0, 0)",
			 thread, start, start + next_random(random) % 100, stack);
	else
		snprintf(sql, sizeof(sql),
			 "INSERT INTO sample (capture, thread, time_ns, awake_ns, waited_ns,"
			 "user_stack, cause, cpu, profile, no_stack) VALUES"
			 "(1, %u, %u, 0, 0, nullif(%u, 4), 'cpu', 0, 0, 0)",
			 thread, start, stack);
	assert_int_equal(database_run(db, sql), 0);
}

static void observations_are_classified_as_sql_windows_do(void **state)
{
	struct derivation derivation;
	uint32_t random = 7;
	char sql[8192];

	(void)state;
	for (int round = 0; round < 20; round++) {
		sqlite3 *db = database_empty();

		make_stacks(db);
		for (int i = 0; i < 400; i++)
			make_row(db, &random, round % 8);
		assert_int_equal(derivation_begin(&derivation, db), 0);
		assert_int_equal(database_run_file(db, "sql/derive/10_observation.sql", 1), 0);
		derivation_end(&derivation);
		assert_true(database_number(db, "SELECT count(*) FROM observation", 0) > 300);
		for (int side = 0; side < 2; side++) {
			snprintf(sql, sizeof(sql),
				 "SELECT count(*) FROM "
				 "(SELECT * FROM (%s) EXCEPT SELECT * FROM (%s))",
				 side ? stored : by_windows, side ? by_windows : stored);
			assert_number(db, sql, 0);
		}
		assert_number(db, not_disjoint, 0);
		assert_number(db,
			      "SELECT count(*) FROM observation AS a JOIN observation AS b "
			      "ON b.id = a.id + 1 "
			      "WHERE (b.thread, b.start_ns) < (a.thread, a.start_ns)",
			      0);
		sqlite3_close(db);
	}
}

static void the_function_is_gone_after_the_derivation(void **state)
{
	sqlite3 *db = database_empty();

	(void)state;
	assert_int_equal(derivation_run(db, 1, NULL), 0);
	assert_int_not_equal(database_run(db, "SELECT * FROM observation_rows(1)"), 0);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(observations_are_classified_as_sql_windows_do),
		cmocka_unit_test(the_function_is_gone_after_the_derivation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
