/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/schema.h"
#include "analyzer/load/inserts.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What holds in every database, and that its views need nothing but SQLite. */

static void profile_sample(struct scene *s, uint64_t at_us, enum fake_stack stack)
{
	struct hud_sample sample = {
		.head = {HUD_SAMPLE, 0, sizeof(sample)},
		.time_ns = BEGIN_NS + at_us * 1000,
		.awake_ns = BEGIN_NS,
		.process = s->process,
		.tid = 20,
		.user_stack = s->stack[stack],
		.syscall = HUD_NO_SYSCALL,
		.sample_flags = HUD_SAMPLE_PROFILE,
	};

	scene_event(s, &sample);
}

/* Two captures in one file; `path` has room for its name. */
static void two_captures(char path[32])
{
	int descriptor;
	sqlite3 *db;

	strcpy(path, "/tmp/hud-schema-XXXXXX");
	descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	close(descriptor);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(schema_open(path, DATABASE_CREATE, &db), 0);
	for (uint8_t id = 1; id <= 2; id++) {
		struct scene s;

		scene_begin(&s, id);
		scene_everything(&s);
		profile_sample(&s, 1000, OTHER);
		scene_end(&s, 200000, true);
		assert_int_equal(scene_ingest(&s, db), 0);
		scene_free(&s);
	}
	sqlite3_close(db);
}

static sqlite3 *plain_sqlite(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	return db;
}

static int64_t rows_of(sqlite3 *db, const char *view)
{
	char sql[128];
	sqlite3_stmt *q;
	int64_t rows = 0;
	int step;

	snprintf(sql, sizeof(sql), "SELECT * FROM %s", view);
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		fail_msg("%s: %s", view, sqlite3_errmsg(db));
	while ((step = sqlite3_step(q)) == SQLITE_ROW)
		rows++;
	if (step != SQLITE_DONE)
		fail_msg("%s: %s", view, sqlite3_errmsg(db));
	sqlite3_finalize(q);
	return rows;
}

static void every_view_works_without_hud(void **state)
{
	static const char *const for_people[] = {
		"blocking_sites", "workers",   "worker_timeline", "tasks",          "site_holder",
		"blocking_pool",  "run_queue", "hotspots",        "capture_summary"};
	char path[32];
	sqlite3_stmt *q;
	sqlite3 *db;

	(void)state;
	two_captures(path);
	db = plain_sqlite(path);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT name FROM sqlite_schema WHERE type = 'view'",
					    -1, &q, NULL),
			 SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW)
		rows_of(db, (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	for (size_t i = 0; i < sizeof(for_people) / sizeof(*for_people); i++) {
		int64_t rows = rows_of(db, for_people[i]);

		if (!rows || rows % 2)
			fail_msg("%s has %d rows of two equal captures", for_people[i], (int)rows);
	}
	sqlite3_close(db);
	unlink(path);
}

static void sums_hold_in_each_capture_of_a_database(void **state)
{
	static const char *const never[] = {
		"SELECT count(*) FROM pragma_foreign_key_check",
		/* slices partition a blocking poll */
		"SELECT count(*) FROM blocking_poll AS b WHERE b.wall_ns <>"
		" (SELECT coalesce(sum(s.wall_ns), 0)"
		" FROM slice AS s WHERE s.blocking_poll = b.id)",
		"SELECT count(*) FROM slice WHERE wall_ns < 0 OR"
		" run_queue_ns NOT BETWEEN 0 AND wall_ns",
		/* site_poll and site_time are sums of them */
		"SELECT count(*) FROM site_poll AS p WHERE (p.wall_ns, p.run_queue_ns) IS NOT"
		" (SELECT sum(s.wall_ns), sum(s.run_queue_ns) FROM slice AS s"
		"  WHERE s.blocking_poll = p.blocking_poll AND s.site = p.site)",
		"SELECT (SELECT count(*) FROM site_poll) <>"
		" (SELECT count(*) FROM (SELECT DISTINCT blocking_poll, site FROM slice))",
		"SELECT count(*) FROM (SELECT site, stack, frame, sum(wall_ns - run_queue_ns), "
		"count(*) FROM slice"
		" GROUP BY site, stack, frame EXCEPT"
		" SELECT site, stack, frame, sum(blocked_ns), sum(count) FROM site_time"
		" GROUP BY site, stack, frame)",
		"SELECT (SELECT sum(wall_ns - run_queue_ns) FROM slice) <> "
		"(SELECT sum(blocked_ns) FROM site_time)",
		/* sites add up */
		"SELECT count(*) FROM capture AS c WHERE"
		" (SELECT sum(total_ns) FROM blocking_sites AS s WHERE s.capture = c.id) IS NOT"
		" (SELECT sum(wall_ns - run_queue_ns) FROM blocking_poll AS b"
		" WHERE b.capture = c.id)",
		/* states add up to a worker's time */
		"SELECT count(*) FROM workers WHERE wall_ns <> poll_cpu_ns + poll_offcpu_ns"
		" + run_queue_ns + parked_ns + runtime_ns + unknown_ns",
		/* no row refers to another capture */
		"SELECT count(*) FROM slice AS s JOIN site AS t ON t.id = s.site"
		" WHERE t.capture <> s.capture",
		"SELECT count(*) FROM slice AS s JOIN blocking_poll AS b ON b.id = s.blocking_poll"
		" WHERE b.capture <> s.capture",
		"SELECT count(*) FROM observation AS e JOIN thread AS t ON t.id = e.thread"
		" WHERE t.capture <> e.capture",
	};
	char path[32];
	sqlite3 *db;

	(void)state;
	two_captures(path);
	db = plain_sqlite(path);
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		if (database_number(db, never[i], -1) != 0)
			fail_msg("%d rows: %s", (int)database_number(db, never[i], -1), never[i]);
	}
	assert_number(db, "SELECT count(*) > 2 FROM blocking_poll WHERE capture = 2", 1);
	sqlite3_close(db);
	unlink(path);
}

