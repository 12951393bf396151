/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TESTS_FORMAT_FIXTURE_H
#define HUD_TESTS_FORMAT_FIXTURE_H

/* Captures in memory: made by the writer or by hand, and read back as a list of what came out. */

#include "format/capture_reader.h"
#include "format/capture_writer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include <cmocka.h>

struct bytes {
	uint8_t *data;
	size_t size, capacity;
	size_t room; /* a sink that fails with ENOSPC beyond it; 0: never */
	size_t calls;
};

static inline int bytes_append(void *context, const void *data, size_t size)
{
	struct bytes *b = context;

	b->calls++;
	if (b->room && b->size + size > b->room)
		return -ENOSPC;
	if (b->size + size > b->capacity) {
		b->capacity = (b->size + size) * 2;
		b->data = realloc(b->data, b->capacity);
		assert_non_null(b->data);
	}
	memcpy(b->data + b->size, data, size);
	b->size += size;
	return 0;
}

static inline void bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes) {0};
}

struct supply {
	const uint8_t *data;
	size_t size, at;
	size_t step; /* at most so many at once; 0: all that is asked for */
	int busy;    /* says -EAGAIN before each read that gives something */
	int was_busy;
};

static inline int64_t supply_read(void *context, void *data, size_t bytes)
{
	struct supply *s = context;

	if (s->busy && !s->was_busy) {
		s->was_busy = 1;
		return -EAGAIN;
	}
	s->was_busy = 0;
	if (s->step && bytes > s->step)
		bytes = s->step;
	if (bytes > s->size - s->at)
		bytes = s->size - s->at;
	if (bytes)
		memcpy(data, s->data + s->at, bytes);
	s->at += bytes;
	return (int64_t)bytes;
}

/* One record that came out of a reader. */
struct out {
	uint16_t type;
	uint8_t capture; /* first byte of the capture id */
	uint64_t sequence;
	uint64_t digest; /* of all its bytes */
	uint32_t cause;  /* HUD_LOST */
	uint64_t count;
};

struct loaded {
	struct out *out;
	size_t count, capacity;
	int error; /* what the reader said in the end */
	struct capture_reader_state state;
};

static inline uint64_t digest_of(const struct hud_record *record)
{
	uint64_t digest = 14695981039346656037u;

	for (size_t i = 0; i < record->size; i++)
		digest = (digest ^ ((const uint8_t *)record)[i]) * 1099511628211u;
	return digest;
}

static inline struct loaded load_from(struct supply supply)
{
	struct loaded l = {0};
	struct capture_reader *r;

	assert_int_equal(capture_reader_open(supply_read, &supply, &r), 0);
	for (;;) {
		const struct hud_chunk *chunk;
		const struct hud_record *record;
		struct out out = {0};

		l.error = capture_reader_next(r, &record);
		if (l.error == -EAGAIN)
			continue;
		if (l.error || !record)
			break;
		chunk = capture_reader_chunk(r);
		out.type = record->type;
		out.capture = chunk ? chunk->capture_id[0] : 0;
		out.sequence = chunk ? chunk->sequence : UINT64_MAX;
		out.digest = digest_of(record);
		if (record->type == HUD_LOST) {
			out.cause = ((const struct hud_lost *)record)->cause;
			out.count = ((const struct hud_lost *)record)->count;
		}
		if (l.count == l.capacity) {
			l.capacity = l.capacity ? l.capacity * 2 : 256;
			l.out = realloc(l.out, l.capacity * sizeof(*l.out));
			assert_non_null(l.out);
		}
		l.out[l.count++] = out;
	}
	l.state = capture_reader_state(r);
	capture_reader_close(r);
	return l;
}

static inline struct loaded load(const void *data, size_t size)
{
	return load_from((struct supply) {.data = data, .size = size});
}

static inline void loaded_free(struct loaded *l)
{
	free(l->out);
	*l = (struct loaded) {0};
}

/* Made by the reader, not by the recorder? (The captures made here hold no such loss.) */
static inline int is_reader_loss(const struct out *o)
{
	return o->type == HUD_LOST &&
	       (o->cause == HUD_LOSS_CHUNK_DAMAGED || o->cause == HUD_LOSS_CHUNK_MISSING ||
		o->cause == HUD_LOSS_RECORD_INVALID);
}

/* Sum of what the reader said was lost for `cause`. */
static inline uint64_t loss_of(const struct loaded *l, uint32_t cause)
{
	uint64_t count = 0;

	for (size_t i = 0; i < l->count; i++)
		if (l->out[i].type == HUD_LOST && l->out[i].cause == cause)
			count += l->out[i].count;
	return count;
}

static inline size_t count_of(const struct loaded *l, uint16_t type)
{
	size_t count = 0;

	for (size_t i = 0; i < l->count; i++)
		count += l->out[i].type == type;
	return count;
}

/* A writer with a session, one process with two mappings, and one thread. */
struct recording {
	struct capture_writer *w;
	uint32_t process, text, libc;
	uint32_t tid;
};

