/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/interrupt.h"

#include <signal.h>

/* The signal that came, or 0. A handler gets nothing but the signal's number, so this is global. */
static volatile sig_atomic_t came;

static void note(int signal)
{
	came = signal;
}

/* Without SA_RESTART, so that a read from a pipe that nobody writes to ends as well. */
void interrupt_watch(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool interrupt_came(void)
{
	return came != 0;
}

enum exit_status interrupt_message(void)
{
	return message((enum exit_status)(128 + came), NULL, "interrupted");
}
