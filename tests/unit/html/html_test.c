/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/html/html.h"
#include "analyzer/base/embedded.h"
#include "analyzer/compare/judge.h"
#include "analyzer/store/database.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/golden.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the pages of report and diff hold. What their script does: tests/e2e/analyze/page.py. */

static void print_page(void *context)
{
	const struct input input = {.db = context, .capture = 1, .captures = 1};

	assert_int_equal(report_html(&input, "-"), STATUS_DONE);
}

/* The data of a page, cut out of it. */
static char *data_of(char *page)
{
	char *begin = strstr(page, "id=\"data\">"), *end;

	assert_non_null(begin);
	begin += strlen("id=\"data\">");
	end = strstr(begin, "</script>");
	assert_non_null(end);
	*end = '\0';
	return begin;
}

static int64_t number_of(const char *text, const char *sql)
{
	sqlite3_stmt *q;
	sqlite3 *db;
	int64_t number;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
	sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	number = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return number;
}

static void the_data_are_the_rows_of_the_queries(void **state)
{
	sqlite3 *db = everything_load();
	char *page = printed_text(print_page, db), *data = data_of(page);

	(void)state;
	assert_int_equal(number_of(data, "SELECT json_valid(?1)"), 1);
	assert_number(db, "SELECT count(*) FROM blocking_sites",
		      number_of(data, "SELECT json_array_length(?1, '$.sites.rows')"));
	assert_number(db, "SELECT count(*) FROM blocking_poll",
		      number_of(data, "SELECT json_array_length(?1, '$.polls.rows')"));
	assert_number(
		db, "SELECT sum(total_ns) FROM blocking_sites",
		number_of(data, "SELECT sum(value ->> 3) FROM json_each(?1, '$.parts.rows')"));
	assert_number(db, "SELECT sum(ns) FROM profile_stack",
		      number_of(data, "SELECT sum(value ->> 5) FROM json_each(?1, "
				      "'$.profile.rows')"));
	/* Rounded, row by row. */
	assert_in_range(number_of(data, "SELECT abs((SELECT sum(value ->> 3) FROM json_each(?1, "
					"'$.cpu.rows')) - (SELECT sum(value ->> 5) FROM "
					"json_each(?1, '$.profile.rows') WHERE value ->> 0 = "
					"'cpu'))"),
			0, 1000);
	free(page);
	sqlite3_close(db);
}

/* What is drawn of a site, as `s.p99_ns`, is a column: an absent one is drawn as nothing. */
static void what_is_drawn_of_a_site_is_in_its_rows(void **state)
{
	sqlite3 *db = everything_load();
	char *page = printed_text(print_page, db), *data = data_of(page), sql[128];
	const char *script = strstr(embedded_text("html/page.js"), "function site_detail(");
	const char *end = script ? strstr(script, "\n}\n") : NULL;
	int columns = 0;

	(void)state;
	assert_non_null(end);
	for (const char *at = script; (at = strstr(at, "s.")) && at < end; at += 2) {
		size_t length = strspn(at + 2, "abcdefghijklmnopqrstuvwxyz0123456789_");

		if (isalnum((unsigned char)at[-1]) || at[-1] == '_' || at[-1] == '.')
			continue;
		snprintf(sql, sizeof(sql),
			 "SELECT count(*) FROM json_each(?1, '$.sites.columns') "
			 "WHERE value = '%.*s'",
			 (int)length, at + 2);
		if (number_of(data, sql) != 1)
			fail_msg("sites have no column %.*s", (int)length, at + 2);
		columns++;
	}
	assert_true(columns > 10);
	free(page);
	sqlite3_close(db);
}

/* Each poll and each part of a poll at a site is in one bar. */
static void histograms_count_all(void **state)
{
	sqlite3 *db = everything_load();
	char *page = printed_text(print_page, db), *data = data_of(page);

	(void)state;
	assert_number(db,
		      "SELECT (SELECT count(*) FROM site_poll) + (SELECT count(*) FROM "
		      "blocking_poll)",
		      number_of(data, "SELECT sum(value ->> 3) FROM json_each(?1, "
				      "'$.histogram.rows')"));
	free(page);
	sqlite3_close(db);
}

