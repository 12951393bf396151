/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_MARK_RECEIVER_H
#define HUD_RECORDER_MARK_RECEIVER_H

#include "format/capture/writer.h"
#include "recorder/target/set.h"

#include <sys/types.h>

/*
 * Receives marks while recording: from root, from the recorder's own user, and from the user who
 * called sudo.
 */
struct mark_receiver {
	struct capture_writer *writer;
	const struct target_set *targets;
	int fd; /* -1: none */
	uid_t own;
	int invoker; /* uid of the user who called sudo; -1: none */
	uint32_t taken;
};

/* Call it after the session was written. 0 or a negative errno: recording goes on without marks. */
int mark_receiver_open(struct mark_receiver *t, struct capture_writer *writer,
		       const struct target_set *targets);

/* Writes the marks that wait, a limited number per call; the writer keeps its errors. */
void mark_receiver_work(struct mark_receiver *t);

void mark_receiver_close(struct mark_receiver *t);

#endif
