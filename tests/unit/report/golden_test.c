/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter.h"
#include "analyzer/base/terminal.h"
#include "analyzer/report/report.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/golden.h"

#include <stdlib.h>
#include <string.h>

/*
 * The report of a small made-up world, in each form and under each filter, byte for byte.
 *
 * HUD_GOLDEN=write writes tests/golden/ anew; then look at what git says has changed.
 */

/* One report: its options, and the file that holds what it printed. */
struct golden {
	const char *file;
	bool json;
	int width;
	bool colour;
	struct filter filter;
	uint64_t top;
};

static const struct golden goldens[] = {
	{.file = "report.txt"},
	{.file = "report-top-2.txt", .top = 2},
	{.file = "report-80-columns.txt", .width = 80},
	{.file = "report-colour.txt", .width = 150, .colour = true},
	{.file = "report-site.txt", .filter = {.site = 2}},
	{.file = "report-time.txt", .filter = {.from = "100ms", .to = "-55ms"}},
	{.file = "report-worker.txt", .filter = {.worker = "11"}},
	{.file = "report-task.txt", .filter = {.task = "*::locker::*"}},
	{.file = "report-cause.txt", .filter = {.cause = "cpu,file-io"}},
	{.file = "report-match.txt", .filter = {.match = "sleepy|closure"}},
	{.file = "report-min.txt", .filter = {.min_ns = 25000000}},
	{.file = "report-nothing.txt", .filter = {.task = "nobody"}},
	{.file = "report.json", .json = true},
	{.file = "report-top-1.json", .json = true, .top = 1},
	{.file = "report-filters.json",
	 .json = true,
	 .filter = {.from = "95ms",
		    .to = "130ms",
		    .worker = "12",
		    .task = "demo::*",
		    .cause = "sleep",
		    .match = "nap",
		    .min_ns = 10000000}},
	{.file = "report-site.json", .json = true, .filter = {.site = 1}},
};

struct printing {
	const struct golden *golden;
	struct input input;
};

static void print_report(void *context)
{
	const struct printing *p = context;
	const struct golden *g = p->golden;
	const struct report_form form = {.path = "demo.hud",
					 .top = g->top,
					 .site = g->filter.site != 0,
					 .filtered = filter_given(&g->filter),
					 .colour = g->colour,
					 .width = g->width};

	assert_int_equal(g->json ? report_json(&p->input, form.top) : report_text(&p->input, &form),
			 STATUS_DONE);
}

/* The made-up world with the filters of a report. */
static struct printing printing_open(const struct golden *g)
{
	struct printing p = {g, {.db = everything_load(), .capture = 1, .captures = 1}};

	assert_int_equal(filter_functions(p.input.db), 0);
	assert_int_equal(filter_apply(p.input.db, &g->filter, &p.input.capture, 1), STATUS_DONE);
	database_restrict(p.input.db);
	return p;
}

static void every_report_is_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
		struct printing p = printing_open(&goldens[i]);
		char path[128];

		snprintf(path, sizeof(path), "tests/golden/report/%s", goldens[i].file);
		golden_output(path, print_report, &p);
		input_close(&p.input);
	}
}

/* Closes `db`. */
static void assert_report_says(sqlite3 *db, bool json, const char *says)
{
	const struct golden g = {.json = json};
	struct printing p = {&g, {.db = db, .capture = 1, .captures = 1}};
	char *text;

	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &g.filter, &p.input.capture, 1), STATUS_DONE);
	text = printed_text(print_report, &p);
	if (!strstr(text, says))
		fail_msg("without \"%s\":\n%s", says, text);
	free(text);
	input_close(&p.input);
}

