/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/part.h"
#include "format/base/array.h"
#include "format/capture/frame.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Frames that are older than the part: more than enough for what a recorder writes once. */
#define LASTING_BYTES_MOST ((size_t)16 << 20)

enum content {
	CONTENT_PASSING, /* of its time */
	CONTENT_LASTING, /* holds for what comes later too */
	CONTENT_SYMBOLS,
};

struct kept_frame {
	struct hud_chunk chunk;
	enum content content;
	bool old;
	uint8_t *data;
	size_t bytes;
};

struct capture_part {
	struct kept_frame *frame; /* in the order of the stream */
	size_t count, room;
	size_t bytes, bytes_most; /* of all frames */
	uint64_t cut_ns;          /* what ended before was forgotten for want of room */
	bool ignored;             /* the chunk that was given last is not kept, or was there */
};

struct capture_part *capture_part_open(size_t bytes)
{
	struct capture_part *p = calloc(1, sizeof(*p));

	if (p)
		p->bytes_most = bytes;
	return p;
}

void capture_part_close(struct capture_part *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		free(p->frame[i].data);
	free(p->frame);
	free(p);
}

static bool same_capture(const struct hud_chunk *a, const struct hud_chunk *b)
{
	return memcmp(a->capture_id, b->capture_id, sizeof(a->capture_id)) == 0;
}

static bool is_lasting(uint16_t type)
{
	switch (type) {
	case HUD_PROBES:
	case HUD_WAKER:
	case HUD_LAYOUT:
	case HUD_RUNTIME_OBJECT:
	case HUD_CODE:
	case HUD_LATE_ROWS:
	case HUD_RUNTIME_THREAD:
		return true;
	default:
		return false;
	}
}

void capture_part_record(struct capture_part *p, const struct hud_record *r)
{
	struct kept_frame *last = p->count && !p->ignored ? &p->frame[p->count - 1] : NULL;

	if (last && is_lasting(r->type))
		last->content = CONTENT_LASTING;
	if (last && record_group(r->type) == RECORD_SYMBOL)
		last->content = CONTENT_SYMBOLS;
}

/* Keeps the frames that are wanted. */
static void sift(struct capture_part *p, bool (*wanted)(void *context, struct kept_frame *f),
		 void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (wanted(context, &p->frame[i])) {
			p->frame[kept++] = p->frame[i];
		} else {
			p->bytes -= p->frame[i].bytes;
			free(p->frame[i].data);
		}
	}
	p->count = kept;
}

struct age {
	uint64_t last_ns; /* what ended then, or before, is old */
	size_t lasting_bytes;
};

static bool is_needed(void *context, struct kept_frame *f)
{
	struct age *age = context;

	if (f->content == CONTENT_SYMBOLS || f->chunk.end_ns > age->last_ns)
		return true;
	f->old = true;
	age->lasting_bytes += f->content == CONTENT_LASTING ? f->bytes : 0;
	return f->content == CONTENT_LASTING && age->lasting_bytes <= LASTING_BYTES_MOST;
}

void capture_part_forget(struct capture_part *p, uint64_t before_ns)
{
	if (before_ns)
		sift(p, is_needed, &(struct age) {.last_ns = before_ns - 1});
}

/* Forgets the oldest frames that are of their time only, until the others fit. */
static void stay_within(struct capture_part *p)
{
	uint64_t last_ns;

	for (size_t i = 0; p->bytes > p->bytes_most && i < p->count;) {
		if (p->frame[i].old || p->frame[i].content == CONTENT_SYMBOLS) {
			i++;
			continue;
		}
		last_ns = p->frame[i].chunk.end_ns;
		p->cut_ns = last_ns + (last_ns < UINT64_MAX);
		sift(p, is_needed, &(struct age) {.last_ns = last_ns});
		i = 0;
	}
}

int capture_part_chunk(struct capture_part *p, const struct hud_chunk *chunk, const uint8_t *frame,
		       size_t bytes)
{
	struct kept_frame kept = {.chunk = *chunk, .bytes = bytes};

	p->ignored = false;
	for (size_t i = 0; i < p->count && !p->ignored; i++)
		p->ignored = p->frame[i].content == CONTENT_SYMBOLS &&
			     p->frame[i].chunk.sequence == chunk->sequence &&
			     same_capture(&p->frame[i].chunk, chunk);
	if (p->ignored)
		return 0;
	if (!array_grow(&p->frame, p->count, &p->room, sizeof(*p->frame)))
		return -ENOMEM;
	kept.data = malloc(bytes);
	if (!kept.data)
		return -ENOMEM;
	memcpy(kept.data, frame, bytes);
	p->frame[p->count++] = kept;
	p->bytes += bytes;
	stay_within(p);
	p->ignored = !p->count || p->frame[p->count - 1].data != kept.data;
	return 0;
}

static bool is_symbols(void *context, struct kept_frame *f)
{
	(void)context;
	return f->content == CONTENT_SYMBOLS;
}

void capture_part_clear(struct capture_part *p)
{
	p->cut_ns = 0;
	sift(p, is_symbols, NULL);
}

/* What a part is written with. */
struct copy {
	capture_sink sink;
	void *context;
	ZSTD_CCtx *zstd;
	uint8_t *content, *frame; /* of HUD_CHUNK_CONTENT_MAX and FRAME_BYTES_MAX */
	size_t used;              /* of the content */
	uint64_t sequence;        /* of the next chunk */
};

