/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A call in a child: what it gives, and that it cannot hold up its parent. */
#include "format/base/clock.h"
#include "recorder/base/child_call.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_NS (60 * NS_PER_S)

static int run(int (*function)(void *context, int out), void *context, uint64_t limit_ns,
	       struct collected *written)
{
	struct child_call call = {.run = function, .context = context, .limit_ns = limit_ns};
	uint64_t cpu_ns = 0;

	return child_call_run(&call, written, &cpu_ns);
}

static int much_write(void *context, int out)
{
	char *much = calloc(1, 1 << 20);
	int error = much ? child_call_write(out, much, 1 << 20) : -ENOMEM;

	(void)context;
	free(much);
	return error;
}

static void what_it_writes_arrives_whole(void **state)
{
	struct collected written;

	(void)state;
	assert_int_equal(run(much_write, NULL, LONG_NS, &written), 0);
	assert_int_equal(written.bytes, 1 << 20);
	free(written.data);
}

static int fails(void *context, int out)
{
	(void)out;
	return *(const int *)context;
}

static void its_error_is_returned(void **state)
{
	int error = -EBADF;
	struct collected written;

	(void)state;
	assert_int_equal(run(fails, &error, LONG_NS, &written), -EBADF);
	assert_int_equal(written.bytes, 0);
	free(written.data);
}

static int is_killed(void *context, int out)
{
	(void)context;
	(void)out;
	raise(SIGKILL);
	return 0;
}

static void one_that_a_signal_ends_is_no_success(void **state)
{
	struct collected written;

	(void)state;
	assert_int_equal(run(is_killed, NULL, LONG_NS, &written), -ECHILD);
	free(written.data);
}

static int never_returns(void *context, int out)
{
	(void)context;
	for (;;)
		pause();
	return out;
}

static void one_that_does_not_return_is_given_up(void **state)
{
	uint64_t begun = clock_ns(CLOCK_MONOTONIC);
	struct collected written;

	(void)state;
	assert_int_equal(run(never_returns, NULL, 50 * NS_PER_MS, &written), -ETIMEDOUT);
	assert_true(clock_ns(CLOCK_MONOTONIC) - begun < LONG_NS);
	assert_int_equal(waitpid(-1, NULL, 0), -1); /* no child is left */
	free(written.data);
}

struct open_files {
	int kept, closed;
};

static int files_count(void *context, int out)
{
	const struct open_files *files = context;

	(void)out;
	if (fcntl(files->kept, F_GETFD) < 0)
		return -ENOENT;
	return fcntl(files->closed, F_GETFD) < 0 && fcntl(STDERR_FILENO, F_GETFD) < 0 ? 0 : -EBUSY;
}

static void it_has_no_descriptor_but_those_it_needs(void **state)
{
	struct open_files files = {open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY)};
	struct child_call call = {.run = files_count,
				  .context = &files,
				  .keep = &files.kept,
				  .keeps = 1,
				  .limit_ns = LONG_NS};
	struct collected written;
	uint64_t cpu_ns = 0;

	(void)state;
	assert_true(files.kept >= 0 && files.closed >= 0);
	assert_int_equal(child_call_run(&call, &written, &cpu_ns), 0);
	assert_true(cpu_ns > 0);
	free(written.data);
	close(files.kept);
	close(files.closed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_writes_arrives_whole),
		cmocka_unit_test(its_error_is_returned),
		cmocka_unit_test(one_that_a_signal_ends_is_no_success),
		cmocka_unit_test(one_that_does_not_return_is_given_up),
		cmocka_unit_test(it_has_no_descriptor_but_those_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
