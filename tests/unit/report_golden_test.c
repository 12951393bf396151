/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/filter.h"
#include "analyzer/report.h"
#include "tests/unit/analysis_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The report of a small made-up world, in each form and under each filter, byte for byte.
 *
 * HUD_GOLDEN=write writes tests/golden/ anew; then look at what git says has changed.
 */

static char *file_text(FILE *file, long *size)
{
	char *text;

	fseek(file, 0, SEEK_END);
	*size = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)*size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)*size, file), (size_t)*size);
	return text;
}

static void compare(const char *path, FILE *got)
{
	const char *mode = getenv("HUD_GOLDEN");
	bool write = mode && strcmp(mode, "write") == 0;
	FILE *golden = fopen(path, write ? "w+" : "r");
	char *expected, *text;
	long size, expected_size;

	if (!golden)
		fail_msg("%s is missing: run from the top of the tree, or with HUD_GOLDEN=write",
			 path);
	text = file_text(got, &size);
	if (write)
		assert_int_equal(fwrite(text, 1, (size_t)size, golden), (size_t)size);
	expected = file_text(golden, &expected_size);
	assert_string_equal(text, expected);
	free(text);
	free(expected);
	fclose(golden);
}

/* One report: what was asked for, and the file that holds what it was. */
struct golden {
	const char *file;
	bool json;
	int width;
	bool colour;
	struct arguments arguments;
};

static const struct golden goldens[] = {
	{.file = "report.txt"},
	{.file = "report-top-2.txt", .arguments = {.top = 2}},
	{.file = "report-80-columns.txt", .width = 80},
	{.file = "report-colour.txt", .width = 150, .colour = true},
	{.file = "report-site.txt", .arguments = {.site = 2}},
	{.file = "report-time.txt", .arguments = {.from = "100ms", .to = "-55ms"}},
	{.file = "report-worker.txt", .arguments = {.worker = "11"}},
	{.file = "report-task.txt", .arguments = {.task = "*::locker::*"}},
	{.file = "report-cause.txt", .arguments = {.cause = "cpu,file-io"}},
	{.file = "report-match.txt", .arguments = {.match = "sleepy|closure"}},
	{.file = "report-min.txt", .arguments = {.min_ns = 25000000}},
	{.file = "report-nothing.txt", .arguments = {.task = "nobody"}},
	{.file = "report.json", .json = true},
	{.file = "report-top-1.json", .json = true, .arguments = {.top = 1}},
	{.file = "report-filters.json",
	 .json = true,
	 .arguments = {.from = "95ms",
		       .to = "130ms",
		       .worker = "12",
		       .task = "demo::*",
		       .cause = "sleep",
		       .match = "nap",
		       .min_ns = 10000000}},
	{.file = "report-site.json", .json = true, .arguments = {.site = 1}},
};

static enum exit_status present(const struct golden *g, const struct input *input)
{
	const struct report_form form = {.top = g->arguments.top,
					 .site = g->arguments.site != 0,
					 .colour = g->colour,
					 .width = g->width};

	return g->json ? report_json(input, form.top) : report_text(input, &form);
}

/* Runs the presenter with its standard output in a file. */
static FILE *captured(const struct golden *g, const struct input *input)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	enum exit_status status;

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	status = present(g, input);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(status, STATUS_DONE);
	return file;
}

static void every_report_is_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
		const struct golden *g = &goldens[i];
		struct input input = {.db = everything_load(), .capture = 1, .captures = 1};
		char path[128];
		FILE *got;

		assert_int_equal(filter_functions(input.db), 0);
		assert_int_equal(filter_apply(input.db, &g->arguments, &input.capture, 1),
				 STATUS_DONE);
		database_restrict(input.db);
		got = captured(g, &input);
		snprintf(path, sizeof(path), "tests/golden/%s", g->file);
		compare(path, got);
		fclose(got);
		input_close(&input);
	}
}

/* The widest line of a report, in columns. */
static int widest_line(int width)
{
	const struct golden g = {.width = width, .colour = true};
	struct input input = {.db = everything_load(), .capture = 1, .captures = 1};
	FILE *got;
	char *text;
	long size;
	int widest = 0;

	assert_int_equal(filter_functions(input.db), 0);
	got = captured(&g, &input);
	text = file_text(got, &size);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		int columns = text_width(line, strlen(line));

		widest = columns > widest ? columns : widest;
	}
	free(text);
	fclose(got);
	input_close(&input);
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
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(a_colour_takes_no_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