static inline struct recording recording_begin(struct bytes *to, uint8_t id, size_t chunk_bytes)
{
	struct capture_writer_options options = {
		.sink = bytes_append, .sink_context = to, .chunk_bytes = chunk_bytes};
	struct hud_session session = {.threshold_ns = 5000000, .window_ms = 100};
	struct hud_process process = {.pid = 4711};
	struct hud_mapping mapping = {.start = 0x1000, .end = 0x9000, .build_id_bytes = 20};
	struct hud_thread thread = {.tid = 4712};
	struct recording r = {.tid = 4712};

	memset(options.capture_id, 0x77, sizeof(options.capture_id));
	options.capture_id[0] = id;
	assert_int_equal(capture_writer_open(&options, &r.w), 0);
	session.kernel = (uint32_t)capture_writer_string(r.w, "6.18.0");
	session.recorder = (uint32_t)capture_writer_string(r.w, "hud-record 1");
	assert_int_equal(capture_writer_session(r.w, &session), 0);

	process.name = (uint32_t)capture_writer_string(r.w, "app");
	process.exe = (uint32_t)capture_writer_string(r.w, "/srv/app");
	r.process = (uint32_t)capture_writer_process(r.w, &process);
	mapping.process = r.process;
	mapping.path = process.exe;
	r.text = (uint32_t)capture_writer_mapping(r.w, &mapping);
	mapping.start = 0x10000;
	mapping.end = 0x20000;
	mapping.path = (uint32_t)capture_writer_string(r.w, "/lib/libc.so.6");
	r.libc = (uint32_t)capture_writer_mapping(r.w, &mapping);
	thread.process = r.process;
	thread.comm = (uint32_t)capture_writer_string(r.w, "tokio-rt-worker");
	assert_int_equal(capture_writer_thread(r.w, &thread), 0);
	return r;
}

/* One off-CPU span; `n` makes its times and its stack. */
static inline void recording_span(struct recording *r, uint64_t n)
{
	struct hud_offcpu span = {
		.head = {.type = HUD_OFFCPU, .size = sizeof(span)},
		.start_ns = n * 1000,
		.end_ns = n * 1000 + 500,
		.process = r->process,
		.tid = r->tid,
		.syscall = 202,
	};
	uint64_t address[] = {0x10000 + n % 100, 0x1000 + n % 7, 0x2000};
	uint32_t function[] = {(uint32_t)capture_writer_string(r->w, "futex_wait"),
			       (uint32_t)capture_writer_string(r->w, "do_futex"),
			       (uint32_t)capture_writer_string(r->w, "__x64_sys_futex")};

	span.user_stack =
		(uint32_t)capture_writer_user_stack(r->w, r->process, address, 3, HUD_STOP_END, 0);
	span.kernel_stack = (uint32_t)capture_writer_kernel_stack(r->w, function, 3, HUD_STOP_END);
	assert_int_equal(capture_writer_event(r->w, &span.head), 0);
}

static inline void recording_end(struct recording *r)
{
	struct hud_end end = {
		.head = {.type = HUD_END, .size = sizeof(end)},
		.reason = HUD_END_DURATION,
		.events = capture_writer_events(r->w),
	};

	assert_int_equal(capture_writer_event(r->w, &end.head), 0);
	assert_int_equal(capture_writer_close(r->w), 0);
}

/* A whole capture; `boundary`, if given, gets where each chunk ends (the naming frame first). */
static inline void make_capture(struct bytes *to, uint8_t id, size_t chunks, size_t spans,
				size_t *boundary)
{
	struct recording r = recording_begin(to, id, 0);

	if (boundary)
		boundary[0] = to->size;
	for (size_t c = 0; c < chunks; c++) {
		for (size_t s = 0; s < spans; s++)
			recording_span(&r, c * spans + s + 1);
		if (c + 1 < chunks)
			assert_int_equal(capture_writer_flush(r.w), 0);
		if (boundary)
			boundary[c + 1] = to->size;
	}
	recording_end(&r);
	if (boundary)
		boundary[chunks] = to->size;
}

/* A chunk made by hand: `records` of them in `bytes`, whatever they are. */
static inline void craft_chunk(struct bytes *to, uint8_t id, uint64_t sequence, uint32_t version,
			       uint32_t records, const void *data, size_t bytes)
{
	struct hud_chunk chunk = {
		.sequence = sequence, .version = version, .records = records, .bytes = bytes};
	size_t size = sizeof(chunk) + bytes, bound = ZSTD_compressBound(size);
	uint8_t *content = malloc(size), *frame = malloc(bound);
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	assert_true(content && frame && zstd);
	memcpy(chunk.magic, HUD_CHUNK_MAGIC, sizeof(chunk.magic));
	memset(chunk.capture_id, 0x77, sizeof(chunk.capture_id));
	chunk.capture_id[0] = id;
	memcpy(content, &chunk, sizeof(chunk));
	if (bytes)
		memcpy(content + sizeof(chunk), data, bytes);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(zstd, frame, bound, content, size);
	assert_false(ZSTD_isError(size));
	bytes_append(to, frame, size);
	ZSTD_freeCCtx(zstd);
	free(frame);
	free(content);
}

#endif
