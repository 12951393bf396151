/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rules of a check: how they are parsed, and what they find. */

static struct check_rule rule(const char *text)
{
	char error[CHECK_ERROR_BYTES];
	struct check_rule out;

	if (!check_rule_read(text, &out, error))
		fail_msg("%s: %s", text, error);
	return out;
}

static void near(double seen, double expected)
{
	assert_true(fabs(seen - expected) <= 1e-9 * fabs(expected));
}

static void rules_are_parsed_as_they_are_written(void **state)
{
	struct check_rule r = rule("blocked_p99 > 10ms");

	(void)state;
	assert_string_equal(r.kind, "all");
	assert_int_equal(r.figure, CHECK_P99);
	assert_false(r.relative || r.or_equal);
	near(r.limit, 10e6);
	r = rule("site(\"db::*\").rate > +20%");
	assert_string_equal(r.kind, "site");
	assert_string_equal(r.pattern, "db::*");
	assert_int_equal(r.figure, CHECK_RATE);
	assert_true(r.relative);
	near(r.limit, 0.2);
	r = rule("  site( \"db::*\" , \"lock\" ).blocked>=1.5ms/s ");
	assert_string_equal(r.cause, "lock");
	assert_true(r.or_equal);
	near(r.limit, 0.0015);
	near(rule("blocked > 1%").limit, 0.01);
	near(rule("blocked_max > 1.5 s").limit, 1.5e9);
	near(rule("blocked_max > 1m").limit, 60e9);
	near(rule("blocked_max >= 1h 2m30s").limit, 3750e9);
	near(rule("blocked_rate > 6/min").limit, 0.1);
	near(rule("blocked_count > 3").limit, 3);
	near(rule("task(\"*\").total > 250us").limit, 250e3);
	assert_int_equal(rule("run_queue > 10%").figure, CHECK_RUN_QUEUE);
	assert_int_equal(rule("run_queue_max > 1s").figure, CHECK_RUN_QUEUE_MAX);
}

static void assert_refused(const char *text, const char *says)
{
	char error[CHECK_ERROR_BYTES];
	struct check_rule out;

	if (check_rule_read(text, &out, error))
		fail_msg("accepted: %s", text);
	if (!strstr(error, says))
		fail_msg("%s: %s", text, error);
}

