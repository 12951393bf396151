/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/named_query.h"
#include "analyzer/report.h"
#include "tests/unit/analysis_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The report of a small made-up world, as text and JSON, byte for byte.
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

/* Runs the presenter with its standard output in a file. */
static FILE *captured(enum exit_status (*present)(const struct input *, uint64_t),
		      const struct input *input, uint64_t top)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	enum exit_status status;

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	status = present(input, top);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(status, STATUS_DONE);
	return file;
}

static void check(enum exit_status (*present)(const struct input *, uint64_t), uint64_t top,
		  const char *path)
{
	struct input input = {.db = everything_load(), .capture = 1, .captures = 1};
	FILE *got;

	database_restrict(input.db);
	got = captured(present, &input, top);
	compare(path, got);
	fclose(got);
	input_close(&input);
}

static void the_text_report_is_as_it_was(void **state)
{
	(void)state;
	check(report_text, 10, "tests/golden/report.txt");
}

static void a_report_cut_short_says_so(void **state)
{
	(void)state;
	check(report_text, 2, "tests/golden/report-top-2.txt");
}

static void the_json_report_is_as_it_was(void **state)
{
	(void)state;
	check(report_json, 0, "tests/golden/report.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_report_is_as_it_was),
		cmocka_unit_test(a_report_cut_short_says_so),
		cmocka_unit_test(the_json_report_is_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
