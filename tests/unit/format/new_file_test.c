/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Files that get their name when they are complete. */

static char directory[] = "/tmp/hud-new-file-XXXXXX";
static char path[64], partial[80];

static int directory_make(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/file", directory);
	snprintf(partial, sizeof(partial), "%s.partial", path);
	return 0;
}

static int directory_remove(void **state)
{
	(void)state;
	unlink(path);
	unlink(partial);
	return rmdir(directory);
}

static void assert_content(const char *expected)
{
	char text[16] = "";
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) == strlen(expected));
	assert_string_equal(text, expected);
	fclose(file);
}

static bool exists(const char *name)
{
	return access(name, F_OK) == 0;
}

static void write_and_close(const char *text, int error)
{
	struct new_file f;

	assert_int_equal(new_file_open(&f, AT_FDCWD, path, NEW_FILE_ONE_WRITER, 0600), 0);
	assert_int_equal(new_file_write(&f, text, strlen(text)), 0);
	assert_true(exists(partial));
	assert_int_equal(new_file_close(&f, error), error);
	assert_false(exists(partial));
}

static void a_file_has_its_name_when_it_is_complete(void **state)
{
	(void)state;
	write_and_close("one", 0);
	assert_content("one");
	write_and_close("two", 0);
	assert_content("two");
}

static void a_file_that_failed_leaves_what_was_there(void **state)
{
	(void)state;
	write_and_close("one", 0);
	write_and_close("two", -ENOSPC);
	assert_content("one");
}

static void a_file_made_by_its_name_is_renamed_too(void **state)
{
	struct new_file f;
	FILE *file;

	(void)state;
	assert_int_equal(new_file_begin(&f, AT_FDCWD, path, NEW_FILE_ONE_WRITER), 0);
	file = fopen(f.partial, "we");
	assert_non_null(file);
	fputs("three", file);
	fclose(file);
	assert_int_equal(new_file_close(&f, 0), 0);
	assert_content("three");
}

static void a_symlink_is_not_written_through(void **state)
{
	(void)state;
	write_and_close("target", 0);
	assert_int_equal(symlink(path, partial), 0);
	write_and_close("other", -ECANCELED);
	assert_content("target");
}

static void without_the_directory_nothing_is_left_to_close(void **state)
{
	struct new_file f;

	(void)state;
	assert_int_equal(new_file_open(&f, "/nowhere/at/all", 0600), -ENOENT);
	assert_int_equal(new_file_close(&f, -ENOENT), -ENOENT);
	assert_int_equal(new_file_begin(&f, AT_FDCWD, path, NEW_FILE_ONE_WRITER), 0);
	assert_int_equal(new_file_close(&f, 0), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_has_its_name_when_it_is_complete),
		cmocka_unit_test(a_file_that_failed_leaves_what_was_there),
		cmocka_unit_test(a_file_made_by_its_name_is_renamed_too),
		cmocka_unit_test(a_symlink_is_not_written_through),
		cmocka_unit_test(without_the_directory_nothing_is_left_to_close),
	};

	return cmocka_run_group_tests(tests, directory_make, directory_remove);
}