static void a_rule_that_does_not_parse_is_refused_with_the_place(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{"", "at character 1"},
		{"p99 > 10ms", "at character 1"},
		{"p99 > 10ms", "or possible_deadlock"},
		{"blocked_p98 > 10ms", "at character 9"},
		{"blocked_p99 < 10ms", "expected > or >="},
		{"blocked_p99 > 10", "give p99 like 10ms"},
		{"blocked_p99 > ms", "expected a number"},
		{"blocked_p99 > 10ms 3", "the rule ends before"},
		{"blocked_p99 > 10%", "give p99 like 10ms"},
		{"blocked_p99 > +10ms", "expected %: give a change"},
		{"blocked_p99 > +10%%", "the rule ends before"},
		{"blocked_p99 > -10%", "cannot be negative"},
		{"run_queue > +10%", "can be compared with a baseline"},
		{"site(\"db\").run_queue > 10%", "expected blocked, rate"},
		{"blocked_max > +10%", "can be compared with a baseline"},
		{"blocked > nan%", "expected a number"},
		{"blocked > 1e999%", "not a usable number"},
		{"blocked_count > 3ms", "give count like 3"},
		{"site > 10ms", "expected ( after site"},
		{"site(db).p99 > 10ms", "double quotes"},
		{"site(\"\").p99 > 10ms", "a name cannot be empty"},
		{"site(\"db).p99 > 10ms", "the closing quote is missing"},
		{"site(\"db\") > 10ms", "expected . and a figure"},
		{"task(\"a\", \"lock\").p99 > 1ms", "expected )"},
		{"sites(\"db\").p99 > 10ms", "at character 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_refused(wrong[i].text, wrong[i].says);
}

static void a_rule_that_nothing_could_break_is_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{"site(\"*\", \"lok\").max >= 1ms",
		 "at character 11: there is no cause `lok`; causes: cpu, lock, sleep, file-io"},
		{"site(\"*\", \"lock,sleep\").max >= 1ms", "no cause `lock,sleep`"},
		{"site(\"*\", \"*\").max >= 1ms", "no cause `*`"},
		{"site(\"*\", \"Lock\").max >= 1ms", "no cause `Lock`"},
		{"site(\"::pause\").max > 1ms", "at character 6: no name begins or ends with ::"},
		{"site(\"db::\").max > 1ms", "no name begins or ends with ::"},
		{"task(\" db\").max > 1ms", "no name begins or ends with a blank"},
		{"task(\"db \").max > 1ms", "no name begins or ends with a blank"},
		{"site(\"db[ab\").max > 1ms", "[ is not closed"},
		{"site(\"db[]\").max > 1ms", "[ is not closed"},
		{"site(\"db[z-a]\").max > 1ms", "z-a in [ ] has no character"},
		{"blocked > 100%", "blocked is never over 100%"},
		{"site(\"*\").blocked >= 1001ms/s", "blocked is never over 100%"},
		{"blocked_max > 999999999999s", "max is never over 292 years"},
		{"blocked_count > 1e19", "count is never over 9.2e18"},
		{"blocked_rate > 1e10/s", "rate is never over 1e9/s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_refused(wrong[i].text, wrong[i].says);
}

static void unusual_patterns_and_limits_are_accepted(void **state)
{
	(void)state;
	rule("site(\"[]a]\").max > 1ms");
	rule("site(\"[^]]*\").max > 1ms");
	rule("site(\"[a-z]::[a-]\").max > 1ms");
	rule("task(\"<A as B>::c\").max > 1ms");
	rule("blocked >= 100%");
	rule("blocked > +500%");
}
static void no_beginning_of_a_rule_is_a_rule(void **state)
{
	static const char whole[] = "site(\"db::*\", \"lock\").blocked >= +20%";
	char text[sizeof(whole)], error[CHECK_ERROR_BYTES];
	struct check_rule out;

	(void)state;
	for (size_t length = 0; length + 1 < sizeof(whole); length++) {
		memcpy(text, whole, length);
		text[length] = '\0';
		assert_false(check_rule_read(text, &out, error));
	}
	assert_true(check_rule_read(whole, &out, error));
}

static void add(struct comparison *c, enum side side, struct busy busy)
{
	struct input input = {.capture = 1, .captures = 1};
	struct scene s;

	scene_begin(&s, (uint8_t)(1 + busy.seed % 200));
	scene_busy(&s, busy);
	input.db = scene_load(&s, busy.seconds * UINT64_C(1000000));
	assert_int_equal(comparison_add_input(c, side, &input, false), STATUS_DONE);
	sqlite3_close(input.db);
}

static struct check begun(struct busy after, const struct busy *before)
{
	struct check c = {.status = STATUS_DONE, .min_busy_ns = 100000000};

	assert_int_equal(comparison_open(&c.comparison), STATUS_DONE);
	add(&c.comparison, AFTER, after);
	if (before)
		add(&c.comparison, BEFORE, *before);
	assert_int_equal(comparison_prepare(&c.comparison), STATUS_DONE);
	return c;
}

static void apply(struct check *c, const char *text)
{
	struct check_rule r = rule(text);

	assert_int_equal(check_begin(c), STATUS_DONE);
	assert_int_equal(check_apply(c, 1, &r), STATUS_DONE);
}

/* The result of a check with one rule. */
static enum exit_status ended(struct busy after, const struct busy *before, const char *text)
{
	struct check c = begun(after, before);

	apply(&c, text);
	assert_int_equal(check_conclude(&c), STATUS_DONE);
	comparison_close(&c.comparison);
	free(c.reason);
	return c.status;
}

static void a_rule_fails_when_the_figure_is_over_its_limit(void **state)
{
	struct busy b = {1, 10, 1, false};

	(void)state;
	assert_int_equal(ended(b, NULL, "blocked_p99 > 10ms"), STATUS_FAILED);
	assert_int_equal(ended(b, NULL, "blocked_p99 > 41ms"), STATUS_DONE);
	assert_int_equal(ended(b, NULL, "blocked_count >= 1"), STATUS_FAILED);
	assert_int_equal(ended(b, NULL, "blocked > 99%"), STATUS_DONE);
	assert_int_equal(ended(b, NULL, "blocked > 1ms/s"), STATUS_FAILED);
	assert_int_equal(ended(b, NULL, "task(\"demo::*\").rate > 1/s"), STATUS_FAILED);
}

static void a_pattern_matches_a_whole_name_or_its_end(void **state)
{
	struct busy b = {1, 10, 1, false};

	(void)state;
	assert_int_equal(ended(b, NULL, "site(\"demo::sleepy::nap\").count > 0"), STATUS_FAILED);
	assert_int_equal(ended(b, NULL, "site(\"sleepy::*\").count > 0"), STATUS_FAILED);
	assert_int_equal(ended(b, NULL, "site(\"nap\", \"lock\").count > 0"), STATUS_FAILED);
	assert_int_equal(ended(b, NULL, "site(\"nap\", \"cpu\").count > 0"), STATUS_DONE);
	assert_int_equal(ended(b, NULL, "site(\"leepy::*\").count > 0"), STATUS_DONE);
	assert_int_equal(ended(b, NULL, "site(\"db::*\").count > 0"), STATUS_DONE);
}

static void a_change_fails_only_when_it_is_certain(void **state)
{
	struct busy before = {1, 60, 1, false}, same = {2, 60, 1, false};
	struct busy worse = {3, 60, 2, false};

	(void)state;
	assert_int_equal(ended(same, &before, "site(\"*\").blocked > +20%"), STATUS_DONE);
	assert_int_equal(ended(same, &before, "blocked > +0%"), STATUS_DONE);
	assert_int_equal(ended(worse, &before, "site(\"*\").blocked > +20%"), STATUS_FAILED);
	assert_int_equal(ended(worse, &before, "site(\"*\").p50 > +20%"), STATUS_FAILED);
	assert_int_equal(ended(worse, &before, "site(\"*\").rate > +20%"), STATUS_DONE);
	assert_int_equal(ended(before, &worse, "site(\"*\").blocked > +20%"), STATUS_DONE);
}

static void a_new_site_exceeds_any_limit_of_growth(void **state)
{
	struct busy before = {1, 30, 1, true}, after = {2, 30, 1, false};

	(void)state;
	assert_int_equal(ended(after, &before, "site(\"take\", \"lock\").rate > +400%"),
			 STATUS_FAILED);
	assert_int_equal(ended(before, &after, "site(\"take\", \"lock\").rate > +0%"), STATUS_DONE);
}

static void a_percentile_of_too_few_blocks_cannot_be_compared(void **state)
{
	struct busy before = {1, 10, 1, false}, after = {2, 10, 1, false};

	(void)state;
	assert_int_equal(ended(after, &before, "site(\"nap\").p99 > +20%"), STATUS_CANNOT_TELL);
}

static enum exit_status ended_with(const char *change, const char *text)
{
	struct check c = begun((struct busy) {1, 10, 1, false}, NULL);

	assert_int_equal(database_run(c.comparison.db, change), 0);
	apply(&c, text);
	assert_int_equal(check_conclude(&c), STATUS_DONE);
	comparison_close(&c.comparison);
	free(c.reason);
	return c.status;
}

static void when_too_little_is_known_a_check_cannot_tell(void **state)
{
	static const char kept[] = "blocked_max > 1s", broken[] = "blocked_max > 1ms";

	(void)state;
	assert_int_equal(ended_with("UPDATE compared SET loss_percent = 2", kept),
			 STATUS_CANNOT_TELL);
	assert_int_equal(ended_with("UPDATE compared SET duration_ns = 900000000", kept),
			 STATUS_CANNOT_TELL);
	assert_int_equal(ended_with("UPDATE compared SET polling_ns = 99000000", kept),
			 STATUS_CANNOT_TELL);
	assert_int_equal(ended_with("UPDATE compared SET unclassified = 1", kept),
			 STATUS_CANNOT_TELL);
	/* What was recorded happened, whatever else was lost. */
	assert_int_equal(ended_with("UPDATE compared SET loss_percent = 2", broken), STATUS_FAILED);
	assert_int_equal(ended_with("UPDATE compared SET workers = 0, unclassified = 1", broken),
			 STATUS_FAILED);
}

static void what_the_recording_could_not_see_does_not_pass(void **state)
{
	static const char lost[] = "UPDATE compared SET stacks_lost_percent = 20";
	struct busy short_time = {1, 3, 1, false}, b = {2, 10, 1, false};

	(void)state;
	/* The threshold is 5 ms. */
	assert_int_equal(ended(b, NULL, "site(\"db::*\").max > 5ms"), STATUS_DONE);
	assert_int_equal(ended(b, NULL, "site(\"db::*\").max > 4ms"), STATUS_CANNOT_TELL);
	assert_int_equal(ended(b, NULL, "site(\"nap\").max > 4ms"), STATUS_FAILED);
	assert_int_equal(ended(b, NULL, "site(\"db::*\").count > 0"), STATUS_DONE);
	assert_int_equal(ended_with(lost, "site(\"db::*\").count > 0"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(lost, "site(\"nap\").count > 0"), STATUS_FAILED);
	assert_int_equal(ended_with(lost, "blocked > 99%"), STATUS_DONE);
	assert_int_equal(ended(b, &short_time, "site(\"db::*\").rate > +20%"), STATUS_CANNOT_TELL);
	assert_int_equal(ended(b, &b, "blocked > +20%"), STATUS_CANNOT_TELL);
}

/* A main future that naps for 20 ms three times, and a worker for 50 ms. */
static struct check begun_with_main(void)
{
	struct check c = {.min_busy_ns = 1000000};
	struct input input = {.captures = 1};
	struct scene s;

	scene_begin(&s, 1);
	for (uint64_t at = 0; at < 2000000; at += 100000)
		scene_window(&s, 11, at, at + 100000, 1000, 0, 0);
	scene_samples(&s, 11, 5000, 8000, 1000, TINY);
	for (uint64_t at = 100000; at < 400000; at += 100000)
		scene_span(&s, (struct span) {.tid = 10,
					      .from = at,
					      .to = at + 20000,
					      .stack = ROOT,
					      .syscall = SYS_NANOSLEEP});
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 600000,
				      .to = 650000,
				      .stack = NAP,
				      .syscall = SYS_NANOSLEEP});
	input.db = scene_load(&s, 2000000);
	assert_int_equal(comparison_open(&c.comparison), STATUS_DONE);
	assert_int_equal(comparison_add_input(&c.comparison, AFTER, &input, false), STATUS_DONE);
	assert_int_equal(comparison_prepare(&c.comparison), STATUS_DONE);
	sqlite3_close(input.db);
	return c;
}

