/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LIVE_RECORDER_H
#define HUD_ANALYZER_LIVE_RECORDER_H

#include "analyzer/base/message.h"

#include <stdbool.h>
#include <sys/types.h>

#define RECORDER_BYTES 4112

/* hud-record beside this program, where both were built or installed together; else in the PATH. */
void recorder_program(char out[RECORDER_BYTES]);

/* A hud-record that was started here, with sudo where that is needed, and writes to a pipe. */
struct recorder {
	pid_t process;
	int output; /* the capture; -1: it was not started */
	int errors; /* a file of what it says */
};

/*
 * Starts it for a target: a pid, or the name of a process. sudo asks for a password first, on the
 * terminal. Says on stderr what failed.
 */
enum exit_status recorder_start(const char *target, struct recorder *out);

/* Waits until it writes. False: it ended without. */
bool recorder_writes(const struct recorder *r);

/*
 * Closes the pipe, so that it ends, and waits for that. `print_errors`: print what it said, since
 * it did not record.
 */
void recorder_end(struct recorder *r, bool print_errors);

#endif
