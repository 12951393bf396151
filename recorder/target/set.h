/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TARGET_SET_H
#define HUD_RECORDER_TARGET_SET_H

#include "recorder/base/exit_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TARGETS_MAX 256

enum target_kind { TARGET_PID, TARGET_NAME, TARGET_ANY };

/* One -p, -n or positional TARGET. `text` points into argv. */
struct target_request {
	enum target_kind kind;
	const char *text;
};

/* The processes to record. */
struct target_set {
	pid_t pid[TARGETS_MAX];
	size_t count;
	const char *command; /* as it was given; NULL: none */
	char label[64];      /* for file names and messages: the name or pid as given */
	int start_fd; /* the command waits for a byte from here, and answers if exec fails; -1 */
	pid_t child;  /* the command's pid; 0: none */
};

/* Finds all targets, or prints which was not found and returns EXIT_NO_TARGET. */
enum exit_code target_set_find(const struct target_request *request, size_t count,
			       struct target_set *out);

/* Forks the command, which waits to exec until target_set_start(). Prints what is wrong. */
enum exit_code target_set_spawn(char **command, struct target_set *out);

/*
 * Lets the command run, if the target is one. Prints why it cannot be run: EXIT_NO_TARGET.
 */
enum exit_code target_set_start(struct target_set *t);

/*
 * Has the command that was started exited? Then `*status` is as waitpid() gives it. `wait`: it is
 * about to, so wait for it.
 */
bool target_set_exited(const struct target_set *t, bool wait, int *status);

/* Ends a command that was never started; closes what is open. */
void target_set_close(struct target_set *t);

#endif
