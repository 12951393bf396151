/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_PIPE_H
#define HUD_RECORDER_BASE_PIPE_H

#include <stddef.h>
#include <stdint.h>

/* What came through a pipe until now. The caller frees `data`. */
struct collected {
	uint8_t *data;
	size_t bytes, room;
};

/*
 * Reads what is there of a pipe that does not block. 1: more may come; 0: end of file; -EFBIG:
 * there are more than `most` bytes; or another negative errno.
 */
int pipe_collect(int fd, size_t most, struct collected *c);

#endif
