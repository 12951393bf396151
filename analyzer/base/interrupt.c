/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/interrupt.h"

#include <signal.h>

#define STEPS 10000 /* of SQLite's machine between two looks at the signal: below a millisecond */

/* A handler is given nothing but the signal's number, so this one thing is the process's. */
static volatile sig_atomic_t came;

static void note(int signal)
{
	came = signal;
}

static int stop(void *context)
{
	(void)context;
	return came != 0;
}

/* Without SA_RESTART: a write to a pipe that nobody reads ends as well. */
void interrupt_watch(sqlite3 *db)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sqlite3_progress_handler(db, STEPS, stop, NULL);
}

bool interrupt_came(void)
{
	return came != 0;
}

enum exit_status interrupt_message(void)
{
	return message((enum exit_status)(128 + came), NULL, "interrupted");
}
