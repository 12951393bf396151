/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/column.h"
#include "analyzer/store/database.h"
#include "analyzer/store/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is printed of a database that somebody else made. */

static sqlite3_stmt *selected(sqlite3 **db, const char *sql)
{
	sqlite3_stmt *q;

	assert_int_equal(database_open(NULL, DATABASE_TEMPORARY, db), 0);
	database_restrict(*db);
	q = database_statement(*db, sql);
	assert_non_null(q);
	return q;
}

static void a_name_neither_drives_the_terminal_nor_begins_a_line(void **state)
{
	sqlite3 *db;
	sqlite3_stmt *q =
		selected(&db, "SELECT char(27) || ']0;x' || char(7) AS escapes, "
			      "'a' || char(10) || '::error' AS line, "
			      "CAST(x'61ff62' AS TEXT) AS broken, 'na\xc3\xafve' AS good, "
			      "char(155) || 'm' AS c1, NULL AS none");
	const char *good, *escapes;

	(void)state;
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	escapes = column_text(q, "escapes");
	assert_string_equal(column_text(q, "line"), "a ::error");
	assert_string_equal(column_text(q, "broken"), "a\xef\xbf\xbd"
						      "b");
	good = column_text(q, "good");
	assert_string_equal(good, "na\xc3\xafve");
	assert_ptr_equal(good, sqlite3_column_text(q, 3)); /* no copy */
	assert_null(column_text(q, "none"));
	assert_null(strpbrk(column_text(q, "c1"), "\x9b"));
	assert_string_equal(escapes, "\xef\xbf\xbd]0;x\xef\xbf\xbd");
	sqlite3_finalize(q);
	sqlite3_close(db);
}

static void assert_printed(enum table_form form, const char *expected)
{
	sqlite3 *db;
	sqlite3_stmt *q = selected(&db, "SELECT 'a' || char(10) || char(27) AS \"b\x1b\"");
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_int_equal(table_write(q, form, 9, out), 0);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	sqlite3_finalize(q);
	sqlite3_close(db);
}

static void a_row_of_a_table_is_a_line_and_json_has_all(void **state)
{
	(void)state;
	assert_printed(TABLE_TEXT, "b\xef\xbf\xbd\na \xef\xbf\xbd\n");
	assert_printed(TABLE_PLAIN, "a \xef\xbf\xbd\n");
	assert_printed(TABLE_CSV, "b\xef\xbf\xbd\r\na \xef\xbf\xbd\r\n");
	assert_printed(TABLE_NDJSON, "{\"b\\u001b\": \"a\\u000a\\u001b\"}\n");
}

/* The function behind it is for a pointer that no SQL can make. */
static void its_function_does_nothing_for_others(void **state)
{
	sqlite3 *db;
	sqlite3_stmt *q = selected(&db, "SELECT hud_printable_text('x') AS x");

	(void)state;
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	assert_null(column_text(q, "x"));
	sqlite3_finalize(q);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_neither_drives_the_terminal_nor_begins_a_line),
		cmocka_unit_test(a_row_of_a_table_is_a_line_and_json_has_all),
		cmocka_unit_test(its_function_does_nothing_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
