/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_PART_H
#define HUD_FORMAT_CAPTURE_PART_H

#include "format/capture/writer.h"

/*
 * The last seconds of a capture that is being read, as a capture of their own. Chunks can be read
 * alone, so their frames are kept as they came until they are too old; of older ones only those
 * whose records hold for what comes later: of them the part has these records and their
 * definitions.
 */
struct capture_part;

/*
 * `bytes`: of frames that are kept at most; beyond it the part begins later. NULL: no memory.
 */
struct capture_part *capture_part_open(size_t bytes);
void capture_part_close(struct capture_part *p);

/*
 * A chunk of the stream, in its frame. One of symbols that is there is not taken again. 0, -ENOMEM.
 */
int capture_part_chunk(struct capture_part *p, const struct hud_chunk *chunk, const uint8_t *frame,
		       size_t bytes);
/* A record of the chunk that was given last. */
void capture_part_record(struct capture_part *p, const struct hud_record *r);

/* Forgets what ended before that. */
void capture_part_forget(struct capture_part *p, uint64_t before_ns);
/* Forgets all but symbols: another reading of the stream begins. */
void capture_part_clear(struct capture_part *p);

/*
 * Hands the part to the sink, as the part from `from_ns`, or from where all frames are kept, to
 * `to_ns` of the capture whose chunk was given last. 0 or a negative errno, -ENODATA where there is
 * none.
 */
int capture_part_write(struct capture_part *p, uint64_t from_ns, uint64_t to_ns, capture_sink sink,
		       void *context);

#endif
