/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_FRAME_H
#define HUD_FORMAT_CAPTURE_FRAME_H

#include "format/wire/chunk.h"

/* The zstd frames a capture is made of (RFC 8878, section 3.1.1), without decompressing them. */

/* The size of the largest frame of a chunk: zstd's bound for its content. */
#define FRAME_BYTES_MAX ((size_t)HUD_CHUNK_CONTENT_MAX + (HUD_CHUNK_CONTENT_MAX >> 8) + 64)

/* The naming frame as it is in the stream. */
struct naming_frame {
	uint32_t magic;
	uint32_t bytes;
	char text[HUD_NAMING_TEXT_BYTES];
};
HUD_ASSERT_SIZE(struct naming_frame, 24);

extern const struct naming_frame naming_frame;

/* How far a frame has been followed, to continue with more bytes. Zero it first. */
struct frame_measure {
	size_t bytes;     /* followed so far; in the end, the size of the frame */
	uint64_t content; /* its content size, as its header says */
};

/*
 * Follows the block headers of the zstd frame at `data`: 1 when the frame is complete, 0 when it
 * may go on after `bytes`, -EBADMSG when this frame cannot hold a chunk: content size or
 * checksum not given, a dictionary, or too large.
 */
int frame_measure(struct frame_measure *m, const uint8_t *data, size_t bytes);

#endif
