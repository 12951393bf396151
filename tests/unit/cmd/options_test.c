/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/options.h"
#include "analyzer/cmd/verbs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Verbs, the table of options, and how a command line is read by them. */

#define COLUMNS 100

static struct arguments arguments;

/* Reads a command line of words separated by blanks, into `arguments`. */
static enum exit_status parse(const char *line)
{
	static char text[256];
	char *words[16];
	int count = 0;

	strncpy(text, line, sizeof(text) - 1);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	memset(&arguments, 0, sizeof(arguments));
	return arguments_read(verb_named(words[0]), count - 1, words + 1, &arguments);
}

static void every_option_of_a_verb_is_in_the_table(void **state)
{
	(void)state;
	for (const struct verb *const *next = verbs; *next; next++) {
		const struct verb *v = *next;
		size_t length;

		for (const char *name = v->options; *name; name += length) {
			name += strspn(name, " ");
			length = strcspn(name, " ");
			if (!option_named(name, length))
				fail_msg("%s: %.*s", v->name, (int)length, name);
		}
	}
}

static void every_line_of_the_help_fits_a_terminal(void **state)
{
	(void)state;
	for (const struct verb *const *next = verbs; *next; next++) {
		const struct verb *v = *next;
		assert_true(strlen(v->summary) + 29 <= COLUMNS);
		for (const char *line = v->details; line && *line; line = strchr(line, '\n') + 1) {
			if (strcspn(line, "\n") > COLUMNS)
				fail_msg("%s: %s", v->name, line);
		}
	}
	for (const struct option *o = options; o->name; o++) {
		if (strlen(o->help) + 25 > COLUMNS)
			fail_msg("%s: %s", o->name, o->help);
	}
}

static void values_go_where_their_option_keeps_them(void **state)
{
	(void)state;
	assert_int_equal(parse("report a.hud --top 3 --site=2 --from 2s --min 20ms --json"),
			 STATUS_DONE);
	assert_string_equal(arguments.positional[0], "a.hud");
	assert_int_equal(arguments.top, 3);
	assert_int_equal(arguments.filter.site, 2);
	assert_string_equal(arguments.filter.from, "2s");
	assert_int_equal(arguments.filter.min_ns, 20000000);
	assert_true(arguments.json);
	assert_int_equal(parse("plan --fd 3 --fd=4 -o out"), STATUS_DONE);
	assert_int_equal(arguments.fd_count, 2);
	assert_int_equal(arguments.fds[1], 4);
	assert_string_equal(arguments.output, "out");
	assert_int_equal(parse("query a.db @sites --set a=1 --set b= --limit 7"), STATUS_DONE);
	assert_int_equal(arguments.set_count, 2);
	assert_string_equal(arguments.sets[1], "b=");
	assert_int_equal(arguments.top, 7);
	assert_int_equal(parse("diff --before a --before b --after c"), STATUS_DONE);
	assert_int_equal(arguments.before_count, 2);
	assert_string_equal(arguments.before[1], "b");
	assert_string_equal(arguments.after[0], "c");
	assert_int_equal(parse("check a.hud --fail-on x"), STATUS_DONE);
	assert_int_equal(arguments.min_busy_ns, 100000000);
	assert_int_equal(parse("check a.hud --fail-on x --min-busy 0s"), STATUS_DONE);
	assert_int_equal(arguments.min_busy_ns, 0);
	assert_int_equal(parse("dump -- --odd"), STATUS_DONE);
	assert_string_equal(arguments.positional[0], "--odd");
	assert_int_equal(parse("load --help"), STATUS_DONE);
	assert_true(arguments.help);
}

static void what_cannot_be_meant_is_refused(void **state)
{
	static const char *const wrong[] = {
		"report",
		"report a b",
		"report a --top 0",
		"report a --top -1",
		"report a --top 1x",
		"report a --top 99999999999999999999",
		"report a --top",
		"report a --site 0",
		"report a --min 0s",
		"report a --min soon",
		"report a --from=",
		"report a --json=yes",
		"report a --csv",
		"report a --no-such-option",
		"report a --capture XY",
		"report a -o out",
		"query a b --set =1",
		"query a b --set a",
		"query a b --json --csv",
		"diff a b --json --markdown",
		"diff a b --json --html c",
		"report a --html c --json",
		"diff a b --site 1",
		"info a --cause lock",
		"check a --min-busy soon",
		"plan --fd x",
		"plan --fd 99999999999",
		"plan --fd -1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (parse(wrong[i]) != STATUS_INPUT)
			fail_msg("taken: %s", wrong[i]);
	}
}

static void a_list_has_an_end(void **state)
{
	const struct verb *load = verb_named("load");
	char option[] = "--binary", value[] = "/proc/self/exe";
	char *words[2 * (ARGUMENTS_MAX + 1)];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		words[i] = i % 2 ? value : option;
	memset(&arguments, 0, sizeof(arguments));
	assert_int_equal(arguments_read(load, 2 * ARGUMENTS_MAX, words, &arguments), STATUS_INPUT);
	assert_int_equal(arguments.binary_count, ARGUMENTS_MAX); /* only the capture is missing */
	memset(&arguments, 0, sizeof(arguments));
	assert_int_equal(arguments_read(load, 2 * (ARGUMENTS_MAX + 1), words, &arguments),
			 STATUS_INPUT);
	assert_int_equal(arguments.binary_count, ARGUMENTS_MAX);
	assert_int_equal(arguments.debug_dir_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_of_a_verb_is_in_the_table),
		cmocka_unit_test(every_line_of_the_help_fits_a_terminal),
		cmocka_unit_test(values_go_where_their_option_keeps_them),
		cmocka_unit_test(what_cannot_be_meant_is_refused),
		cmocka_unit_test(a_list_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
