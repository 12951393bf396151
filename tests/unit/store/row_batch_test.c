/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/database.h"
#include "analyzer/store/row_batch.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>

/* Rows are stored by another thread while the next are collected. */

#define ROWS 100000 /* many blocks */

struct store {
	sqlite3 *db;
	struct store_thread *thread;
	struct row_batch *batch;
};

static void store_begin(struct store *s, const char *verb)
{
	assert_int_equal(database_open(NULL, DATABASE_TEMPORARY, &s->db), 0);
	assert_int_equal(
		database_run(s->db, "CREATE TABLE kept (name TEXT, number INTEGER UNIQUE)"), 0);
	assert_int_equal(store_thread_open(&s->thread), 0);
	assert_int_equal(row_batch_open(s->db, s->thread, verb, "kept", "name, number", &s->batch),
			 0);
}

static int store_row(struct store *s, const char *name, int64_t number)
{
	row_batch_text(s->batch, name);
	row_batch_number(s->batch, number);
	return row_batch_end(s->batch);
}

static void store_end(struct store *s)
{
	store_thread_close(s->thread);
	row_batch_close(s->batch);
	sqlite3_close(s->db);
}

static void rows_are_stored_in_the_order_they_were_added(void **state)
{
	struct store s;

	(void)state;
	store_begin(&s, "INSERT");
	for (int64_t i = 0; i < ROWS; i++)
		assert_int_equal(store_row(&s, i % 2 ? "odd" : NULL, 3 * i), SQLITE_OK);
	assert_int_equal(row_batch_flush(s.batch), SQLITE_OK);
	assert_number(s.db, "SELECT count(*) FROM kept", ROWS);
	assert_number(s.db,
		      "SELECT count(*) FROM kept WHERE number <> 3 * (rowid - 1) OR name IS NOT "
		      "CASE WHEN rowid % 2 = 0 THEN 'odd' END",
		      0);
	store_end(&s);
}

static void with_replace_a_later_row_replaces_an_earlier_one(void **state)
{
	struct store s;

	(void)state;
	store_begin(&s, "REPLACE");
	for (int64_t i = 0; i < ROWS; i++)
		assert_int_equal(store_row(&s, i < ROWS / 2 ? "first" : "second", i % (ROWS / 2)),
				 SQLITE_OK);
	assert_int_equal(row_batch_flush(s.batch), SQLITE_OK);
	assert_number(s.db, "SELECT count(*) FROM kept WHERE name = 'second'", ROWS / 2);
	assert_number(s.db, "SELECT count(*) FROM kept", ROWS / 2);
	store_end(&s);
}

static void after_a_row_fails_no_more_are_stored(void **state)
{
	struct store s;
	int err = SQLITE_OK;

	(void)state;
	store_begin(&s, "INSERT");
	for (int64_t i = 0; i < ROWS && err == SQLITE_OK; i++)
		err = store_row(&s, "row", i == 1000 ? 7 : i);
	assert_int_equal(err & 0xff, SQLITE_CONSTRAINT);
	assert_int_equal(row_batch_flush(s.batch) & 0xff, SQLITE_CONSTRAINT);
	assert_number(s.db, "SELECT count(*) FROM kept WHERE number >= 1000", 0);
	store_end(&s);
}

static void a_row_with_too_few_or_too_many_values_is_refused(void **state)
{
	struct store s;

	(void)state;
	store_begin(&s, "INSERT");
	row_batch_number(s.batch, 1);
	assert_int_equal(row_batch_end(s.batch), SQLITE_MISUSE);
	for (int i = 0; i < 9; i++)
		row_batch_number(s.batch, i);
	assert_int_equal(row_batch_end(s.batch), SQLITE_MISUSE);
	assert_int_equal(store_row(&s, "whole", 3), SQLITE_OK);
	assert_int_equal(row_batch_flush(s.batch), SQLITE_OK);
	assert_int_equal(database_number(s.db, "SELECT count(*) FROM kept", -1), 1);
	store_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_stored_in_the_order_they_were_added),
		cmocka_unit_test(with_replace_a_later_row_replaces_an_earlier_one),
		cmocka_unit_test(a_row_with_too_few_or_too_many_values_is_refused),
		cmocka_unit_test(after_a_row_fails_no_more_are_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
