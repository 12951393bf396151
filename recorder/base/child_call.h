/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_CHILD_CALL_H
#define HUD_RECORDER_BASE_CHILD_CALL_H

#include "recorder/base/pipe.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A call that may never return, made in a child process and waited for no longer than a limit.
 *
 * Who reads a page of another process's memory may have to wait for whoever gives its contents: the
 * server of a FUSE filesystem, or the handler of a userfaultfd, which may be the process itself. If
 * it gives none, the reader sleeps, and not even SIGKILL wakes it.
 */
struct child_call {
	/*
	 * Runs in the child, a copy of this process: what it changes is seen in memory that is
	 * shared only, and what it writes to `out`. 0 or a negative errno.
	 */
	int (*run)(void *context, int out);
	void *context;
	/* Descriptors that it needs; the child has no others, and so holds nothing open. */
	const int *keep;
	size_t keeps;
	uint64_t limit_ns;
};

/*
 * What run() returned; -ETIMEDOUT: it was killed at the limit, and ends when it can; -ECHILD: a
 * signal ended it; or another negative errno. `written` is the caller's to free. `cpu_ns`: what it
 * used is added.
 */
int child_call_run(const struct child_call *c, struct collected *written, uint64_t *cpu_ns);

/* Writes all of it to `out`. 0 or a negative errno. */
int child_call_write(int out, const void *data, size_t bytes);

#endif
