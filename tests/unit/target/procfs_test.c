/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a target can make the reader of /proc open. */
#include "recorder/target/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define GROUPS 3000

static void a_word_is_read_only_if_its_page_is_there(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t *words =
		mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t word = 1;

	(void)state;
	assert_ptr_not_equal(words, MAP_FAILED);
	assert_int_equal(proc_word_read(getpid(), (uintptr_t)words, &word), -ENODATA);
	words[1] = 42;
	assert_int_equal(proc_word_read(getpid(), (uintptr_t)&words[1], &word), 0);
	assert_int_equal(word, 42);
	assert_int_equal(munmap(words, page), 0);
	assert_int_not_equal(proc_word_read(getpid(), (uintptr_t)words, &word), 0);
}

/* The directory of one test. */
static int place_make(void **state)
{
	char *path = strdup("/tmp/hud-procfs-XXXXXX");

	assert_non_null(path);
	assert_non_null(mkdtemp(path));
	*state = path;
	return 0;
}

static int place_remove(void **state)
{
	char *path = *state, command[64];

	snprintf(command, sizeof(command), "rm -rf %s", path);
	free(path);
	return system(command);
}

/* Says of a file whether it was opened since. */
static int watch_opens(const char *path)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	assert_true(fd >= 0 && inotify_add_watch(fd, path, IN_OPEN) >= 0);
	return fd;
}

static bool was_opened(int watch)
{
	char event[4096];
	ssize_t got = read(watch, event, sizeof(event));

	close(watch);
	return got > 0;
}

/* As a device would be, whose opening does something. */
static void what_is_no_regular_file_is_not_opened(void **state)
{
	const char *place = *state;
	struct proc_mapping m = {.path = NULL};
	char fifo[64], link[64], map[64];
	int watch;

	snprintf(fifo, sizeof(fifo), "%s/fifo", place);
	snprintf(link, sizeof(link), "%s/link", place);
	snprintf(map, sizeof(map), "/tmp/perf-%d.map", (int)getpid());
	assert_int_equal(mkfifo(fifo, 0600) | symlink(fifo, link) | mkfifo(map, 0600), 0);
	for (m.path = fifo; m.path; m.path = m.path == fifo ? link : NULL) {
		watch = watch_opens(fifo);
		assert_true(proc_mapping_open(getpid(), &m) < 0);
		assert_false(was_opened(watch));
	}
	watch = watch_opens(map);
	assert_int_equal(proc_perf_map_open(getpid()), -EACCES);
	assert_false(was_opened(watch));
	unlink(map);
}

/* A child that ends with the test, also where that fails. */
static pid_t child_begin(void)
{
	pid_t child = fork();

	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

static void child_end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static _Noreturn void say_and_wait(int fd, pid_t pid)
{
	if (write(fd, &pid, sizeof(pid)) == sizeof(pid))
		pause();
	_exit(1);
}

static void a_symlink_in_a_targets_root_leads_to_nothing_outside(void **state)
{
	const char *place = *state;
	char root[64], outside[64], link[80], inside[80];
	struct proc_mapping m = {.path = "/link"};
	int ends[2], fd;
	pid_t child, said;

	if (geteuid() != 0)
		skip();
	snprintf(root, sizeof(root), "%s/root", place);
	snprintf(outside, sizeof(outside), "%s/outside", place);
	snprintf(link, sizeof(link), "%s/link", root);
	snprintf(inside, sizeof(inside), "%s/inside", root);
	assert_int_equal(mkdir(root, 0700) | symlink(outside, link), 0);
	close(open(outside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	close(open(inside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(pipe(ends), 0);
	child = child_begin();
	if (!child) {
		if (chroot(root))
			_exit(1);
		say_and_wait(ends[1], getpid());
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &said, sizeof(said)), sizeof(said));
	assert_true(proc_mapping_open(child, &m) < 0);
	m.path = "/inside";
	fd = proc_mapping_open(child, &m);
	assert_true(fd >= 0);
	close(fd);
	close(ends[0]);
	child_end(child);
}

/* Starts a process in a pid namespace of its own, with a /tmp of its own, and says which. */
static _Noreturn void container_run(int say)
{
	gid_t groups[GROUPS];
	pid_t first;

	for (size_t i = 0; i < GROUPS; i++)
		groups[i] = 1000000 + (gid_t)i;
	if (setgroups(GROUPS, groups) || unshare(CLONE_NEWPID | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/tmp", "tmpfs", 0, NULL))
		_exit(1);
	close(open("/tmp/perf-1.map", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	first = child_begin();
	if (!first) {
		pause();
		_exit(1);
	}
	say_and_wait(say, first);
}

/* The line of its groups comes before the one that says how it is called inside. */
static void a_container_of_many_groups_has_names_of_its_code(void **state)
{
	int ends[2], fd;
	pid_t child, first;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(pipe(ends), 0);
	child = child_begin();
	if (!child)
		container_run(ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &first, sizeof(first)), sizeof(first));
	fd = proc_perf_map_open(first);
	kill(first, SIGKILL);
	child_end(child);
	close(ends[0]);
	assert_true(fd >= 0);
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_regular_file_is_not_opened),
		TEST(a_symlink_in_a_targets_root_leads_to_nothing_outside),
		cmocka_unit_test(a_word_is_read_only_if_its_page_is_there),
		cmocka_unit_test(a_container_of_many_groups_has_names_of_its_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
