/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_CHUNK_STREAM_H
#define HUD_FORMAT_CAPTURE_CHUNK_STREAM_H

#include "format/capture/frame.h"
#include "format/capture/reader.h"

#include <zstd.h>

/*
 * Finds complete chunks in a stream of bytes, and skips everything else.
 *
 * Nothing is trusted: a chunk is a frame with content size and checksum that decompresses and holds
 * a valid header and records whose sizes add up.
 */
struct chunk_stream {
	capture_source source;
	void *context;
	uint8_t *buffer; /* [head, tail) is read and not yet used */
	size_t head, tail, capacity;
	bool ended; /* the source has no more */
	struct frame_measure measure;
	bool ever_found;
	bool found; /* `measure` is that of the frame found last */
	ZSTD_DCtx *zstd;
	uint8_t *content; /* of the chunk found last */
	size_t content_capacity;
	uint64_t bytes;   /* read from the source */
	uint64_t skipped; /* bytes right before what was found */
	bool cut;         /* at the end: what was skipped is a valid frame as far as it goes */
};

enum chunk_stream_find { CHUNK_STREAM_END = 0, CHUNK_STREAM_NAMING, CHUNK_STREAM_CHUNK };

int chunk_stream_open(struct chunk_stream *s, capture_source source, void *context);

/*
 * The next chunk (in `content`: header, then records) or naming frame, whichever comes first.
 * One of enum chunk_stream_find; -EPROTO for a chunk of a newer version; -EBADMSG: the
 * first 64 MiB have neither; an errno of the source,
 * after which the call may be repeated.
 */
int chunk_stream_next(struct chunk_stream *s);

/* The chunk found last. */
const struct hud_chunk *chunk_stream_chunk(const struct chunk_stream *s);

void chunk_stream_close(struct chunk_stream *s);

#endif
