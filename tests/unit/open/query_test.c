/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/embedded.h"
#include "analyzer/open/filter.h"
#include "analyzer/open/named_query.h"
#include "analyzer/base/words.h"
#include "format/wire/names.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Queries, and whether docs/SCHEMA.md describes the tables and views they read. */

static void every_named_query_answers(void **state)
{
	struct input input = {.db = everything_load(), .capture = 1, .captures = 1};
	size_t queries = 0;

	(void)state;
	assert_int_equal(filter_functions(input.db), 0);
	database_restrict(input.db);
	for (const struct embedded_file *f = embedded_files; f->name; f++) {
		const char *file = embedded_within(f, "sql/query/");
		char name[64];
		sqlite3_stmt *statement;
		int step;

		if (!file)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, "."), file);
		statement = named_query(&input, name, 0);
		assert_non_null(statement);
		while ((step = sqlite3_step(statement)) == SQLITE_ROW)
			;
		assert_int_equal(step, SQLITE_DONE);
		sqlite3_finalize(statement);
		queries++;
	}
	assert_true(queries >= 15);
	input_close(&input);
}

/* @activity has a parameter that no view can have; the documents put views together. */
static bool is_more_than_a_select(const char *file)
{
	return strcmp(file, "activity.sql") == 0 || strcmp(file, "report.sql") == 0 ||
	       strcmp(file, "task_document.sql") == 0;
}

static void a_named_query_is_a_select_from_one_view(void **state)
{
	sqlite3 *db = database_empty();

	(void)state;
	for (const struct embedded_file *f = embedded_files; f->name; f++) {
		const char *file = embedded_within(f, "sql/query/");
		const char *select = strstr(f->text, "\nSELECT "), *from;
		char count[128];

		if (!file || is_more_than_a_select(file))
			continue;
		from = select ? strstr(select, "\nFROM ") : NULL;
		if (!from || strstr(from + 1, "FROM ") != from + 1 || strstr(select, "JOIN "))
			fail_msg("%s is not a SELECT from one view", file);
		snprintf(count, sizeof(count),
			 "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND name = '%.*s'",
			 (int)strcspn(from + 6, "\n;"), from + 6);
		if (database_number(db, count, 0) != 1)
			fail_msg("%s reads no view", file);
	}
	sqlite3_close(db);
}

static void a_query_changes_nothing_and_reads_nothing_else(void **state)
{
	static const char *const forbidden[] = {
		"DELETE FROM site",
		"CREATE TABLE t (a)",
		"ATTACH '/tmp/other.db' AS other",
		"PRAGMA writable_schema = 1",
		"VACUUM INTO '/tmp/copy.db'",
		"SELECT load_extension('x')",
		"DROP VIEW verdict",
		"UPDATE sqlite_master SET sql = ''",
	};
	sqlite3 *db = everything_load();

	(void)state;
	database_restrict(db);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		sqlite3_stmt *statement = NULL;
		int err = sqlite3_prepare_v2(db, forbidden[i], -1, &statement, NULL);

		if (err == SQLITE_OK)
			err = sqlite3_step(statement);
		sqlite3_finalize(statement);
		if (err == SQLITE_OK || err == SQLITE_ROW || err == SQLITE_DONE)
			fail_msg("allowed: %s", forbidden[i]);
	}
	assert_number(db, "SELECT count(*) FROM pragma_table_info('site')", 7);
	sqlite3_close(db);
}

/* One line of @folded: no blank but the one before the count, which is returned. */
static int64_t folded_count(const char *line)
{
	const char *blank = strrchr(line, ' ');
	char *end;
	int64_t count;

	assert_non_null(blank);
	count = strtoll(blank + 1, &end, 10);
	assert_true(blank > line && end > blank + 1 && !*end && count > 0);
	assert_int_equal(strcspn(line, "\n\t"), strlen(line));
	return count;
}

static void folded_stacks_are_lines_that_flame_graph_tools_read(void **state)
{
	struct input input = {.db = everything_load(), .capture = 1, .captures = 1};
	int64_t total = 0, arrays = 0;
	sqlite3_stmt *q;

	(void)state;
	assert_int_equal(database_run(input.db, "UPDATE frame SET site = 'fill<[u8; 4]>' "
						"WHERE site = 'demo::sleepy::nap'"),
			 0);
	q = named_query(&input, "folded", 0);
	assert_int_equal(sqlite3_column_count(q), 1);
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(q, 0);

		total += folded_count(line);
		assert_null(strstr(line, "[u8;"));
		arrays += strstr(line, ";fill<[u8: 4]>;") != NULL;
	}
	sqlite3_finalize(q);
	assert_true(arrays > 0);
	assert_number(input.db, "SELECT sum(blocked_ns) FROM site_time", total);
	input_close(&input);
}

