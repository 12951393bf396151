/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/export/export_fixture.h"

#include <fcntl.h>

/* Flame graphs, tables and metrics: the numbers are those of the report. */

static const char blocked_sql[] = "SELECT sum(total_ns) FROM blocking_sites";
static const char lock_sql[] = "SELECT sum(total_ns) FROM blocking_sites WHERE cause = 'lock'";

/* The sum of the numbers at the ends of the lines; each must have stack and number. */
static int64_t folded_sum(const char *text)
{
	int64_t sum = 0;

	for (const char *line = text; *line;) {
		const char *end = strchr(line, '\n');
		const char *blank = end;

		assert_non_null(end);
		while (blank > line && *blank != ' ')
			blank--;
		assert_true(blank > line && line[strspn(line, ";")] == *line);
		assert_int_equal(strspn(blank + 1, "0123456789"), end - blank - 1);
		sum += strtoll(blank + 1, NULL, 10);
		line = end + 1;
	}
	return sum;
}

static void folded_stacks_add_up_to_the_blocked_time(void **state)
{
	sqlite3 *db = everything_load();
	static const struct {
		const char *of;
		const char *sql;
	} all[] = {
		{NULL, blocked_sql},
		{"blocked", blocked_sql},
		{"lock", lock_sql},
		{"cpu", "SELECT sum(ns) FROM profile_stack WHERE kind = 'cpu'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct exported x = exported_from(
			db, (struct export_form) {.format = "folded", .of = all[i].of});

		assert_number(db, all[i].sql, folded_sum(x.bytes));
		assert_true(folded_sum(x.bytes) > 0);
		free(x.bytes);
	}
	sqlite3_close(db);
}

