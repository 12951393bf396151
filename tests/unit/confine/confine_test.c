/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/confine/calls.h"
#include "analyzer/confine/files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Calls `body` in a child, since what it gives up is gone. Its answer is its exit status. */
static int in_child(int (*body)(const char *place), const char *place)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(body(place));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool refused(long result)
{
	return result == -1 && errno == EPERM;
}

static bool runs(const char *program)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		execl(program, program, NULL);
		_exit(99);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status);
}

static void *nothing(void *context)
{
	return context;
}

/* What every analysis needs. */
static bool works(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL))
		return false;
	return access("/", R_OK) == 0;
}

/* Of no terminal the kernel would say ENOTTY. It looks at the lower half of the request only. */
static bool types_nothing(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	return refused(ioctl(fd, TIOCSTI, "x")) && refused(ioctl(fd, TIOCLINUX, "\3")) &&
	       refused(syscall(SYS_ioctl, fd, TIOCSTI | (1ul << 32), "x")) &&
	       ioctl(fd, TCGETS, NULL) == -1 && errno == ENOTTY;
}

static int plain_body(const char *place)
{
	const struct call_needs none = {0};

	if (calls_confine(&none))
		return 1;
	if (!works())
		return 2;
	if (runs("/bin/true"))
		return 3;
	if (!refused(socket(AF_INET, SOCK_STREAM, 0)) || !refused(socket(AF_UNIX, SOCK_STREAM, 0)))
		return 4;
	if (!refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
		return 5;
	if (!refused(syscall(SYS_io_uring_setup, 1, NULL)))
		return 6;
	if (!refused(chmod(place, 0777)) || !refused(syscall(SYS_unshare, 0)))
		return 7;
	if (!refused(syscall(SYS_clone, 0x10000000 /* CLONE_NEWUSER */, NULL, NULL, NULL, NULL)))
		return 8;
	if (!types_nothing())
		return 10;
#ifdef __x86_64__
	if (!refused(syscall(0x40000000 | SYS_getpid)))
		return 9;
#endif
	return 0;
}

static int network_body(const char *place)
{
	const struct call_needs needs = {.network = true};

	(void)place;
	if (calls_confine(&needs))
		return 1;
	if (socket(AF_INET, SOCK_STREAM, 0) < 0 || socket(AF_UNIX, SOCK_STREAM, 0) < 0)
		return 2;
	return runs("/bin/true") ? 3 : 0;
}

static int mark_body(const char *place)
{
	const struct call_needs needs = {.mark = true};

	(void)place;
	if (calls_confine(&needs))
		return 1;
	if (!refused(socket(AF_INET, SOCK_STREAM, 0)) || socket(AF_UNIX, SOCK_DGRAM, 0) < 0)
		return 2;
	if (!types_nothing())
		return 4;
	return runs("/bin/true") ? 0 : 3;
}

static bool can_make(const char *directory, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool can_replace(const char *directory)
{
	char from[128], to[128];

	snprintf(from, sizeof(from), "%s/new", directory);
	snprintf(to, sizeof(to), "%s/old", directory);
	return !rename(from, to) && !unlink(to);
}

#define NO_LANDLOCK 77

/* `place` has the directories in/ and out/, and the file out/there. */
static int files_body(const char *place)
{
	struct file_rules rules;
	char in[64], out[64], path[80];

	snprintf(in, sizeof(in), "%s/in", place);
	snprintf(out, sizeof(out), "%s/out", place);
	snprintf(path, sizeof(path), "%s/there", out);
	if (file_rules_open(&rules))
		return 1;
	if (rules.fd < 0)
		return NO_LANDLOCK;
	if (file_rules_allow(&rules, in) || file_rules_allow(&rules, "/dev/null") ||
	    file_rules_allow(&rules, "/nowhere/at/all") != -ENOENT || file_rules_enter(&rules))
		return 2;
	file_rules_close(&rules);
	if (!can_make(in, "new") || !can_replace(in) || !can_make("/dev", "null"))
		return 3;
	if (can_make(out, "new") || !unlink(path) || open(path, O_RDWR) >= 0 ||
	    !truncate(path, 0) || !symlink("x", out))
		return 4;
	return open(path, O_RDONLY) >= 0 ? 0 : 5;
}

static char *place_make(void)
{
	static char place[32];
	char path[64];

	strcpy(place, "/tmp/hud-confine-XXXXXX");
	assert_non_null(mkdtemp(place));
	snprintf(path, sizeof(path), "%s/in", place);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/out", place);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(can_make(path, "there"));
	return place;
}

static void place_remove(const char *place)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", place);
	assert_int_equal(system(command), 0);
}

static void an_analysis_runs_no_program_and_opens_no_socket(void **state)
{
	(void)state;
	assert_int_equal(in_child(plain_body, "/tmp"), 0);
}

static void with_the_network_it_still_runs_no_program(void **state)
{
	(void)state;
	assert_int_equal(in_child(network_body, NULL), 0);
}

static void marks_need_a_program_and_a_local_socket_only(void **state)
{
	(void)state;
	assert_int_equal(in_child(mark_body, NULL), 0);
}

static void files_change_only_where_that_was_allowed(void **state)
{
	char *place = place_make();
	int answer = in_child(files_body, place);

	(void)state;
	place_remove(place);
	if (answer == NO_LANDLOCK)
		skip();
	assert_int_equal(answer, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_analysis_runs_no_program_and_opens_no_socket),
		cmocka_unit_test(with_the_network_it_still_runs_no_program),
		cmocka_unit_test(marks_need_a_program_and_a_local_socket_only),
		cmocka_unit_test(files_change_only_where_that_was_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