static void copy_close(struct copy *c)
{
	ZSTD_freeCCtx(c->zstd);
	free(c->content);
	free(c->frame);
}

static int copy_open(struct copy *c, capture_sink sink, void *context)
{
	int err = -ENOMEM;

	*c = (struct copy) {.sink = sink, .context = context, .zstd = ZSTD_createCCtx()};
	c->content = malloc(HUD_CHUNK_CONTENT_MAX);
	c->frame = malloc(FRAME_BYTES_MAX);
	if (c->zstd && c->content && c->frame) {
		ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_contentSizeFlag, 1);
		ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_checksumFlag, 1);
		err = sink(context, &naming_frame, sizeof(naming_frame));
	}
	if (err)
		copy_close(c);
	return err;
}

static struct hud_chunk *copy_chunk(const struct copy *c)
{
	return (struct hud_chunk *)(void *)c->content;
}

static int copy_write(struct copy *c)
{
	struct hud_chunk *chunk = copy_chunk(c);
	size_t bytes;

	chunk->sequence = c->sequence++;
	chunk->bytes = c->used - sizeof(*chunk);
	bytes = ZSTD_compress2(c->zstd, c->frame, FRAME_BYTES_MAX, c->content, c->used);
	return ZSTD_isError(bytes) ? -EIO : c->sink(c->context, c->frame, bytes);
}

/* The reader has seen that it decompresses to a sound chunk. */
static int copy_read(struct copy *c, const struct kept_frame *f)
{
	c->used = ZSTD_decompress(c->content, HUD_CHUNK_CONTENT_MAX, f->data, f->bytes);
	return ZSTD_isError(c->used) ? -EIO : 0;
}

/* Of a chunk before the part: what holds, and what that refers to; that are never stacks. */
static void copy_reduce(struct copy *c)
{
	struct hud_chunk *chunk = copy_chunk(c);
	size_t end = c->used;

	chunk->records = 0;
	c->used = sizeof(*chunk);
	for (size_t at = c->used, next; at < end; at = next) {
		const struct hud_record *r = (const void *)(c->content + at);

		next = at + r->size;
		if (!is_lasting(r->type) &&
		    (record_group(r->type) != RECORD_DEFINITION || r->type == HUD_USER_STACK ||
		     r->type == HUD_KERNEL_STACK))
			continue;
		memmove(c->content + c->used, r, next - at);
		c->used += next - at;
		chunk->records++;
	}
}

static int copy_add(struct copy *c, const struct hud_record *r)
{
	if (c->used + r->size > HUD_CHUNK_CONTENT_MAX)
		return -E2BIG;
	memcpy(c->content + c->used, r, r->size);
	c->used += r->size;
	copy_chunk(c)->records++;
	return 0;
}

/* The chunk that was given last, and is not of symbols. */
static const struct kept_frame *last_of(const struct capture_part *p)
{
	for (size_t i = p->count; i > 0; i--) {
		if (p->frame[i - 1].content != CONTENT_SYMBOLS && !p->frame[i - 1].old)
			return &p->frame[i - 1];
	}
	return NULL;
}

/* A gap before it stays one. */
static uint64_t missing_before(const struct kept_frame *f, const struct kept_frame *before)
{
	if (!before || before->old || f->content == CONTENT_SYMBOLS ||
	    f->chunk.sequence <= before->chunk.sequence)
		return 0;
	return f->chunk.sequence - before->chunk.sequence - 1;
}

/* `part`: the record at the end of the frame; NULL. */
static int copy_frame(struct copy *c, const struct kept_frame *f, const struct hud_part *part)
{
	int err = copy_read(c, f);

	if (!err && f->old)
		copy_reduce(c);
	if (!err && part)
		err = copy_add(c, &part->head);
	return err ? err : copy_write(c);
}

/* Symbols come after all others, wherever they were in the stream. */
static int copy_frames(struct copy *c, const struct capture_part *p, const struct hud_part *part,
		       bool symbols)
{
	const struct kept_frame *last = last_of(p), *before = NULL;
	int err = 0;

	for (const struct kept_frame *f = p->frame; !err && f < p->frame + p->count; f++) {
		if ((f->content == CONTENT_SYMBOLS) != symbols ||
		    !same_capture(&f->chunk, &last->chunk))
			continue;
		c->sequence += missing_before(f, before);
		err = copy_frame(c, f, f == last ? part : NULL);
		before = f;
	}
	return err;
}

int capture_part_write(struct capture_part *p, uint64_t from_ns, uint64_t to_ns, capture_sink sink,
		       void *context)
{
	const struct hud_part part = {.head = {HUD_PART, 0, sizeof(part)},
				      .from_ns = from_ns > p->cut_ns ? from_ns : p->cut_ns,
				      .to_ns = to_ns};
	struct copy c;
	int err;

	if (!last_of(p) || part.from_ns >= part.to_ns)
		return -ENODATA;
	err = copy_open(&c, sink, context);
	if (err)
		return err;
	err = copy_frames(&c, p, &part, false);
	if (!err)
		err = copy_frames(&c, p, &part, true);
	copy_close(&c);
	return err;
}
