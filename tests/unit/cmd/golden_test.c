/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"
#include "analyzer/derive/schema.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/golden.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What info, dump and query print of a small made-up capture, in each form and filtered, byte for
 * byte. report, diff and check: tests/unit/report/golden_test.c, tests/unit/compare/golden_test.c.
 */

#define CAPTURE "everything.hud"
#define DATABASE "everything.db" /* with the fixture's symbols */

static const struct golden {
	const char *file;
	enum exit_status (*verb)(const struct arguments *arguments);
	struct arguments arguments;
} goldens[] = {
	{"info/info.txt", verb_info, {.positional = {DATABASE}, .positionals = 1}},
	{"info/info-symbols.txt",
	 verb_info,
	 {.positional = {CAPTURE}, .positionals = 1, .symbols = true}},
	{"info/dump.txt", verb_dump, {.positional = {CAPTURE}, .positionals = 1}},
	{"query/query-list.txt", verb_query, {.list = true}},
	{"query/query-sites.txt",
	 verb_query,
	 {.positional = {DATABASE, "@sites"}, .positionals = 2}},
	{"query/query-sites.json",
	 verb_query,
	 {.positional = {DATABASE, "@sites"}, .positionals = 2, .json = true, .top = 2}},
	{"query/query-tasks.csv",
	 verb_query,
	 {.positional = {DATABASE, "@tasks"}, .positionals = 2, .csv = true}},
	{"query/query-folded.txt",
	 verb_query,
	 {.positional = {DATABASE, "@folded"}, .positionals = 2, .plain = true}},
	{"query/query-filters.csv",
	 verb_query,
	 {.positional = {DATABASE, "SELECT function, total_ns, :word AS word FROM blocking_sites "
				   "WHERE capture = :capture ORDER BY total_ns DESC"},
	  .positionals = 2,
	  .csv = true,
	  .sets = {"word=a \"word\", quoted"},
	  .set_count = 1,
	  .filter = {.from = "90ms", .to = "-20ms", .cause = "sleep,lock"}}},
};

struct printing {
	const struct golden *golden;
	const char *directory;
};

/* In the capture's directory, so that no path of this machine is in the output. */
static void print_verb(void *context)
{
	const struct printing *p = context;
	int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(back >= 0);
	assert_int_equal(chdir(p->directory), 0);
	assert_int_equal(p->golden->verb(&p->golden->arguments), STATUS_DONE);
	assert_int_equal(fchdir(back), 0);
	close(back);
}

/* Without the lines that depend on the clock: times and sizes of chunks. */
static void print_timeless(void *context)
{
	char *text = printed_text(print_verb, context), *rest = text;

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

static void every_verb_prints_as_it_did(void **state)
{
	char directory[] = "/tmp/hud-golden-XXXXXX", capture[64], database[64];

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(capture, sizeof(capture), "%s/" CAPTURE, directory);
	snprintf(database, sizeof(database), "%s/" DATABASE, directory);
	everything_write(capture, database);
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
		struct printing p = {&goldens[i], directory};
		char golden[128];

		snprintf(golden, sizeof(golden), "tests/golden/%s", goldens[i].file);
		golden_output(golden, print_timeless, &p);
	}
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