static void rules_about_sites_are_about_those_of_the_main_future_too(void **state)
{
	static const struct {
		const char *rule, *sentence;
	} cases[] = {
		{"site(\"root\").max > 10ms",
		 "demo::root (sleep), in the main future: max is 20.0 ms, the limit is 10.0 ms"},
		{"site(\"*\", \"sleep\").count > 2",
		 "demo::root (sleep), in the main future: count is 3, the limit is 2"},
		{"site(\"demo::*\").blocked > 2.9%",
		 "demo::root (sleep), in the main future: blocked is 3.00% of the time, "
		 "the limit is 2.90% of the time"},
		{"blocked_max > 40ms", "all blocking: max is 50.0 ms, the limit is 40.0 ms, the "
				       "longest in demo::sleepy::nap (sleep)"},
	};
	struct check c = begun_with_main();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		apply(&c, cases[i].rule);
		assert_text(c.comparison.db,
			    "SELECT sentence FROM finding WHERE status = 'fail' "
			    "ORDER BY id DESC LIMIT 1",
			    cases[i].sentence);
	}
	comparison_close(&c.comparison);
}

static void what_blocks_no_poll_has_rules_of_its_own(void **state)
{
	static const char starved[] = "UPDATE compared SET run_queue_ns = worker_wall_ns / 4, "
				      "longest_run_queue_ns = 30000000";
	static const char blocked[] = "UPDATE compared SET main_blocked_ns = duration_ns / 2, "
				      "main_longest_ns = 1000000000";
	static const char pool[] = "UPDATE compared SET pool_tasks = 30, pool_wait_ns = 700000000, "
				   "pool_full_percent = 75";
	static const char throttled[] = "UPDATE compared SET quota_periods = 100, "
					"throttled_periods = 25";

	(void)state;
	assert_int_equal(ended_with(starved, "run_queue > 24%"), STATUS_FAILED);
	assert_int_equal(ended_with(starved, "run_queue > 26%"), STATUS_DONE);
	assert_int_equal(ended_with(starved, "run_queue_max > 29ms"), STATUS_FAILED);
	assert_int_equal(ended_with(starved, "run_queue_max > 31ms"), STATUS_DONE);
	assert_int_equal(ended_with(throttled, "throttled > 24%"), STATUS_FAILED);
	assert_int_equal(ended_with(throttled, "throttled > 26%"), STATUS_DONE);
	assert_int_equal(ended_with(starved, "throttled > 0%"), STATUS_DONE);
	assert_int_equal(ended_with(blocked, "main_blocked > 49%"), STATUS_FAILED);
	assert_int_equal(ended_with(blocked, "main_max > 1s"), STATUS_DONE);
	assert_int_equal(ended_with(blocked, "main_max > 1ms"), STATUS_FAILED);
	assert_int_equal(ended_with(pool, "pool_queue > 29"), STATUS_FAILED);
	assert_int_equal(ended_with(pool, "pool_queue > 30"), STATUS_DONE);
	assert_int_equal(ended_with(pool, "pool_wait >= 700ms"), STATUS_FAILED);
	assert_int_equal(ended_with(pool, "pool_wait > 700ms"), STATUS_DONE);
	assert_int_equal(ended_with(pool, "pool_full > 74%"), STATUS_FAILED);
	assert_int_equal(ended_with(pool, "pool_full > 76%"), STATUS_DONE);
	/* Shorter waits may not have been seen. */
	assert_int_equal(ended_with("UPDATE compared SET pool_wait_ns = 0", "pool_wait > 4ms"),
			 STATUS_CANNOT_TELL);
}

