/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/chunk_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_FIRST ((size_t)256 << 10)
/* So much before the first frame: it is another kind of file, maybe endless. */
#define SKIPPED_MAX ((uint64_t)64 << 20)
#define BUFFER_MAX (FRAME_BYTES_MAX + BUFFER_FIRST)

_Static_assert(FRAME_BYTES_MAX >= ZSTD_COMPRESSBOUND(HUD_CHUNK_CONTENT_MAX),
	       "every chunk a writer makes can be read");

int chunk_stream_open(struct chunk_stream *s, capture_source source, void *context)
{
	*s = (struct chunk_stream) {.source = source, .context = context};
	s->zstd = ZSTD_createDCtx();
	s->buffer = malloc(BUFFER_FIRST);
	if (!s->zstd || !s->buffer) {
		chunk_stream_close(s);
		return -ENOMEM;
	}
	s->capacity = BUFFER_FIRST;
	return 0;
}

void chunk_stream_close(struct chunk_stream *s)
{
	ZSTD_freeDCtx(s->zstd);
	free(s->buffer);
	free(s->content);
	*s = (struct chunk_stream) {0};
}

const struct hud_chunk *chunk_stream_chunk(const struct chunk_stream *s)
{
	return (const struct hud_chunk *)s->content;
}

/* Reads once, appending to the buffer, which grows to the size of the largest frame at most. */
static int fill(struct chunk_stream *s)
{
	int64_t got;

	if (s->head && s->capacity - s->tail < BUFFER_FIRST / 2) {
		memmove(s->buffer, s->buffer + s->head, s->tail - s->head);
		s->tail -= s->head;
		s->head = 0;
	}
	if (s->tail == s->capacity) {
		size_t capacity = s->capacity * 2 < BUFFER_MAX ? s->capacity * 2 : BUFFER_MAX;
		uint8_t *grown = realloc(s->buffer, capacity);

		if (!grown)
			return -ENOMEM;
		s->buffer = grown;
		s->capacity = capacity;
	}
	got = s->source(s->context, s->buffer + s->tail, s->capacity - s->tail);
	if (got < 0)
		return got < INT32_MIN ? -EIO : (int)got;
	if ((uint64_t)got > s->capacity - s->tail)
		return -EIO;
	s->ended = !got;
	s->tail += (size_t)got;
	s->bytes += (uint64_t)got;
	return 0;
}

static int content_reserve(struct chunk_stream *s, size_t bytes)
{
	uint8_t *content;

	if (bytes <= s->content_capacity)
		return 0;
	content = malloc(bytes);
	if (!content)
		return -ENOMEM;
	free(s->content);
	s->content = content;
	s->content_capacity = bytes;
	return 0;
}

/* True: header and record sizes add up. */
static bool chunk_is_sound(const uint8_t *content, size_t bytes)
{
	const struct hud_chunk *chunk = (const struct hud_chunk *)content;
	uint64_t records = 0;
	size_t at = sizeof(*chunk);

	if (chunk->version != HUD_FORMAT_VERSION || chunk->bytes != bytes - sizeof(*chunk))
		return false;
	while (at < bytes) {
		const struct hud_record *record = (const struct hud_record *)(content + at);

		if (bytes - at < sizeof(*record) || record->size < sizeof(*record) ||
		    record->size % 8 || record->size > bytes - at)
			return false;
		at += record->size;
		records++;
	}
	return records == chunk->records;
}

/* Decompresses the complete frame at `head`, which has been measured. */
static int open_chunk(struct chunk_stream *s)
{
	const struct hud_chunk *chunk;
	size_t bytes = (size_t)s->measure.content;
	int err;

	if (bytes < sizeof(*chunk))
		return -EBADMSG;
	err = content_reserve(s, bytes);
	if (err)
		return err;
	if (ZSTD_decompressDCtx(s->zstd, s->content, bytes, s->buffer + s->head,
				s->measure.bytes) != bytes)
		return -EBADMSG;
	chunk = chunk_stream_chunk(s);
	if (memcmp(chunk->magic, HUD_CHUNK_MAGIC, sizeof(chunk->magic)) != 0)
		return -EBADMSG;
	if (chunk->version > HUD_FORMAT_VERSION)
		return -EPROTO;
	return chunk_is_sound(s->content, bytes) ? CHUNK_STREAM_CHUNK : -EBADMSG;
}

/* What is at `head`: enum chunk_stream_find; 0: more bytes needed; -EBADMSG: neither. */
static int head_read(struct chunk_stream *s)
{
	const uint8_t *data = s->buffer + s->head;
	size_t bytes = s->tail - s->head;
	int whole;

	if (!memcmp(data, &naming_frame,
		    bytes < sizeof(naming_frame) ? bytes : sizeof(naming_frame))) {
		if (bytes < sizeof(naming_frame))
			return 0;
		s->measure.bytes = sizeof(naming_frame);
		return CHUNK_STREAM_NAMING;
	}
	whole = frame_measure(&s->measure, data, bytes);
	return whole == 1 ? open_chunk(s) : whole;
}

/* Skips to the next byte at which a frame may begin. */
static void pass_over(struct chunk_stream *s)
{
	static const uint32_t frame_magic = ZSTD_MAGICNUMBER;
	const uint8_t first[2] = {*(const uint8_t *)&frame_magic,
				  *(const uint8_t *)&naming_frame.magic};
	size_t at = s->head + 1;

	while (at < s->tail && s->buffer[at] != first[0] && s->buffer[at] != first[1])
		at++;
	s->skipped += at - s->head;
	s->head = at;
	s->measure = (struct frame_measure) {0};
}

int chunk_stream_next(struct chunk_stream *s)
{
	if (s->found) {
		s->head += s->measure.bytes;
		s->measure = (struct frame_measure) {0};
		s->skipped = 0;
		s->found = false;
	}
	for (;;) {
		int found = s->head < s->tail ? head_read(s) : 0;
		int err = 0;

		s->found = found > 0;
		s->ever_found |= s->found;
		if (s->found)
			return found;
		if (!s->ever_found && s->skipped > SKIPPED_MAX)
			return -EBADMSG;
		if (found == 0 && s->ended && s->head == s->tail)
			return CHUNK_STREAM_END;
		if (found == 0 && !s->ended) {
			err = fill(s);
		} else if (found == 0 || found == -EBADMSG) {
			/* Cut, if the stream ends inside it; damage, if a chunk follows. */
			if (!s->skipped)
				s->cut = found == 0;
			pass_over(s);
		} else {
			err = found;
			s->measure = (struct frame_measure) {0};
		}
		if (err)
			return err;
	}
}
