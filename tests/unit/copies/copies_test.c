/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What copies of a target's files may cost, and where they come to lie. */
#include "recorder/copies/copies.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define STRANGER 4242
#define SPARSE_BYTES ((off_t)1 << 40)
#define BLOCK 4096

static const struct build_id id = {.byte = {0xab, 0xcd, 0xef}, .bytes = 3};

/* The directory of one test, in which it is, and the copies in `kept`. */
struct place {
	char path[32];
	struct copies copies;
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->path, "/tmp/hud-copies-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	assert_int_equal(chdir(place->path), 0);
	place->copies = (struct copies) {.path = "kept", .directory = -1};
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;
	char command[64];

	copies_close(&place->copies);
	snprintf(command, sizeof(command), "rm -rf %s", place->path);
	free(place);
	return chdir("/") || system(command);
}

/* A file with as many blocks of data, each after a hole of one. */
static int file_make(const char *name, int blocks)
{
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char block[BLOCK];

	memset(block, 'x', sizeof(block));
	assert_true(fd >= 0);
	for (int i = 0; i < blocks; i++)
		assert_int_equal(pwrite(fd, block, sizeof(block), (2 * i + 1) * BLOCK), BLOCK);
	return fd;
}

static void a_sparse_file_stays_sparse(void **state)
{
	struct place *place = *state;
	int fd = file_make("sparse", 2), copy;
	char block[4 * BLOCK], expected[4 * BLOCK] = {0};
	struct stat st;

	memset(expected + BLOCK, 'x', BLOCK);
	memset(expected + 3 * BLOCK, 'x', BLOCK);
	assert_int_equal(ftruncate(fd, SPARSE_BYTES), 0);
	assert_int_equal(copies_save(&place->copies, fd, "/sparse", &id), 0);
	copy = open("kept/.build-id/ab/cdef.debug", O_RDONLY | O_CLOEXEC);
	assert_true(copy >= 0 && !fstat(copy, &st));
	assert_int_equal(st.st_size, SPARSE_BYTES);
	assert_true(st.st_blocks * 512 < 64 * BLOCK);
	assert_int_equal(read(copy, block, sizeof(block)), sizeof(block));
	assert_memory_equal(block, expected, sizeof(block));
	assert_true(lseek(copy, 4 * BLOCK, SEEK_DATA) < 0);
	close(copy);
	close(fd);
}

static void a_file_of_too_much_data_is_refused(void **state)
{
	static const struct copies_limits limits = {3 * BLOCK, 100 * BLOCK, 10};
	struct place *place = *state;
	int small = file_make("small", 3), large = file_make("large", 4);

	place->copies.limits = &limits;
	assert_int_equal(copies_save_as(&place->copies, large, "l", UINT64_MAX), -EFBIG);
	assert_int_equal(copies_save_as(&place->copies, small, "s", UINT64_MAX), 0);
	assert_int_equal(copies_save_as(&place->copies, large, "l", 6 * BLOCK), 0);
	assert_int_equal(access("kept/l", F_OK) | access("kept/s", F_OK), 0);
	close(small);
	close(large);
}

/* Which is said once. */
static void all_files_together_have_a_limit(void **state)
{
	static const struct copies_limits bytes = {BLOCK, 2 * BLOCK, 10}, files = {1, BLOCK, 2};
	struct place *place = *state;
	int fd = file_make("file", 1);

	place->copies.limits = &bytes;
	assert_int_equal(copies_save_as(&place->copies, fd, "1", UINT64_MAX), 0);
	assert_int_equal(copies_save_as(&place->copies, fd, "2", UINT64_MAX), 0);
	assert_int_equal(copies_save_as(&place->copies, fd, "3", UINT64_MAX), -E2BIG);
	assert_int_equal(copies_save_as(&place->copies, fd, "4", UINT64_MAX), -EALREADY);
	assert_int_equal(access("kept/3", F_OK), -1);
	copies_close(&place->copies);
	/* Those that are refused count: each is a line. */
	place->copies = (struct copies) {.path = "others", .limits = &files, .directory = -1};
	assert_int_equal(copies_save_as(&place->copies, fd, "1", UINT64_MAX), -EFBIG);
	assert_int_equal(copies_save_as(&place->copies, fd, "2", UINT64_MAX), -EFBIG);
	assert_int_equal(copies_save_as(&place->copies, fd, "3", UINT64_MAX), -E2BIG);
	assert_int_equal(copies_save_as(&place->copies, fd, "4", UINT64_MAX), -EALREADY);
	close(fd);
}

static void no_symlink_is_followed(void **state)
{
	static const char *const links[] = {"kept", "kept/.build-id", "kept/.build-id/ab"};
	struct place *place = *state;
	int fd = file_make("file", 1);

	assert_int_equal(mkdir("victim", 0700), 0);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		char target[sizeof(place->path) + sizeof("/victim")];

		snprintf(target, sizeof(target), "%s/victim", place->path);
		assert_int_equal(symlink(target, links[i]), 0);
		assert_int_equal(copies_save(&place->copies, fd, "/file", &id), -ENOTDIR);
		copies_close(&place->copies);
		assert_int_equal(unlink(links[i]) | mkdir(links[i], 0700), 0);
	}
	assert_int_equal(rmdir("victim"), 0);
	assert_int_equal(copies_save(&place->copies, fd, "/file", &id), 0);
	close(fd);
}

static void a_directory_of_another_user_is_refused(void **state)
{
	static const char *const all[] = {"kept/.build-id/ab", "kept/.build-id", "kept"};
	struct place *place = *state;
	int fd;

	if (geteuid() != 0)
		skip();
	fd = file_make("file", 1);
	assert_int_equal(mkdir("kept", 0700) | mkdir("kept/.build-id", 0700) |
				 mkdir("kept/.build-id/ab", 0700),
			 0);
	unsetenv("SUDO_UID");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_int_equal(chown(all[i], STRANGER, STRANGER), 0);
		assert_int_equal(copies_save(&place->copies, fd, "/file", &id), -EREMOTE);
		copies_close(&place->copies);
	}
	setenv("SUDO_UID", "4242", 1);
	assert_int_equal(copies_save(&place->copies, fd, "/file", &id), 0);
	unsetenv("SUDO_UID");
	close(fd);
}

static void what_is_there_is_kept(void **state)
{
	struct place *place = *state;
	int fd = file_make("file", 1), other = file_make("other", 2);
	struct build_id none = {0};
	struct stat st;

	assert_int_equal(copies_save(&place->copies, fd, "/file", &id), 0);
	assert_int_equal(copies_save(&place->copies, other, "/file", &id), 0);
	assert_true(!stat("kept/.build-id/ab/cdef.debug", &st) && st.st_size == 2 * BLOCK);
	assert_int_equal(copies_save(&place->copies, fd, "/a/file", &none), 0);
	assert_int_equal(copies_save(&place->copies, other, "/a/file", &none), 0);
	assert_true(!stat("kept/file", &st) && st.st_size == 2 * BLOCK);
	close(fd);
	close(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
	const struct CMUnitTest tests[] = {
		TEST(a_sparse_file_stays_sparse),
		TEST(a_file_of_too_much_data_is_refused),
		TEST(all_files_together_have_a_limit),
		TEST(no_symlink_is_followed),
		TEST(a_directory_of_another_user_is_refused),
		TEST(what_is_there_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
