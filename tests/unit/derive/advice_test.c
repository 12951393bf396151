/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/advice.h"
#include "analyzer/derive/schema.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* advice.rules as it becomes the table advice_rule. */

#define assert_number(db, sql, expected)                                                           \
	assert_int_equal(database_number(db, sql, INT64_MIN), expected)

static sqlite3 *database_empty(void)
{
	sqlite3 *db;

	assert_int_equal(schema_open(NULL, DATABASE_TEMPORARY, &db), 0);
	return db;
}

static void every_rule_is_complete_and_can_match(void **state)
{
	sqlite3 *db = database_empty();

	(void)state;
	assert_number(db,
		      "SELECT count(DISTINCT rule) = max(rule) AND max(rule) > 30 FROM advice_rule",
		      1);
	assert_number(
		db,
		"SELECT count(*) FROM advice_rule WHERE function GLOB '*[[?]*' OR "
		"(cause <> '*' AND cause NOT IN (SELECT name FROM cause)) OR advice NOT GLOB '*.' "
		"OR documentation = ''",
		0);
	sqlite3_close(db);
}

static void an_incomplete_rule_is_refused(void **state)
{
	static const char *const bad[] = {
		"say nothing to say it of\nsee here\n",
		"when cpu *\nsee nothing said\n",
		"when cpu\nsay no function.\nsee here\n",
		"when cpu * x\nsay too much.\nsee here\n",
		"when cpu *\nsay but no end.\n",
		"when cpu *\nif it-rains\nsay such a condition.\nsee here\n",
		"if holder-suspended\nwhen cpu *\nsay the condition first.\nsee here\n",
		"when cpu *\n",
		"whem cpu *\nsay a word nobody knows.\nsee here\n",
		"when cpu *\nsay one.\nwhen lock *\nsee another\n",
		"when cpu *\nsay\nsee here\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sqlite3 *db = database_empty();

		assert_int_equal(advice_write(db, bad[i]), -EINVAL);
		sqlite3_close(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_is_complete_and_can_match),
		cmocka_unit_test(an_incomplete_rule_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
