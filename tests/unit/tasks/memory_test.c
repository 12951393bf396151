/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The memory of a process, while it lives and when it has ended. */
#include "recorder/tasks/memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A dump of it would say that it has no task. */
static void a_process_that_nobody_waited_for_has_no_memory(void **state)
{
	pid_t pid = fork();
	siginfo_t info;

	(void)state;
	if (!pid)
		for (;;)
			pause();
	assert_true(pid > 0);
	assert_false(task_memory_gone(pid));
	kill(pid, SIGINT);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_true(task_memory_gone(pid));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(task_memory_gone(pid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_that_nobody_waited_for_has_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
