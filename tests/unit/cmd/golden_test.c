/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/derive/schema.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/golden.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

/*
 * What info, dump and query print of a small made-up capture, in each form and filtered, byte for
 * byte: the first line of each file of these folders is the command, the rest is what it prints.
 * A new case is a new file with that line; HUD_GOLDEN=write adds the rest. report, diff and check:
 * tests/unit/report/golden_test.c, tests/unit/compare/golden_test.c.
 */

static const char *const folders[] = {"tests/golden/info", "tests/golden/query"};

#define PROMPT "$ hud-analyze "
#define CAPTURE "everything.hud"
#define DATABASE "everything.db" /* with the fixture's symbols */

struct printing {
	char command[512];
	const char *directory; /* of the capture and the database */
};

/* In the capture's directory, so that no path of this machine is in the output. */
static void print_verb(void *context)
{
	const struct printing *p = context;
	struct arguments *arguments = calloc(1, sizeof(*arguments));
	int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct verb *verb;
	wordexp_t words;

	assert_int_equal(wordexp(p->command, &words, WRDE_NOCMD), 0);
	assert_true(words.we_wordc > 0 && back >= 0);
	assert_non_null(arguments);
	verb = verb_named(words.we_wordv[0]);
	assert_non_null(verb);
	assert_int_equal(chdir(p->directory), 0);
	assert_int_equal(
		arguments_read(verb, (int)words.we_wordc - 1, words.we_wordv + 1, arguments),
		STATUS_DONE);
	assert_int_equal(verb->run(arguments), STATUS_DONE);
	assert_int_equal(fchdir(back), 0);
	close(back);
	free(arguments);
	wordfree(&words);
}

/* Without the lines that depend on the clock: times and sizes of chunks. */
static void print_timeless(void *context)
{
	const struct printing *p = context;
	char *text = printed_text(print_verb, context), *rest = text;

	printf(PROMPT "%s\n", p->command);
	for (char *line = text; (line = strsep(&rest, "\n"));) {
		if (strncmp(line, "chunk ", 6) != 0 && strncmp(line, "size ", 5) != 0)
			printf("%s%s", line, rest ? "\n" : "");
	}
	free(text);
}

static void everything_write(const char *capture, const char *database)
{
	struct scene s;
	sqlite3 *db;
	FILE *file = fopen(capture, "w");

	assert_non_null(file);
	scene_begin(&s, 1);
	scene_everything(&s);
	scene_end(&s, 200000, true);
	assert_int_equal(fwrite(s.data, 1, s.size, file), s.size);
	fclose(file);
	assert_int_equal(schema_open(database, DATABASE_CREATE, &db), 0);
	assert_int_equal(scene_ingest(&s, db), 0);
	sqlite3_close(db);
	scene_free(&s);
}

/* The command in the first line of a golden file. */
static void command_read(const char *path, char *command, size_t bytes)
{
	char line[sizeof(PROMPT) + sizeof(((struct printing *)0)->command)];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	if (!fgets(line, sizeof(line), file) || strncmp(line, PROMPT, strlen(PROMPT)) != 0)
		fail_msg("%s does not begin with `" PROMPT "`", path);
	fclose(file);
	snprintf(command, bytes, "%.*s", (int)strcspn(line + strlen(PROMPT), "\n"),
		 line + strlen(PROMPT));
}

static size_t folder_compare(const char *folder, struct printing *p)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	size_t compared = 0;

	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		char path[512];

		if (entries[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			command_read(path, p->command, sizeof(p->command));
			golden_output(path, print_timeless, p);
			compared++;
		}
		free(entries[i]);
	}
	free(entries);
	return compared;
}

static void every_verb_prints_as_it_did(void **state)
{
	char directory[] = "/tmp/hud-golden-XXXXXX", capture[64], database[64];
	struct printing p = {.directory = directory};

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(capture, sizeof(capture), "%s/" CAPTURE, directory);
	snprintf(database, sizeof(database), "%s/" DATABASE, directory);
	everything_write(capture, database);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		assert_true(folder_compare(folders[i], &p) > 0);
	unlink(capture);
	unlink(database);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_prints_as_it_did),
	};

	/* Neither the cache of symbols nor debug files of this machine may be found. */
	setenv("HUD_CACHE", "", 1);
	unsetenv("DEBUGINFOD_URLS");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
