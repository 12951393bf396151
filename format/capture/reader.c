/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/reader.h"
#include "format/capture/chunk_stream.h"
#include "format/capture/definition_table.h"
#include "format/wire/recording.h"
#include "format/wire/records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A capture of the stream, as a record for a definition table. */
struct capture_seen {
	struct hud_record head;
	uint8_t capture_id[16];
	uint64_t next_sequence;
	uint64_t end_ns; /* of its last chunk */
	uint64_t ended;  /* HUD_END or HUD_PART was read */
};

struct capture_reader {
	struct chunk_stream stream;
	struct definition_table captures;
	struct capture_seen *current; /* NULL: no chunk since the last naming frame */
	struct hud_chunk chunk;       /* the last one found, a copy: its content is soon reused */
	bool chunk_open;              /* the chunk in `stream` has records or losses to give out */
	bool any;                     /* a naming frame or a chunk was found */
	size_t at;                    /* of the next record in the chunk's content */
	uint64_t invalid;             /* records refused in this chunk */
	struct hud_lost lost[2];      /* to be given out before anything else */
	size_t losses, lost_reported;
	struct hud_lost invalid_lost;
	int error; /* final; 1: at the end */
	struct capture_reader_state state;
};

int capture_reader_open(capture_source source, void *context, struct capture_reader **out)
{
	struct capture_reader *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	err = chunk_stream_open(&r->stream, source, context);
	if (err) {
		free(r);
		return err;
	}
	definition_table_init(&r->captures, offsetof(struct capture_seen, capture_id),
			      offsetof(struct capture_seen, next_sequence), 0);
	*out = r;
	return 0;
}

static struct hud_lost lost_record(enum hud_loss cause, uint64_t count, uint64_t from_ns,
				   uint64_t to_ns)
{
	return (struct hud_lost) {
		.head = {.type = HUD_LOST, .size = sizeof(struct hud_lost)},
		.cause = cause,
		.count = count,
		.from_ns = from_ns,
		.to_ns = to_ns,
	};
}

/* Damage and gaps are reported with the next chunk, with the times around them if known. */
static void tell_damage(struct capture_reader *r, uint64_t from_ns, uint64_t to_ns)
{
	if (!r->stream.skipped)
		return;
	r->state.damaged_bytes += r->stream.skipped;
	r->lost[r->losses++] =
		lost_record(HUD_LOSS_CHUNK_DAMAGED, r->stream.skipped, from_ns, to_ns);
}

/* NULL: no memory. */
static struct capture_seen *capture_of(struct capture_reader *r, const struct hud_chunk *chunk)
{
	struct capture_seen key = {.head.size = sizeof(key)};
	int64_t id;

	memcpy(key.capture_id, chunk->capture_id, sizeof(key.capture_id));
	id = definition_table_intern(&r->captures, &key.head);
	if (id < 0)
		return NULL;
	r->state.captures = (uint32_t)r->captures.count;
	return (struct capture_seen *)definition_table_at(&r->captures, (uint64_t)id)->record;
}

static int begin_chunk(struct capture_reader *r)
{
	const struct hud_chunk *chunk = chunk_stream_chunk(&r->stream);
	struct capture_seen *capture = capture_of(r, chunk);
	bool same;

	if (!capture) {
		r->error = -ENOMEM; /* final: else this chunk would be lost without notice */
		return r->error;
	}
	same = capture == r->current;
	tell_damage(r, same ? capture->end_ns : 0, same ? chunk->start_ns : 0);
	if (chunk->sequence > capture->next_sequence)
		r->lost[r->losses++] = lost_record(HUD_LOSS_CHUNK_MISSING,
						   chunk->sequence - capture->next_sequence,
						   capture->end_ns, chunk->start_ns);
	if (chunk->sequence >= capture->next_sequence)
		capture->next_sequence = chunk->sequence + 1;
	capture->end_ns = chunk->end_ns;
	r->current = capture;
	r->chunk = *chunk;
	r->chunk_open = true;
	r->at = sizeof(*chunk);
	r->invalid = 0;
	r->state.chunks++;
	r->state.truncated = !capture->ended;
	return 0;
}

/* Goes to the next chunk, and notes what was lost before it. 1: at the end of the stream. */
static int advance(struct capture_reader *r)
{
	int found = chunk_stream_next(&r->stream);

	r->losses = r->lost_reported = 0;
	r->state.bytes = r->stream.bytes;
	switch (found) {
	case CHUNK_STREAM_CHUNK:
		r->any = true;
		return begin_chunk(r);
	case CHUNK_STREAM_NAMING:
		r->any = true;
		r->state.truncated = true;
		tell_damage(r, 0, 0);
		r->current = NULL;
		return 0;
	case CHUNK_STREAM_END:
		if (!r->any)
			return -EBADMSG;
		if (r->stream.cut)
			r->state.cut_bytes = r->stream.skipped;
		else
			tell_damage(r, 0, 0);
		return 1;
	}
	return found;
}

/* The chunk's next valid record; NULL: there is none. */
static int next_in_chunk(struct capture_reader *r, const struct hud_record **out)
{
	size_t end = sizeof(r->chunk) + r->chunk.bytes;

	*out = NULL;
	while (r->at < end) {
		const struct hud_record *record = (const void *)(r->stream.content + r->at);
		const struct record_kind *kind = record_kind(record->type);

		if (!kind && (record->flags & HUD_MUST_UNDERSTAND))
			return -EPROTO;
		r->at += record->size;
		if (!kind)
			continue;
		if (!record_is_whole(kind, record)) {
			r->invalid++;
			continue;
		}
		if (record->type == HUD_END || record->type == HUD_PART) {
			r->current->ended = true;
			r->state.truncated = false;
		}
		*out = record;
		return 0;
	}
	r->chunk_open = false;
	if (r->invalid) {
		r->invalid_lost = lost_record(HUD_LOSS_RECORD_INVALID, r->invalid,
					      r->chunk.start_ns, r->chunk.end_ns);
		*out = &r->invalid_lost.head;
	}
	return 0;
}

int capture_reader_next(struct capture_reader *r, const struct hud_record **out)
{
	*out = NULL;
	for (;;) {
		int err;

		if (r->lost_reported < r->losses) {
			*out = &r->lost[r->lost_reported++].head;
			return 0;
		}
		if (r->error)
			return r->error < 0 ? r->error : 0;
		if (r->chunk_open) {
			err = next_in_chunk(r, out);
			if (*out)
				return 0;
		} else {
			err = advance(r);
		}
		if (err == -EBADMSG || err == -EPROTO || err == 1)
			r->error = err;
		else if (err)
			return err;
	}
}

const struct hud_chunk *capture_reader_chunk(const struct capture_reader *r)
{
	return r->state.chunks ? &r->chunk : NULL;
}

const uint8_t *capture_reader_frame(const struct capture_reader *r, size_t *bytes)
{
	*bytes = r->stream.measure.bytes;
	return r->stream.found ? r->stream.buffer + r->stream.head : NULL;
}

struct capture_reader_state capture_reader_state(const struct capture_reader *r)
{
	return r->state;
}

void capture_reader_close(struct capture_reader *r)
{
	definition_table_free(&r->captures);
	chunk_stream_close(&r->stream);
	free(r);
}
