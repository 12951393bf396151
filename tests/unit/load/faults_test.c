/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whichever call fails while a capture is loaded, all of it is loaded or nothing, there is an error
 * or all of it is there, and no memory is left.
 */
#include "analyzer/derive/schema.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the thousands of allocations each of the first fails, and then one in STRIDE. */
enum { FIRST = 100, STRIDE = 211, STRIDE_OF_ONE = 997 };

struct place {
	char path[32];
	struct scene scene;
	int64_t rows; /* in all tables, when it was loaded without a fault */
};

static int table_count(void *context, sqlite3_stmt *q)
{
	int64_t *rows = context;
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", sqlite3_column_text(q, 0));
	*rows += database_number(sqlite3_db_handle(q), sql, INT64_MIN / 2);
	return SQLITE_OK;
}

/* What was derived is among them. */
static int64_t rows_count(sqlite3 *db)
{
	int64_t rows = 0;

	assert_int_equal(database_rows(db,
				       "SELECT name FROM sqlite_master WHERE type = 'table' "
				       "AND name NOT LIKE 'sqlite_%' AND ?1 = 0",
				       0, table_count, &rows),
			 SQLITE_OK);
	return rows;
}

static int place_make(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	int fd;

	assert_non_null(p);
	strcpy(p->path, "/tmp/hud-load-XXXXXX");
	fd = mkstemp(p->path);
	assert_true(fd >= 0);
	close(fd);
	scene_begin(&p->scene, 1);
	scene_everything(&p->scene);
	scene_end(&p->scene, 200000, true);
	*state = p;
	return 0;
}

static int place_remove(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	scene_free(&p->scene);
	free(p);
	return 0;
}

/* An empty database that is there, to be changed. */
static sqlite3 *database_new(struct place *p)
{
	sqlite3 *db;

	unlink(p->path);
	assert_int_equal(schema_open(p->path, DATABASE_CREATE, &db), 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(schema_open(p->path, DATABASE_APPEND, &db), 0);
	return db;
}

/* Closes it. After an error the file has nothing of the capture, and without one all of it. */
static void assert_all_or_nothing(struct place *p, sqlite3 *db, int err)
{
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(schema_open(p->path, DATABASE_APPEND, &db), 0);
	assert_number(db, "SELECT count(*) FROM capture", err ? 0 : 1);
	assert_number(db, "SELECT count(*) FROM offcpu_span", err ? 0 : 12);
	assert_number(db, "SELECT count(*) FROM pragma_foreign_key_check", 0);
	if (!err && !p->rows)
		p->rows = rows_count(db);
	if (!err)
		assert_int_equal(rows_count(db), p->rows);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

typedef void faults_beginner(enum fault fault, uint64_t nth, int error);

/* Loads it with a fault. False: no call failed any more. */
static bool load_with(struct place *p, faults_beginner *begin, enum fault fault, uint64_t nth,
		      int error)
{
	int64_t allocated = faults_allocated();
	sqlite3 *db = database_new(p);
	bool failed;
	int err;

	begin(fault, nth, error);
	err = scene_ingest(&p->scene, db);
	failed = faults_end();
	assert_true(failed || !err);
	assert_all_or_nothing(p, db, err);
	if (failed && faults_allocated() != allocated)
		fail_msg("fault %d, call %u: %d allocations are left", fault, (unsigned)nth,
			 (int)(faults_allocated() - allocated));
	return failed;
}

static void without_memory_nothing_is_loaded_and_none_is_lost(void **state)
{
	uint64_t tried = 0;

	if (!faults_possible())
		skip();
	/* SQLite keeps some of the first. */
	load_with(*state, faults_begin, FAULT_MALLOC, UINT32_MAX, ENOMEM);
	for (uint64_t n = 1; load_with(*state, faults_begin, FAULT_MALLOC, n, ENOMEM); tried++)
		n += n < FIRST ? 1 : STRIDE;
	assert_true(tried > FIRST);
	for (uint64_t n = 1; load_with(*state, faults_begin_once, FAULT_MALLOC, n, ENOMEM);)
		n += n < FIRST ? 2 : STRIDE_OF_ONE;
}

static void a_disk_that_is_full_or_broken_leaves_the_database_as_it_was(void **state)
{
	static const int errors[] = {ENOSPC, EIO};

	if (!faults_possible())
		skip();
	load_with(*state, faults_begin, FAULT_WRITE, UINT32_MAX, EIO);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		for (uint64_t n = 1; load_with(*state, faults_begin, FAULT_WRITE, n, errors[i]);)
			n += 7;
	for (uint64_t n = 1; load_with(*state, faults_begin_once, FAULT_WRITE, n, EIO);)
		n += 13;
}

static void a_database_with_a_limit_is_full(void **state)
{
	struct place *p = *state;
	sqlite3 *db = database_new(p);
	int err;

	assert_int_equal(database_run(db, "PRAGMA max_page_count = 1"), 0); /* as many as now */
	err = scene_ingest(&p->scene, db);
	assert_true(err < 0);
	assert_all_or_nothing(p, db, err);
}

static void a_database_that_another_writes_is_busy(void **state)
{
	struct place *p = *state;
	sqlite3 *other, *db;

	sqlite3_close(database_new(p));
	assert_int_equal(sqlite3_open(p->path, &other), SQLITE_OK);
	assert_int_equal(schema_open(p->path, DATABASE_APPEND, &db), 0);
	sqlite3_busy_timeout(db, 1);
	assert_int_equal(database_run(other, "BEGIN EXCLUSIVE"), 0);
	assert_true(scene_ingest(&p->scene, db) < 0);
	assert_int_equal(database_run(other, "COMMIT"), 0);
	assert_all_or_nothing(p, db, -EBUSY);
	sqlite3_close(other);
}

static void without_a_thread_all_is_loaded(void **state)
{
	struct place *p = *state;
	sqlite3 *db = database_new(p);

	faults_begin(FAULT_THREAD, 1, 0);
	assert_int_equal(scene_ingest(&p->scene, db), 0);
	assert_true(faults_end());
	assert_all_or_nothing(p, db, 0);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(without_memory_nothing_is_loaded_and_none_is_lost),
		IN_A_PLACE(a_disk_that_is_full_or_broken_leaves_the_database_as_it_was),
		IN_A_PLACE(a_database_with_a_limit_is_full),
		IN_A_PLACE(a_database_that_another_writes_is_busy),
		IN_A_PLACE(without_a_thread_all_is_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