static void a_hot_function_has_self_time_and_total_time(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	profile_sample(&s, 1000, HASH);
	profile_sample(&s, 2000, HASH);
	profile_sample(&s, 3000, LOCK);
	scene_sample(&s, 11, 4000, 0,
		     HASH); /* a sample that is not for the profile counts as well */
	db = scene_load(&s, 200000);
	/* hash() ran below take(), whose total has it; poll() only called it. */
	assert_number(db, "SELECT samples FROM hotspots WHERE function = 'demo::hasher::mix'", 3);
	assert_number(db, "SELECT samples FROM hotspots WHERE function = 'demo::locker::take'", 1);
	assert_number(
		db,
		"SELECT self_ns FROM hotspots WHERE function = 'tokio::runtime::task::raw::poll'",
		0);
	assert_number(db,
		      "SELECT total_ns - (SELECT sum(self_ns) FROM hotspots) FROM hotspots "
		      "WHERE function = 'tokio::runtime::task::raw::poll'",
		      0);
	sqlite3_close(db);
}

/* As in an arm of select!: the user's closure, declared inside the macro. */
static void a_function_with_inlined_user_code_is_the_users(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	profile_sample(&s, 1000, HASH);
	db = scene_load(&s, 200000);
	assert_int_equal(
		sqlite3_exec(db,
			     "UPDATE frame SET site = 'demo::hasher::hash', origin = 'tokio', "
			     "decl_file = '/registry/select.rs', decl_line = 1 "
			     "WHERE function LIKE 'tokio::runtime::task::raw::poll%'",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_changes(db) > 0, 1);
	assert_text(db,
		    "SELECT origin || ' ' || file FROM hotspots "
		    "WHERE function = 'demo::hasher::hash'",
		    "user src/hasher.rs");
	sqlite3_close(db);
}

/* Within its windows, their states add up to the worker's. */
static void a_timeline_splits_the_time_of_a_worker(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 50000,
				      .to = 150000,
				      .wakeup = 148000,
				      .stack = NAP,
				      .syscall = SYS_NANOSLEEP});
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 160000,
				      .to = 190000,
				      .stack = PARK,
				      .syscall = SYS_EPOLL_WAIT});
	scene_window(&s, 11, 0, 100000, 50000, 0, 0);
	scene_window(&s, 11, 100000, 200000, 20000, 0, 0);
	db = scene_load(&s, 200000);
	assert_number(db, "SELECT poll_offcpu_ns FROM worker_timeline WHERE at_ns = 0", 50000000);
	assert_number(db, "SELECT poll_offcpu_ns FROM worker_timeline WHERE at_ns > 0", 48000000);
	assert_number(db, "SELECT run_queue_ns FROM worker_timeline WHERE at_ns > 0", 2000000);
	assert_number(db, "SELECT parked_ns FROM worker_timeline WHERE at_ns > 0", 30000000);
	assert_number(db, "SELECT count(*) FROM worker_timeline", 2);
	sqlite3_close(db);
}

