/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/database.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Running statements on a database. */

static sqlite3 *opened(void)
{
	sqlite3 *db;

	assert_int_equal(database_open(NULL, DATABASE_TEMPORARY, &db), 0);
	assert_int_equal(database_run(db, "CREATE TABLE t (n); INSERT INTO t VALUES (1), (2), (3)"),
			 0);
	return db;
}

static void an_embedded_file_that_does_not_exist_is_an_error(void **state)
{
	sqlite3 *db = opened();

	(void)state;
	assert_int_equal(database_run_file(db, "sql/no/such.sql", 1), -ENOENT);
	sqlite3_close(db);
}

static int stop_at_2(void *sum, sqlite3_stmt *q)
{
	*(int *)sum += sqlite3_column_int(q, 0);
	return sqlite3_column_int(q, 0) == 2 ? SQLITE_NOMEM : SQLITE_OK;
}

static void a_reader_of_rows_can_stop_the_query(void **state)
{
	sqlite3 *db = opened();
	int sum = 0;

	(void)state;
	assert_int_equal(database_rows(db, "SELECT n FROM t WHERE n >= ?1", 1, stop_at_2, &sum),
			 SQLITE_NOMEM);
	assert_int_equal(sum, 3);
	assert_int_equal(database_rows(db, "SELECT n FROM t WHERE n >= ?1", 3, stop_at_2, &sum),
			 SQLITE_OK);
	assert_int_equal(sum, 6);
	assert_int_equal(database_rows(db, "SELECT n FROM nowhere", 1, stop_at_2, &sum),
			 SQLITE_ERROR);
	sqlite3_close(db);
}

/* The last test: the signal stays noted. */
static void a_signal_ends_the_statement(void **state)
{
	sqlite3 *db = opened();

	(void)state;
	database_stop_on_interrupt(db);
	raise(SIGTERM);
	assert_int_equal(database_run(db, "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL "
					  "SELECT n + 1 FROM c WHERE n < 1000000) "
					  "INSERT INTO t SELECT n FROM c"),
			 -EINTR);
	assert_int_equal(database_number(db, "SELECT count(*) FROM t", -1), 3);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_embedded_file_that_does_not_exist_is_an_error),
		cmocka_unit_test(a_reader_of_rows_can_stop_the_query),
		cmocka_unit_test(a_signal_ends_the_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
