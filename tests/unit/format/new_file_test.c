/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/hex.h"
#include "format/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The directory of one test, open; all its files are in it. */
struct place {
	char path[32];
	int fd;
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->path, "/tmp/hud-new-file-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	place->fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(place->fd >= 0);
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;
	char command[64];

	close(place->fd);
	snprintf(command, sizeof(command), "rm -rf %s", place->path);
	free(place);
	return system(command);
}

static bool there(const struct place *place, const char *name)
{
	return !faccessat(place->fd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static void text_expect(const struct place *place, const char *name, const char *text)
{
	int fd = openat(place->fd, name, O_RDONLY | O_CLOEXEC);
	char found[64] = "";

	assert_true(fd >= 0);
	assert_true(read(fd, found, sizeof(found) - 1) >= 0);
	close(fd);
	assert_string_equal(found, text);
}

static void a_file_has_its_name_only_when_it_is_complete(void **state)
{
	const struct place *place = *state;
	struct new_file f;
	struct stat st;

	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_write(&f, "whole", 5), 0);
	assert_false(there(place, "a"));
	assert_true(there(place, "a.partial"));
	assert_int_equal(new_file_close(&f, 0), 0);
	text_expect(place, "a", "whole");
	assert_false(there(place, "a.partial"));
	assert_int_equal(fstatat(place->fd, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_file_that_failed_is_removed_and_the_old_one_stays(void **state)
{
	const struct place *place = *state;
	struct new_file f;

	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_write(&f, "old", 3), 0);
	assert_int_equal(new_file_close(&f, 0), 0);
	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_write(&f, "new", 3), 0);
	assert_int_equal(new_file_close(&f, -ENOSPC), -ENOSPC);
	text_expect(place, "a", "old");
	assert_false(there(place, "a.partial"));
}

static void a_file_that_is_left_keeps_its_temporary_name(void **state)
{
	const struct place *place = *state;
	struct new_file f;

	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_write(&f, "part", 4), 0);
	assert_int_equal(new_file_leave(&f), 0);
	text_expect(place, "a.partial", "part");
	assert_false(there(place, "a"));
}

static void only_a_regular_file_is_replaced(void **state)
{
	static const char *const names[] = {"link", "pipe", "place"};
	static const int errors[] = {-EEXIST, -EEXIST, -EISDIR};
	const struct place *place = *state;
	struct new_file f;
	struct stat st;

	assert_int_equal(new_file_open(&f, place->fd, "victim", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_write(&f, "precious", 8), 0);
	assert_int_equal(new_file_close(&f, 0), 0);
	assert_int_equal(symlinkat("victim", place->fd, "link"), 0);
	assert_int_equal(mkfifoat(place->fd, "pipe", 0600), 0);
	assert_int_equal(mkdirat(place->fd, "place", 0700), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		for (enum new_file_kind kind = NEW_FILE_KEPT; kind <= NEW_FILE_PRIVATE; kind++)
			assert_int_equal(new_file_open(&f, place->fd, names[i], kind, 0600),
					 errors[i]);
		assert_int_equal(fstatat(place->fd, names[i], &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_false(S_ISREG(st.st_mode));
	}
	assert_int_equal(symlinkat("victim", place->fd, "a.partial"), 0);
	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_KEPT, 0600), -EEXIST);
	assert_int_equal(new_file_open(&f, place->fd, "", NEW_FILE_KEPT, 0600), -ENOENT);
	text_expect(place, "victim", "precious");
}

static void a_complete_file_that_cannot_get_its_name_is_kept(void **state)
{
	const struct place *place = *state;
	struct new_file f;

	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_write(&f, "whole", 5), 0);
	assert_int_equal(mkdirat(place->fd, "a", 0700), 0);
	assert_int_equal(new_file_close(&f, 0), -EISDIR);
	text_expect(place, "a.partial", "whole");
}

static void a_file_that_is_being_written_is_nobody_elses(void **state)
{
	const struct place *place = *state;
	struct new_file first, second;

	assert_int_equal(new_file_open(&first, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_open(&second, place->fd, "a", NEW_FILE_KEPT, 0600), -EBUSY);
	assert_false(new_file_keep_leftover(place->fd, "a"));
	assert_int_equal(new_file_write(&first, "first", 5), 0);
	assert_int_equal(new_file_close(&first, 0), 0);
	text_expect(place, "a", "first");
	assert_false(there(place, "a.partial"));
}

static void another_files_temporary_name_is_left_alone(void **state)
{
	const struct place *place = *state;
	struct new_file first, second;

	assert_int_equal(new_file_open(&first, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(unlinkat(place->fd, "a.partial", 0), 0);
	assert_int_equal(new_file_open(&second, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_close(&first, 0), -ESTALE);
	assert_true(there(place, "a.partial"));
	assert_false(there(place, "a"));
	assert_int_equal(new_file_close(&second, 0), 0);
	assert_true(there(place, "a"));
}

static void a_leftover_is_kept_under_another_name(void **state)
{
	const struct place *place = *state;
	struct new_file f;

	assert_false(new_file_keep_leftover(place->fd, "a"));
	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_KEPT, 0600), 0);
	assert_int_equal(new_file_write(&f, "part", 4), 0);
	assert_int_equal(new_file_leave(&f), 0);
	assert_true(new_file_keep_leftover(place->fd, "a"));
	assert_false(there(place, "a.partial"));
	text_expect(place, "a.partial.old", "part");
}

static void writers_of_the_same_file_do_not_share_its_temporary_name(void **state)
{
	const struct place *place = *state;
	char own[64];
	struct new_file f;

	snprintf(own, sizeof(own), "a.%d.partial", (int)gettid());
	assert_int_equal(new_file_open(&f, place->fd, "a", NEW_FILE_PRIVATE, 0600), 0);
	assert_true(there(place, own));
	assert_int_equal(new_file_close(&f, 0), 0);
	assert_true(there(place, "a"));
	assert_false(there(place, own));
}

static void a_file_that_another_creates_by_its_temporary_name_is_renamed_too(void **state)
{
	const struct place *place = *state;
	struct new_file f;
	int fd;

	assert_int_equal(new_file_begin(&f, place->fd, "made", NEW_FILE_PRIVATE), 0);
	fd = openat(place->fd, f.partial, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "three", 5), 5);
	close(fd);
	assert_int_equal(new_file_close(&f, new_file_sync(&f)), 0);
	text_expect(place, "made", "three");
	assert_int_equal(new_file_begin(&f, place->fd, "never", NEW_FILE_PRIVATE), 0);
	assert_int_equal(new_file_close(&f, new_file_sync(&f)), -ENOENT);
}

static void bytes_are_two_lower_case_digits_each(void **state)
{
	static const uint8_t byte[] = {0x00, 0x0f, 0xa5, 0xff};
	char text[HEX_TEXT_BYTES(sizeof(byte))];

	(void)state;
	hex_text(byte, sizeof(byte), text);
	assert_string_equal(text, "000fa5ff");
	hex_text(byte, 0, text);
	assert_string_equal(text, "");
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(a_file_has_its_name_only_when_it_is_complete),
		PLACED(a_file_that_failed_is_removed_and_the_old_one_stays),
		PLACED(a_file_that_is_left_keeps_its_temporary_name),
		PLACED(only_a_regular_file_is_replaced),
		PLACED(a_complete_file_that_cannot_get_its_name_is_kept),
		PLACED(a_file_that_is_being_written_is_nobody_elses),
		PLACED(another_files_temporary_name_is_left_alone),
		PLACED(a_leftover_is_kept_under_another_name),
		PLACED(writers_of_the_same_file_do_not_share_its_temporary_name),
		PLACED(a_file_that_another_creates_by_its_temporary_name_is_renamed_too),
		cmocka_unit_test(bytes_are_two_lower_case_digits_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
