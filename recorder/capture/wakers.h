/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_WAKERS_H
#define HUD_RECORDER_CAPTURE_WAKERS_H

#include "format/capture/writer.h"

#include <stddef.h>
#include <sys/types.h>

#define WAKERS_MAX 128

/* The processes that are not recorded and that woke a recorded thread. All zeros: none yet. */
struct wakers {
	pid_t pid[WAKERS_MAX];
	size_t count;
};

/*
 * Writes the name of such a process when it is met first. After WAKERS_MAX of them no more are
 * named: their pids are in the spans anyway.
 */
void wakers_meet(struct wakers *w, struct capture_writer *writer, pid_t pid, uint64_t time_ns);

#endif