static void a_rule_on_tasks_is_about_the_dump_with_most_of_them(void **state)
{
	static const char dumps[] =
		"INSERT INTO task_count SELECT id, 1, 'api::conn', 30 FROM compared WHERE side = 1;"
		"INSERT INTO task_count SELECT id, 1, 'api::tick', 12 FROM compared WHERE side = 1;"
		"INSERT INTO task_count SELECT id, 2, 'api::conn', 20 FROM compared WHERE side = 1;"
		"INSERT INTO deadlock SELECT id, 1, 0, 3, NULL, 'b', 42, 0, 0, 0, 0 FROM compared "
		"WHERE side = 1;"
		"INSERT INTO deadlock SELECT id, 2, 1, 2, 'a', 'a', 32, 3, 3, 0, 0 FROM compared "
		"WHERE side = 1";
	const char *unread =
		"INSERT INTO task_count SELECT id, 1, 'api+0x10', 42 FROM compared WHERE side = 1;"
		"INSERT INTO deadlock SELECT id, 1, 0, 0, NULL, NULL, 42, 5, 5, 0, 0 FROM compared "
		"WHERE side = 1";

	(void)state;
	assert_int_equal(ended_with(dumps, "tasks > 41"), STATUS_FAILED);
	assert_int_equal(ended_with(dumps, "tasks > 42"), STATUS_DONE);
	assert_int_equal(ended_with(dumps, "tasks(\"conn\") >= 30"), STATUS_FAILED);
	assert_int_equal(ended_with(dumps, "tasks(\"*conn*\") > 30"), STATUS_DONE);
	assert_int_equal(ended_with(dumps, "deadlocks > 0"), STATUS_FAILED);
	assert_int_equal(ended_with(dumps, "deadlocks > 1"), STATUS_DONE);
	assert_int_equal(ended_with(dumps, "deadlock"), STATUS_FAILED);
	assert_int_equal(ended_with("SELECT 1", "deadlock"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(dumps, "possible_deadlocks > 2"), STATUS_FAILED);
	assert_int_equal(ended_with(dumps, "possible_deadlocks > 3"), STATUS_DONE);
	assert_int_equal(ended_with(dumps, "possible_deadlock"), STATUS_FAILED);
	assert_int_equal(ended_with("SELECT 1", "possible_deadlock"), STATUS_CANNOT_TELL);
	/* Without a dump nothing is known; with one it needs no worker that was watched. */
	assert_int_equal(ended_with("SELECT 1", "deadlocks > 0"), STATUS_CANNOT_TELL);
	/* A program without debug information of types. */
	assert_int_equal(ended_with(unread, "deadlock"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(unread, "possible_deadlock"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(unread, "tasks(\"api::*\") > 5"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(unread, "tasks > 42"), STATUS_DONE);
	assert_int_equal(ended_with(unread, "tasks > 41"), STATUS_FAILED);
	assert_int_equal(ended_with("SELECT 1", "tasks > 10"), STATUS_CANNOT_TELL);
}

/* What is not there might be what the rule is about; what was found stays found. */
static void a_dump_that_is_not_whole_passes_no_rule(void **state)
{
	static const char cut[] =
		"INSERT INTO task_count SELECT id, 1, 'api::conn', 30 FROM compared WHERE side = 1;"
		"INSERT INTO deadlock SELECT id, 1, 0, 0, NULL, NULL, 30, 0, 0, 1, 0 FROM compared "
		"WHERE side = 1";
	static const char nothing[] =
		"INSERT INTO deadlock SELECT id, 1, 0, 0, NULL, NULL, 0, 0, 0, 1, 0 FROM compared "
		"WHERE side = 1";
	static const char no_task[] =
		"INSERT INTO deadlock SELECT id, 1, 0, 0, NULL, NULL, 0, 0, 0, 0, 0 FROM compared "
		"WHERE side = 1";
	static const char driven[] =
		"INSERT INTO task_count SELECT id, 1, 'api::conn', 30 FROM compared WHERE side = 1;"
		"INSERT INTO deadlock SELECT id, 1, 0, 0, NULL, NULL, 30, 0, 0, 0, 1 FROM compared "
		"WHERE side = 1";

	(void)state;
	assert_int_equal(ended_with(cut, "tasks > 30"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(cut, "tasks > 29"), STATUS_FAILED);
	assert_int_equal(ended_with(cut, "deadlock"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(nothing, "tasks > 30"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(nothing, "deadlock"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(no_task, "tasks > 30"), STATUS_DONE);
	assert_int_equal(ended_with(no_task, "deadlock"), STATUS_DONE);
	assert_int_equal(ended_with(driven, "tasks > 30"), STATUS_DONE);
	assert_int_equal(ended_with(driven, "deadlock"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(driven, "possible_deadlock"), STATUS_CANNOT_TELL);
}

static void a_deadlock_is_named(void **state)
{
	struct check c = begun((struct busy) {1, 10, 1, false}, NULL);

	(void)state;
	assert_int_equal(database_run(c.comparison.db,
				      "INSERT INTO deadlock SELECT id, 1, 1, 2, 'a → b at x → y', "
				      "'a at x', 9, 0, 0, 0, 0 FROM compared WHERE side = 1"),
			 0);
	apply(&c, "deadlock");
	assert_text(c.comparison.db, "SELECT sentence FROM finding",
		    "the tasks at a dump: deadlocks is 1, the limit is 0, one: a → b at x → y");
	apply(&c, "possible_deadlock");
	assert_text(c.comparison.db, "SELECT sentence FROM finding ORDER BY id DESC LIMIT 1",
		    "the tasks at a dump: possible_deadlocks is 2, the limit is 0, one: a at x");
	comparison_close(&c.comparison);
}

static void a_rule_on_a_pool_that_was_not_seen_does_not_pass(void **state)
{
	static const char unknown[] = "UPDATE compared SET pool_tasks = NULL, pool_wait_ns = NULL, "
				      "pool_full_percent = NULL";
	static const char nameless[] = "UPDATE compared SET pool_tasks = 3, pool_wait_ns = NULL";

	(void)state;
	assert_int_equal(ended_with(unknown, "pool_queue > 29"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(unknown, "pool_wait > 1s"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(unknown, "pool_full > 10%"), STATUS_CANNOT_TELL);
	assert_int_equal(ended_with(nameless, "pool_queue > 2"), STATUS_FAILED);
	assert_int_equal(ended_with(nameless, "pool_queue > 3"), STATUS_DONE);
	assert_int_equal(ended_with(nameless, "pool_wait > 1s"), STATUS_CANNOT_TELL);
	assert_int_equal(
		ended_with("UPDATE compared SET pool_full_percent = NULL", "pool_full > 10%"),
		STATUS_CANNOT_TELL);
}

static void a_capture_counts_once_on_each_side(void **state)
{
	struct check c = begun((struct busy) {1, 10, 1, false}, NULL);
	struct input input = {.capture = 1, .captures = 1};
	struct scene s;

	(void)state;
	scene_begin(&s, 2);
	scene_busy(&s, (struct busy) {1, 10, 1, false});
	input.db = scene_load(&s, 10 * UINT64_C(1000000));
	assert_int_equal(comparison_add_input(&c.comparison, AFTER, &input, false), STATUS_INPUT);
	sqlite3_close(input.db);
	comparison_close(&c.comparison);
}

static void enough_polling_without_a_block_passes(void **state)
{
	struct check c = {.status = STATUS_DONE, .min_busy_ns = 1000000};
	struct input input = {.capture = 1, .captures = 1};
	struct scene s;

	(void)state;
	scene_begin(&s, 1);
	scene_samples(&s, 11, 5000, 8000, 1000, TINY);
	scene_window(&s, 11, 0, 10000000, 5000, 0, 0);
	input.db = scene_load(&s, 10000000);
	assert_int_equal(comparison_open(&c.comparison), STATUS_DONE);
	assert_int_equal(comparison_add_input(&c.comparison, AFTER, &input, false), STATUS_DONE);
	assert_int_equal(comparison_prepare(&c.comparison), STATUS_DONE);
	apply(&c, "blocked_p99 > 10ms");
	apply(&c, "blocked >= 0%");
	apply(&c, "site(\"*\").p99 > 10ms");
	assert_int_equal(check_conclude(&c), STATUS_DONE);
	assert_int_equal(c.status, STATUS_DONE);
	assert_null(c.reason);
	sqlite3_close(input.db);
	comparison_close(&c.comparison);
}

static void a_finding_that_cannot_be_kept_ends_the_check(void **state)
{
	struct check c = begun((struct busy) {1, 10, 1, false}, NULL);
	struct check_rule r = rule("blocked_max > 1s");

	(void)state;
	assert_int_equal(database_run(c.comparison.db,
				      "CREATE TRIGGER refuse BEFORE INSERT ON finding "
				      "BEGIN SELECT RAISE(ABORT, 'refused'); END"),
			 0);
	assert_int_equal(check_apply(&c, 1, &r), STATUS_SYSTEM);
	comparison_close(&c.comparison);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_parsed_as_they_are_written),
		cmocka_unit_test(a_rule_that_does_not_parse_is_refused_with_the_place),
		cmocka_unit_test(a_rule_that_nothing_could_break_is_refused),
		cmocka_unit_test(unusual_patterns_and_limits_are_accepted),
		cmocka_unit_test(no_beginning_of_a_rule_is_a_rule),
		cmocka_unit_test(a_rule_fails_when_the_figure_is_over_its_limit),
		cmocka_unit_test(a_pattern_matches_a_whole_name_or_its_end),
		cmocka_unit_test(a_change_fails_only_when_it_is_certain),
		cmocka_unit_test(a_new_site_exceeds_any_limit_of_growth),
		cmocka_unit_test(a_percentile_of_too_few_blocks_cannot_be_compared),
		cmocka_unit_test(when_too_little_is_known_a_check_cannot_tell),
		cmocka_unit_test(what_the_recording_could_not_see_does_not_pass),
		cmocka_unit_test(rules_about_sites_are_about_those_of_the_main_future_too),
		cmocka_unit_test(what_blocks_no_poll_has_rules_of_its_own),
		cmocka_unit_test(a_rule_on_tasks_is_about_the_dump_with_most_of_them),
		cmocka_unit_test(a_dump_that_is_not_whole_passes_no_rule),
		cmocka_unit_test(a_deadlock_is_named),
		cmocka_unit_test(a_rule_on_a_pool_that_was_not_seen_does_not_pass),
		cmocka_unit_test(a_capture_counts_once_on_each_side),
		cmocka_unit_test(enough_polling_without_a_block_passes),
		cmocka_unit_test(a_finding_that_cannot_be_kept_ends_the_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
