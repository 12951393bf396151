/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_SIGNALS_H
#define HUD_RECORDER_BASE_SIGNALS_H

/* The signals that end a recording or a wait: taken from a descriptor, never by a handler. */
struct signals {
	int fd;         /* -1: not open; readable when one has come */
	unsigned ended; /* how many asked to end the recording */
};

/*
 * Blocks SIGINT, SIGTERM, SIGCHLD and, unless it is ignored (nohup), SIGHUP; ignores SIGPIPE, so
 * that a closed pipe is an error of write(). 0 or a negative errno.
 */
int signals_open(struct signals *s);
void signals_close(struct signals *s);

/*
 * Takes those that have come. How many asked to end so far: SIGINT, SIGTERM, SIGHUP. SIGCHLD only
 * ends a wait.
 */
unsigned signals_take(struct signals *s);

#endif
