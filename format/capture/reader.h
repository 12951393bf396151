/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_READER_H
#define HUD_FORMAT_CAPTURE_READER_H

#include "format/wire/chunk.h"

#include <stdbool.h>

/*
 * Reads captures from a byte stream: a file, a pipe, several captures one after another.
 *
 * Damage is skipped and counted, and never yields content that was not written. Definitions are
 * given out as records, in the order of the stream, repeated ones too.
 */
struct capture_reader;

/*
 * Reads up to `bytes`; 0 at the end; a negative errno, after which capture_reader_next() may be
 * called again (-EAGAIN of a pipe that is not ready). Short reads are fine.
 */
typedef int64_t (*capture_source)(void *context, void *data, size_t bytes);

/* Reads nothing yet. The caller closes `*out`. -ENOMEM. */
int capture_reader_open(capture_source source, void *context, struct capture_reader **out);

/*
 * Next record, or 0 in *out at the end of the stream.
 *
 * The record stays valid until the next call. It is complete: its size is checked against the
 * struct of its type (a shorter known record is refused and counted, a longer one is given whole),
 * counts of frames and text lie inside it. Damage comes back as a HUD_LOST record
 * (HUD_LOSS_CHUNK_DAMAGED, HUD_LOSS_CHUNK_MISSING, HUD_LOSS_RECORD_INVALID).
 * -EBADMSG: nothing in the stream was a capture. -EPROTO: a chunk, or a must-understand record, of
 * a newer version; for good. Else the errno of the source.
 */
int capture_reader_next(struct capture_reader *r, const struct hud_record **out);

/*
 * The chunk that contains the last record; valid until the next call. NULL before the first.
 *
 * A HUD_LOST that the reader made for damage or a gap is in no chunk: this is then the chunk that
 * follows it; before a naming frame and at the end of the stream, the last chunk or NULL.
 */
const struct hud_chunk *capture_reader_chunk(const struct capture_reader *r);

/* Its frame, as it is in the stream; valid until the next call. NULL: there is none. */
const uint8_t *capture_reader_frame(const struct capture_reader *r, size_t *bytes);

struct capture_reader_state {
	uint64_t bytes;         /* read from the source so far */
	uint64_t chunks;        /* whole ones */
	uint64_t damaged_bytes; /* skipped; the same as in HUD_LOSS_CHUNK_DAMAGED */
	uint64_t cut_bytes;     /* of an incomplete frame at the end of the stream; not damage */
	uint32_t captures;      /* distinct capture ids seen */
	bool truncated;         /* the capture read last has no HUD_END or HUD_PART (yet) */
};
struct capture_reader_state capture_reader_state(const struct capture_reader *r);

void capture_reader_close(struct capture_reader *r);

#endif