/* No name can end the script that holds it, or begin a comment. */
static void no_name_is_markup(void **state)
{
	static const char change[] =
		"UPDATE frame SET site = '</script><!--<b>', function = site, file = site;"
		"UPDATE site SET function = '</script><!--<b>' || id;"
		"UPDATE thread SET comm = CAST(x'3cff80c3' AS TEXT);"
		"UPDATE capture SET command = '<img src=x>'";
	sqlite3 *db = everything_load();
	char *page, *data;

	(void)state;
	assert_int_equal(sqlite3_exec(db, change, NULL, NULL, NULL), SQLITE_OK);
	page = printed_text(print_page, db);
	data = data_of(page);
	assert_int_equal(number_of(data, "SELECT json_valid(?1)"), 1);
	assert_null(strchr(data, '<'));
	assert_non_null(strstr(data, "\\u003c/script>"));
	free(page);
	sqlite3_close(db);
}

static void only_the_page_s_own_script_may_run(void **state)
{
	sqlite3 *db = everything_load();
	char *page = printed_text(print_page, db);
	const char *policy = strstr(page, "Content-Security-Policy\" content=\"default-src 'none'; "
					  "script-src 'sha256-");

	(void)state;
	assert_non_null(policy);
	assert_null(strstr(page, "unsafe-"));
	assert_null(strstr(page, "http://"));
	assert_null(strstr(page, "https://"));
	free(page);
	sqlite3_close(db);
}

static void print_diff(void *context)
{
	assert_int_equal(diff_html(context, "-"), STATUS_DONE);
}

/* The flame graph of a comparison holds what it says was blocked, on both sides. */
static void a_diff_s_flame_graph_is_its_blocked_time(void **state)
{
	sqlite3 *db = everything_load();
	const struct input input = {.db = db, .capture = 1, .captures = 1};
	struct comparison c;
	char *page, *data;

	(void)state;
	assert_int_equal(comparison_open(&c), STATUS_DONE);
	c.stacks = true;
	for (enum side side = BEFORE; side < SIDES; side++)
		assert_int_equal(comparison_add_input(&c, side, &input, true), STATUS_DONE);
	assert_int_equal(comparison_prepare(&c), STATUS_DONE);
	assert_int_equal(comparison_judge(&c), STATUS_DONE);
	page = printed_text(print_diff, &c);
	data = data_of(page);
	assert_number(c.db,
		      "SELECT round(1e3 * blocked_ns * 1e6 / worker_ns) FROM figure AS f "
		      "JOIN subject AS s ON s.id = f.subject AND s.kind = 'all' WHERE side = 1",
		      number_of(data, "SELECT round(1e6 * sum(value ->> 3)) "
				      "FROM json_each(?1, '$.profile.rows') WHERE value ->> 0"));
	assert_int_equal(
		number_of(data, "SELECT count(*) FROM json_each(?1, '$.profile.rows') AS p WHERE "
				"p.value ->> 2 NOT IN (SELECT value ->> 0 FROM json_each(?1, "
				"'$.stacks.rows'))"),
		0);
	free(page);
	comparison_close(&c);
	sqlite3_close(db);
}

static int times_in(const char *text, const char *what)
{
	int times = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		times++;
	return times;
}

/* In light and dark; in tables; and in the timeline, in the order of the rules. */
static void every_cause_has_a_colour(void **state)
{
	const char *style = embedded_text("html/page.css"), *script = embedded_text("html/page.js");
	FILE *rules = fopen("analyzer/rules/causes.rules", "r");
	char line[300], name[32], text[64];
	int causes = 0;

	(void)state;
	assert_non_null(rules);
	while (fgets(line, sizeof(line), rules)) {
		if (sscanf(line, "cause %31s", name) != 1 && sscanf(line, "work %31s", name) != 1)
			continue;
		causes++;
		snprintf(text, sizeof(text), " --%s: #", name);
		if (times_in(style, text) != 2)
			fail_msg("page.css has no colours --%s", name);
		snprintf(text, sizeof(text), ".key.%s {", name);
		if (!strstr(style, text))
			fail_msg("page.css has no %s", text);
		snprintf(text, sizeof(text), "  \"%s\",\n", name);
		if (!strstr(script, text))
			fail_msg("CAUSES lacks %s", name);
	}
	fclose(rules);
	assert_true(causes >= 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_data_are_the_rows_of_the_queries),
		cmocka_unit_test(what_is_drawn_of_a_site_is_in_its_rows),
		cmocka_unit_test(histograms_count_all),
		cmocka_unit_test(no_name_is_markup),
		cmocka_unit_test(only_the_page_s_own_script_may_run),
		cmocka_unit_test(every_cause_has_a_colour),
		cmocka_unit_test(a_diff_s_flame_graph_is_its_blocked_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