/* What no stack shows is in the graph, as `unknown`. */
static void blocked_time_without_a_stack_is_in_the_graph(void **state)
{
	sqlite3 *db = spans_load(100000, {11, 0, 20000, 19000, NAP, SYS_NANOSLEEP, 0, 0, NO_STACK},
				 {11, 30000, 50000, 49000, NAMELESS, SYS_FSYNC, 0, 0, NO_STACK});
	struct exported x;

	(void)state;
	assert_int_equal(sqlite3_exec(db,
				      "UPDATE site_time SET stack = NULL WHERE stack = (SELECT "
				      "max(stack) FROM site_time)",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	x = exported_from(db, (struct export_form) {.format = "folded"});
	assert_non_null(strstr(x.bytes, "unknown "));
	assert_number(db, blocked_sql, folded_sum(x.bytes));
	free(x.bytes);
	sqlite3_close(db);
}

static void speedscope_has_a_profile_for_each_cause(void **state)
{
	sqlite3 *db = everything_load();
	struct exported x = exported_from(db, (struct export_form) {.format = "speedscope"});
	int64_t causes = database_number(db,
					 "SELECT count(DISTINCT cause) FROM site_time AS t "
					 "JOIN site AS s ON s.id = t.site",
					 0);

	(void)state;
	assert_int_equal(number_of(x.bytes, "SELECT json_valid(?1)"), 1);
	assert_int_equal(number_of(x.bytes, "SELECT json_array_length(?1, '$.profiles')"),
			 causes + 2);
	assert_number(db, blocked_sql,
		      number_of(x.bytes, "SELECT sum(value) FROM json_each(?1, "
					 "'$.profiles[0].weights')"));
	assert_number(db, blocked_sql,
		      number_of(x.bytes, "SELECT ?1 ->> '$.profiles[0].endValue'"));
	/* Each frame that a stack refers to is there. */
	assert_int_equal(
		number_of(x.bytes,
			  "SELECT max(f.value) + 1 - json_array_length(?1, '$.shared.frames') "
			  "FROM json_each(?1, '$.profiles') AS p, json_each(p.value, '$.samples') "
			  "AS s, json_each(s.value) AS f"),
		0);
	free(x.bytes);
	sqlite3_close(db);
}

static void a_query_is_exported_line_by_line(void **state)
{
	sqlite3 *db = everything_load();
	struct exported x =
		exported_from(db, (struct export_form) {.format = "ndjson", .query = "@sites"});
	int64_t sites = database_number(db, "SELECT count(*) FROM blocking_sites", -1), lines = 0;
	char *rest = x.bytes;

	(void)state;
	for (char *line; (line = strsep(&rest, "\n")) && *line; lines++)
		assert_int_equal(number_of(line, "SELECT ?1 ->> '$.total_ns' > 0"), 1);
	assert_int_equal(lines, sites);
	free(x.bytes);
	x = exported_from(db, (struct export_form) {.format = "csv", .query = "@sites"});
	assert_memory_equal(x.bytes, "site,function,crate,", 20);
	free(x.bytes);
	sqlite3_close(db);
}

/* A sample has a name, labels whose quotes are escaped, and a number; none comes twice. */
static void metrics_are_in_the_text_format(void **state)
{
	sqlite3 *db = everything_load();
	struct exported x;
	char *rest, *before[512];
	size_t samples = 0;

	(void)state;
	assert_int_equal(sqlite3_exec(db,
				      "UPDATE site SET function = 'a\"b\\c' || char(10) "
				      "WHERE id = 1",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	x = exported_from(db, (struct export_form) {.format = "prometheus"});
	assert_non_null(strstr(x.bytes, "function=\"a\\\"b\\\\c\\n\""));
	rest = x.bytes;
	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		char *blank = strrchr(line, ' ');

		assert_non_null(blank);
		if (*line == '#') {
			assert_true(strncmp(line, "# HELP hud_", 11) == 0 ||
				    strncmp(line, "# TYPE hud_", 11) == 0);
			continue;
		}
		assert_true(strspn(line, "abcdefghijklmnopqrstuvwxyz_") > 4);
		assert_int_equal(strspn(blank + 1, "0123456789."), strlen(blank + 1));
		*blank = '\0';
		for (size_t i = 0; i < samples; i++)
			assert_string_not_equal(line, before[i]);
		assert_true(samples < 512);
		before[samples++] = line;
	}
	assert_true(samples > 20);
	free(x.bytes);
	sqlite3_close(db);
}

static void what_cannot_be_exported_is_refused(void **state)
{
	static const struct export_form wrong[] = {
		{.format = NULL},
		{.format = "svg"},
		{.format = "csv"},
		{.format = "csv", .query = "sites"},
		{.format = "csv", .query = "@nothing"},
		{.format = "folded", .query = "@sites"},
		{.format = "prometheus", .of = "cpu"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(export_check(&wrong[i]), STATUS_INPUT);
}

/* A file that could not be written to its end is not there, and one that was there before stays. */
static void a_file_appears_when_it_is_complete(void **state)
{
	sqlite3 *db = everything_load();
	const struct input input = {.db = db, .capture = 1, .captures = 1};
	struct export_form form = {.format = "folded", .of = "nonsense"};
	char path[] = "/tmp/hud-export-XXXXXX";
	int fd = mkstemp(path);
	struct exported x;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "old", 3), 3);
	close(fd);
	form.output = path;
	assert_int_equal(export_write(&input, &form), STATUS_INPUT);
	form.of = NULL;
	sqlite3_exec(db, "DROP VIEW profile_folded", NULL, NULL, NULL);
	assert_int_not_equal(export_write(&input, &form), STATUS_DONE);
	x = file_taken(path);
	assert_string_equal(x.bytes, "old");
	free(x.bytes);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folded_stacks_add_up_to_the_blocked_time),
		cmocka_unit_test(blocked_time_without_a_stack_is_in_the_graph),
		cmocka_unit_test(speedscope_has_a_profile_for_each_cause),
		cmocka_unit_test(a_query_is_exported_line_by_line),
		cmocka_unit_test(metrics_are_in_the_text_format),
		cmocka_unit_test(what_cannot_be_exported_is_refused),
		cmocka_unit_test(a_file_appears_when_it_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