static void percentages_add_up(void **state)
{
	static const int64_t wholes[][6] = {
		{1, 1, 1, 0, 0, 0},
		{1, 1, 1, 1, 1, 1},
		{999, 1, 0, 0, 0, 0},
		{7, 11, 13, 17, 19, 23},
	};
	int tenths[6];

	(void)state;
	for (size_t i = 0; i < sizeof(wholes) / sizeof(*wholes); i++) {
		int sum = 0;

		percent_parts(wholes[i], 6, tenths);
		for (int k = 0; k < 6; k++)
			sum += tenths[k];
		assert_int_equal(sum, 1000);
	}
	percent_parts((const int64_t[6]) {0}, 6, tenths);
	assert_int_equal(tenths[0], 0);
}

static void durations_have_units(void **state)
{
	static const struct {
		int64_t ns;
		const char *word;
	} cases[] = {
		{-1, "-"},
		{0, "0 ns"},
		{999, "999 ns"},
		{45000, "45 us"},
		{1500000, "1.5 ms"},
		{250000000, "250 ms"},
		{1250000000, "1.25 s"},
		{12500000000, "12.5 s"},
		{3600000000000, "3600 s"},
	};
	char word[WORD_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(duration_word(word, cases[i].ns), cases[i].word);
}

static char *document(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (!file)
		fail_msg("%s is missing: run from the top of the tree", path);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	return text;
}

/* Writes "### table" and "| `column` |" for all of the schema, as they stand in the document. */
static char *schema_outline(sqlite3 *db)
{
	sqlite3_stmt *q;
	char *out = calloc(1, 1 << 18);
	size_t length = 0;

	assert_non_null(out);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT m.name, c.name FROM sqlite_schema AS m, "
					    "pragma_table_xinfo(m.name) AS c "
					    "WHERE m.type IN ('table', 'view') "
					    "ORDER BY m.name, c.cid",
					    -1, &q, NULL),
			 SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW)
		length += (size_t)snprintf(out + length, (1 << 18) - length, "%s.%s\n",
					   (const char *)sqlite3_column_text(q, 0),
					   (const char *)sqlite3_column_text(q, 1));
	sqlite3_finalize(q);
	return out;
}

/* Finds `table.column` in the document; counts all columns it describes on the way. */
static bool documented(const char *text, const char *table, const char *column)
{
	char heading[128], cell[128];
	const char *section, *end, *found;

	snprintf(heading, sizeof(heading), "\n### %s\n", table);
	snprintf(cell, sizeof(cell), "\n| `%s` | ", column);
	section = strstr(text, heading);
	if (!section)
		return false;
	end = strstr(section + 1, "\n##");
	found = strstr(section, cell);
	return found && (!end || found < end);
}

static size_t occurrences(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		count++;
	return count;
}

static void the_documented_schema_is_the_schema(void **state)
{
	sqlite3 *db = database_empty();
	char *text = document("docs/SCHEMA.md"), *outline = schema_outline(db);
	size_t columns = 0;
	char version[64];

	(void)state;
	snprintf(version, sizeof(version), "`PRAGMA user_version` is %lld.",
		 (long long)database_number(db, "PRAGMA user_version", -1));
	if (!strstr(text, version))
		fail_msg("docs/SCHEMA.md does not say: %s", version);
	for (char *line = strtok(outline, "\n"); line; line = strtok(NULL, "\n")) {
		char *column = strchr(line, '.');

		*column++ = '\0';
		if (!documented(text, line, column))
			fail_msg("docs/SCHEMA.md does not describe %s.%s", line, column);
		columns++;
	}
	assert_int_equal(occurrences(text, "\n| `"), columns);
	free(text);
	free(outline);
	sqlite3_close(db);
}

static void each_cause_of_loss_has_a_meaning(void **state)
{
	sqlite3 *db = database_empty();
	const char *cause;
	int64_t count = 0;

	(void)state;
	for (; (cause = hud_loss_name((uint32_t)count + 1)); count++) {
		sqlite3_stmt *q = database_statement(
			db, "SELECT count(*) FROM loss_meanings WHERE cause = :cause");

		statement_text(q, ":cause", cause);
		if (statement_answer(q, 0) != 1)
			fail_msg("loss_meanings does not have %s", cause);
	}
	assert_int_equal(database_number(db, "SELECT count(*) FROM loss_meanings", 0), count);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_named_query_answers),
		cmocka_unit_test(a_named_query_is_a_select_from_one_view),
		cmocka_unit_test(a_query_changes_nothing_and_reads_nothing_else),
		cmocka_unit_test(folded_stacks_are_lines_that_flame_graph_tools_read),
		cmocka_unit_test(percentages_add_up),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(the_documented_schema_is_the_schema),
		cmocka_unit_test(each_cause_of_loss_has_a_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