/* With two polls of 33 ms of which nothing but their start and end is known. */
static void a_poll_by_the_clock_alone_is_told_with_what_is_not_known(void **state)
{
	static const char make[] =
		"UPDATE process_source SET source = 'passive';"
		"INSERT INTO poll (capture, thread, start_max_ns, end_min_ns, end_max_ns, start_ns,"
		" end_ns, sleep_ns, run_queue_ns, samples, ready_samples, ready_sum, ready_max,"
		" open, upper_bound, start_exact, end_exact, unsure, unobserved) "
		"SELECT c.id, t.id, c.start_ns + n, c.start_ns + n + 33000000, c.start_ns + n,"
		" c.start_ns + n, c.start_ns + n + 33000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 "
		"FROM capture AS c JOIN thread AS t ON t.capture = c.id AND t.tid = 11 "
		"JOIN (SELECT 0 AS n UNION ALL SELECT 50000000)";
	static const struct {
		bool json;
		const char *says;
	} forms[] = {
		{false, "long polls by the clock alone, with no sample, sleep or probe in them: "
			"2 (66.0 ms);"},
		{true, "\"unobserved_polls\":2,\"unobserved_cpu_ns\":66000000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		sqlite3 *db = everything_load();

		assert_int_equal(database_run(db, make), 0);
		assert_report_says(db, forms[i].json, forms[i].says);
	}
}

/* The main thread blocks in block_on; a worker in one poll as well if `worker`. */
static sqlite3 *main_future_load(bool worker)
{
	struct scene s;

	scene_begin(&s, 1);
	scene_window(&s, 11, 0, 1000000, 1000, 0, 0);
	scene_samples(&s, 11, 5000, 8000, 1000, TINY);
	for (uint64_t at = 100000; at < 200000; at += 50000) {
		struct span nap = {.tid = 10,
				   .from = at,
				   .to = at + 20000,
				   .wakeup = at + 20000,
				   .stack = ROOT,
				   .syscall = SYS_NANOSLEEP};

		scene_span(&s, nap);
		nap.tid = 12;
		nap.stack = LOCK;
		if (worker)
			scene_span(&s, nap);
	}
	return scene_load(&s, 1000000);
}

static void a_main_future_that_blocks_is_told_with_what_to_do(void **state)
{
	(void)state;
	assert_report_says(main_future_load(false), false,
			   "MAIN FUTURE (blocks itself and what it joins, no worker)");
	assert_report_says(
		main_future_load(false), false,
		"\nWHAT TO DO\n  main future (site 1): Sleeps on the thread that polls.");
	assert_report_says(
		main_future_load(true), false,
		"\nWHAT TO DO\n  site 1, main future (site 2): Sleeps on the thread that polls.");
	assert_report_says(main_future_load(false), true,
			   "\"advice\":{\"text\":\"Sleeps on the thread that polls.");
}

/* 6 ms asleep, and 30 ms until it had a CPU again, of which its total has nothing. */
static void waits_for_a_cpu_stand_beside_a_total_that_is_less(void **state)
{
	struct span nap = {.tid = 11,
			   .from = 10000,
			   .to = 46000,
			   .wakeup = 16000,
			   .stack = NAP,
			   .syscall = SYS_NANOSLEEP};

	(void)state;
	assert_report_says(spans_load(1000000, nap), false,
			   "besides, its polls waited for a CPU for 30.0 ms\n");
}

/* The widest line of a report, in columns. */
static int widest_line(int width)
{
	const struct golden g = {.width = width, .colour = true};
	struct printing p = printing_open(&g);
	char *text = printed_text(print_report, &p);
	int widest = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		int columns = text_width(line, strlen(line));

		widest = columns > widest ? columns : widest;
	}
	free(text);
	input_close(&p.input);
	return widest;
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	static const int widths[] = {20, 40, 79, 80, 100, 109, 110, 132};

	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++)
		assert_true(widest_line(widths[i]) <= widths[i]);
}

static void a_colour_takes_no_column(void **state)
{
	static const char text[] = "\033[1mbold\033[0m ≤ 3";

	(void)state;
	assert_int_equal(text_width(text, strlen(text)), 8);
	assert_int_equal(text_cut(text, strlen(text), 8), strlen(text));
	assert_int_equal(text_cut(text, strlen(text), 5), strlen("\033[1mbold\033[0m"));
	assert_int_equal(text_cut(text, strlen(text), 0), strlen("\033[1m"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_report_is_as_it_was),
		cmocka_unit_test(a_main_future_that_blocks_is_told_with_what_to_do),
		cmocka_unit_test(a_poll_by_the_clock_alone_is_told_with_what_is_not_known),
		cmocka_unit_test(waits_for_a_cpu_stand_beside_a_total_that_is_less),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(a_colour_takes_no_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
