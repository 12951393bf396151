/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check_print.h"
#include "analyzer/compare/diff.h"
#include "analyzer/compare/judge.h"
#include "analyzer/open/filter.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/golden.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What diff and check print of made-up services, byte for byte. */

static void add(struct comparison *c, enum side side, struct busy busy,
		const struct filter *filters)
{
	struct input input = {.capture = 1, .captures = 1};
	struct scene s;

	scene_begin(&s, (uint8_t)(1 + busy.seed % 200));
	scene_busy(&s, busy);
	input.db = scene_load(&s, busy.seconds * UINT64_C(1000000));
	assert_int_equal(filter_functions(input.db), 0);
	assert_int_equal(filter_apply(input.db, filters, &input.capture, 1), STATUS_DONE);
	assert_int_equal(comparison_add_input(c, side, &input, false), STATUS_DONE);
	sqlite3_close(input.db);
}

/*
 * One site twice as long, one gone; `differently` is SQL that changes how a side was recorded, or
 * NULL.
 */
static struct comparison changed(struct filter filters, const char *differently)
{
	struct comparison c;

	assert_int_equal(comparison_open(&c), STATUS_DONE);
	assert_int_equal(comparison_filter(&c, &filters), STATUS_DONE);
	add(&c, BEFORE, (struct busy) {1, 30, 1, false}, &filters);
	add(&c, AFTER, (struct busy) {2, 30, 2, true}, &filters);
	if (differently)
		assert_int_equal(database_run(c.db, differently), 0);
	assert_int_equal(comparison_prepare(&c), STATUS_DONE);
	assert_int_equal(comparison_judge(&c), STATUS_DONE);
	return c;
}

static const struct filter whole;
static const struct filter part = {.from = "5s",
				   .to = "-5s",
				   .worker = "tokio-*",
				   .task = "demo::*",
				   .cause = "sleep,net-io",
				   .match = "nap$",
				   .min_ns = 20000000};

static void print_text(void *c)
{
	assert_int_equal(diff_text(c, 20), STATUS_DONE);
}

static void print_short(void *c)
{
	assert_int_equal(diff_text(c, 2), STATUS_DONE);
}

static void print_markdown(void *c)
{
	assert_int_equal(diff_markdown(c, 20), STATUS_DONE);
}

static void print_json(void *c)
{
	assert_int_equal(diff_json(c), STATUS_DONE);
}

static void a_comparison_prints_as_it_did(void **state)
{
	struct comparison c = changed(whole, NULL);

	(void)state;
	golden_output("tests/golden/diff/diff.txt", print_text, &c);
	golden_output("tests/golden/diff/diff-top-2.txt", print_short, &c);
	golden_output("tests/golden/diff/diff.md", print_markdown, &c);
	golden_output("tests/golden/diff/diff.json", print_json, &c);
	comparison_close(&c);
}

static void what_cannot_be_compared_prints_as_it_did(void **state)
{
	struct comparison c =
		changed(whole, "UPDATE compared SET threshold_ns = 1000000 WHERE side = 1");

	(void)state;
	golden_output("tests/golden/diff/diff-thresholds.txt", print_text, &c);
	golden_output("tests/golden/diff/diff-thresholds.md", print_markdown, &c);
	golden_output("tests/golden/diff/diff-thresholds.json", print_json, &c);
	comparison_close(&c);
}

static void a_comparison_of_a_part_prints_as_it_did(void **state)
{
	struct comparison c = changed(part, NULL);

	(void)state;
	golden_output("tests/golden/diff/diff-filters.txt", print_text, &c);
	golden_output("tests/golden/diff/diff-filters.md", print_markdown, &c);
	golden_output("tests/golden/diff/diff-filters.json", print_json, &c);
	comparison_close(&c);
}

static struct check checked(struct filter filters)
{
	static const char *const rules[] = {
		"blocked_p99 > 10ms",
		"blocked > 50%",
		"site(\"sleepy::*\").blocked > +20%",
		"site(\"*\").p99 > +20%",
		"site(\"db::*\").rate > +20%",
	};
	struct check c = {.comparison = changed(filters, NULL), .status = STATUS_DONE};
	char error[CHECK_ERROR_BYTES];
	struct check_rule rule;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		assert_true(check_rule_read(rules[i], &rule, error));
		assert_int_equal(check_apply(&c, i + 1, &rule), STATUS_DONE);
	}
	c.min_busy_ns = UINT64_C(3600000000000);
	assert_int_equal(check_conclude(&c), STATUS_DONE);
	assert_int_equal(c.status, STATUS_FAILED);
	return c;
}

static void check_text(void *c)
{
	assert_int_equal(check_print_text(c), STATUS_DONE);
}

static void check_json(void *c)
{
	assert_int_equal(check_print_json(c), STATUS_DONE);
}

static void check_github(void *c)
{
	assert_int_equal(check_print_github(c), STATUS_DONE);
}

static void a_check_prints_as_it_did(void **state)
{
	struct check c = checked(whole);
	char path[] = "/tmp/hud-junit-XXXXXX";
	int descriptor = mkstemp(path);

	(void)state;
	assert_true(descriptor >= 0);
	close(descriptor);
	golden_output("tests/golden/check/check.txt", check_text, &c);
	golden_output("tests/golden/check/check.json", check_json, &c);
	golden_output("tests/golden/check/check-github.txt", check_github, &c);
	assert_int_equal(check_write_junit(&c, path), STATUS_DONE);
	golden_file("tests/golden/check/check.xml", path);
	unlink(path);
	assert_int_equal(check_write_junit(&c, "/nowhere/at/all.xml"), STATUS_SYSTEM);
	free(c.reason);
	comparison_close(&c.comparison);
}

static void a_check_of_a_part_prints_as_it_did(void **state)
{
	struct check c = checked(part);

	(void)state;
	golden_output("tests/golden/check/check-filters.txt", check_text, &c);
	golden_output("tests/golden/check/check-filters.json", check_json, &c);
	free(c.reason);
	comparison_close(&c.comparison);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comparison_prints_as_it_did),
		cmocka_unit_test(what_cannot_be_compared_prints_as_it_did),
		cmocka_unit_test(a_comparison_of_a_part_prints_as_it_did),
		cmocka_unit_test(a_check_prints_as_it_did),
		cmocka_unit_test(a_check_of_a_part_prints_as_it_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