static void a_mark_is_at_its_time(void **state)
{
	struct scene s;
	struct hud_mark mark = {.head = {HUD_MARK, 0, sizeof(mark)}};
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	mark.text = (uint32_t)capture_writer_string(s.writer, "deploy v2");
	mark.time_ns = BEGIN_NS + 150000000;
	scene_event(&s, &mark);
	mark.time_ns = UINT64_MAX; /* not within this recording */
	scene_event(&s, &mark);
	scene_span(&s, (struct span) {.tid = 11, .from = 0, .to = 200000, .stack = PARK});
	scene_window(&s, 11, 0, 100000, 0, 0, 0);
	scene_window(&s, 11, 100000, 200000, 0, 0, 0);
	db = scene_load(&s, 200000);
	assert_number(db, "SELECT count(*) FROM mark", 1);
	assert_number(db, "SELECT sum(count) FROM loss WHERE cause = 'record-invalid'", 1);
	assert_text(db, "SELECT marks FROM worker_timeline WHERE at_ns > 0", "deploy v2");
	assert_number(db, "SELECT marks IS NULL FROM worker_timeline WHERE at_ns = 0", 1);
	sqlite3_close(db);
}

/* Columns of a table that the loader's list has; `of_all`: that it must have. */
static int64_t columns(sqlite3 *db, enum row_kind kind, bool of_all)
{
	char sql[2048];

	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM pragma_table_info('%s') WHERE %s "
		 "instr(',' || replace('%s', ' ', '') || ',', ',' || name || ',')",
		 row_kind_table(kind), of_all ? "\"notnull\" AND dflt_value IS NULL AND NOT" : "",
		 row_kind_columns(kind));
	return database_number(db, sql, -1);
}

static void the_loader_fills_columns_that_tables_have(void **state)
{
	sqlite3 *db = database_empty();

	(void)state;
	for (int kind = 0; kind < ROW_KINDS; kind++) {
		int64_t listed = 1;

		for (const char *c = row_kind_columns((enum row_kind)kind); *c; c++)
			listed += *c == ',';
		if (columns(db, (enum row_kind)kind, false) != listed ||
		    columns(db, (enum row_kind)kind, true) != 0)
			fail_msg("%s (%s)", row_kind_table((enum row_kind)kind),
				 row_kind_columns((enum row_kind)kind));
	}
	sqlite3_close(db);
}

static void runtimes_their_schedulers_and_park_calls_are_in_the_database(void **state)
{
	sqlite3 *db = database_empty();

	(void)state;
	assert_text(db, "SELECT group_concat(name || ' ' || title) FROM runtime", "tokio Tokio");
	assert_text(db,
		    "SELECT group_concat(name || ' ' || single_threaded) FROM scheduler "
		    "WHERE runtime = 'tokio'",
		    "multi_thread 0,current_thread 1");
	assert_number(db, "SELECT count(*) FROM park_call WHERE runtime = 'tokio'", 6);
	assert_text(db, "SELECT group_concat(name) FROM worker_name WHERE runtime = 'tokio'",
		    "tokio-runtime-w,tokio-rt-worker");
	sqlite3_close(db);
}

/* The error of opening it again, after `sql`. */
static int opened_after(const char *sql)
{
	char path[32];
	sqlite3 *db;
	int err;

	two_captures(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	err = schema_open(path, DATABASE_READ, &db);
	if (!err)
		sqlite3_close(db);
	unlink(path);
	return err;
}

static void a_database_whose_views_are_not_ours_is_refused(void **state)
{
	(void)state;
	assert_int_equal(opened_after("DROP VIEW blocking_sites;"
				      "CREATE VIEW Blocking_Sites AS SELECT 1 AS blocked_ns"),
			 -EBADMSG);
	assert_int_equal(opened_after("PRAGMA writable_schema = 1; UPDATE sqlite_master SET "
				      "sql = replace(sql, ' WHERE NOT main', '') "
				      "WHERE name = 'blocking_sites'"),
			 -EBADMSG);
	assert_int_equal(opened_after("DROP TABLE cause; CREATE VIEW cause AS SELECT 1 AS name"),
			 -EBADMSG);
	assert_int_equal(opened_after("CREATE TRIGGER t AFTER INSERT ON capture BEGIN "
				      "DELETE FROM capture; END"),
			 -EBADMSG);
	assert_int_equal(opened_after("CREATE VIEW mine AS SELECT * FROM blocking_sites;"
				      "CREATE INDEX quick ON offcpu_span (thread)"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_view_works_without_hud),
		cmocka_unit_test(sums_hold_in_each_capture_of_a_database),
		cmocka_unit_test(a_hot_function_has_self_time_and_total_time),
		cmocka_unit_test(a_function_with_inlined_user_code_is_the_users),
		cmocka_unit_test(a_mark_is_at_its_time),
		cmocka_unit_test(the_loader_fills_columns_that_tables_have),
		cmocka_unit_test(runtimes_their_schedulers_and_park_calls_are_in_the_database),
		cmocka_unit_test(a_timeline_splits_the_time_of_a_worker),
		cmocka_unit_test(a_database_whose_views_are_not_ours_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
