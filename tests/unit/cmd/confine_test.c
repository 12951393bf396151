/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What a verb may still do when it has run. */

#define MAY_RUN 1
#define MAY_CONNECT 2
#define NO_FILTER 77 /* a kernel without seccomp, or a machine without such a filter */

static bool refused(long result)
{
	return result == -1 && errno == EPERM;
}

/* Runs `live` in this process on standard input, a pipe that ends at once. */
static int live_rights(char *const *words, int count)
{
	static struct arguments arguments;
	const struct verb *live = verb_named("live");
	int ends[2], nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing < 0 || pipe2(ends, O_CLOEXEC) || dup2(ends[0], STDIN_FILENO) < 0 ||
	    dup2(nothing, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)
		return 99;
	close(ends[1]);
	if (arguments_read(live, count, words, &arguments) != STATUS_DONE)
		return 98;
	live->run(&arguments);
	if (!refused(syscall(SYS_unshare, 0)))
		return NO_FILTER;
	return (refused(execl("/nonexistent", "nonexistent", NULL)) ? 0 : MAY_RUN) |
	       (refused(socket(AF_UNIX, SOCK_DGRAM, 0)) ? 0 : MAY_CONNECT);
}

/* The same in a child, since what it gives up is gone. */
static int live_rights_of(char *const *words, int count)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(live_rights(words, count));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_FILTER)
		skip();
	return WEXITSTATUS(status);
}

static void only_a_screen_that_can_set_a_mark_may_run_a_program(void **state)
{
	char *const stream[] = {"-"}, *const lines[] = {"--plain", "-"},
		    *const document[] = {"--json", "-"}, *const replay[] = {"examples/demo.hud"};

	(void)state;
	assert_int_equal(live_rights_of(stream, 1), MAY_RUN | MAY_CONNECT);
	assert_int_equal(live_rights_of(lines, 2), 0);
	assert_int_equal(live_rights_of(document, 2), 0);
	assert_int_equal(live_rights_of(replay, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_screen_that_can_set_a_mark_may_run_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
