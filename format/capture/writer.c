/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/writer.h"
#include "format/base/clock.h"
#include "format/capture/definitions.h"
#include "format/capture/frame.h"
#include "format/wire/records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define CHUNK_BYTES_MAX ((size_t)512 << 10)
#define STACK_BYTES_MAX ((size_t)64 << 20) /* above it, all stacks are forgotten */

/*
 * The largest set of definitions of one event: two user stacks with every frame in a mapping of its
 * own and one of one frame, a kernel stack of names that are all different, two threads and four
 * processes, and all strings as long as can be. A chunk is closed early enough that any next event
 * fits.
 */
#define STRING_MAX (sizeof(struct hud_string) + HUD_STRING_BYTES_MAX)
#define USER_STACK_OF(frames)                                                                      \
	(sizeof(struct hud_user_stack) + (frames) * (8 + sizeof(struct hud_mapping) + STRING_MAX))
#define KERNEL_STACK_MAX (sizeof(struct hud_kernel_stack) + HUD_STACK_FRAMES_MAX * (4 + STRING_MAX))
#define EVENT_CLOSURE_MAX                                                                          \
	(CAPTURE_EVENT_BYTES_MAX + 2 * USER_STACK_OF(HUD_STACK_FRAMES_MAX) + USER_STACK_OF(1) +    \
	 KERNEL_STACK_MAX + 2 * (sizeof(struct hud_thread) + STRING_MAX) +                         \
	 4 * (sizeof(struct hud_process) + 2 * STRING_MAX))
_Static_assert(EVENT_CLOSURE_MAX + CHUNK_BYTES_MAX <= HUD_CHUNK_CONTENT_MAX,
	       "any event fits into a chunk that is nearly full");

struct capture_writer {
	capture_sink sink;
	void *sink_context;
	size_t chunk_bytes;
	int error; /* of the sink, of zstd, or no memory; then nothing more is accepted */

	struct hud_session session;
	struct definitions definitions;

	struct hud_chunk chunk; /* the current one; `records` is 0 when there is none */
	uint8_t *content;       /* HUD_CHUNK_CONTENT_MAX of it */
	size_t used;
	uint8_t *frame;
	ZSTD_CCtx *zstd;

	uint64_t bytes;
	uint64_t events;
};

static int hand_over(struct capture_writer *w, const void *data, size_t bytes)
{
	int err = w->sink(w->sink_context, data, bytes);

	if (err)
		w->error = err < 0 ? err : -EIO;
	else
		w->bytes += bytes;
	return w->error;
}

static int zstd_prepare(struct capture_writer *w, int level)
{
	w->zstd = ZSTD_createCCtx();
	if (!w->zstd)
		return -ENOMEM;
	if (ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, level)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_contentSizeFlag, 1)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1)))
		return -EINVAL;
	return 0;
}

static void writer_free(struct capture_writer *w)
{
	ZSTD_freeCCtx(w->zstd);
	free(w->frame);
	free(w->content);
	definitions_free(&w->definitions);
	free(w);
}

int capture_writer_open(const struct capture_writer_options *options, struct capture_writer **out)
{
	struct capture_writer *w = calloc(1, sizeof(*w));
	uint64_t seed;
	int err = -ENOMEM;

	if (!w)
		return err;
	w->sink = options->sink;
	w->sink_context = options->sink_context;
	w->chunk_bytes = options->chunk_bytes ? options->chunk_bytes : CHUNK_BYTES;
	if (w->chunk_bytes > CHUNK_BYTES_MAX)
		w->chunk_bytes = CHUNK_BYTES_MAX;
	memcpy(w->chunk.magic, HUD_CHUNK_MAGIC, sizeof(w->chunk.magic));
	memcpy(w->chunk.capture_id, options->capture_id, sizeof(w->chunk.capture_id));
	w->chunk.version = HUD_FORMAT_VERSION;
	memcpy(&seed, options->capture_id, sizeof(seed));
	definitions_init(&w->definitions, seed);

	/* The largest size at once: unused pages cost nothing. */
	w->content = malloc(HUD_CHUNK_CONTENT_MAX);
	w->frame = malloc(FRAME_BYTES_MAX);
	if (!w->content || !w->frame)
		goto fail;
	err = zstd_prepare(w, options->level ? options->level : 1);
	if (err)
		goto fail;
	err = hand_over(w, &naming_frame, sizeof(naming_frame));
	if (err)
		goto fail;
	*out = w;
	return 0;
fail:
	writer_free(w);
	return err;
}

int capture_writer_session(struct capture_writer *w, const struct hud_session *session)
{
	struct hud_session s = *session;

	s.head = (struct hud_record) {.type = HUD_SESSION, .size = sizeof(s)};
	if (!definitions_hold(&w->definitions, &s.head))
		return -ENOENT;
	w->session = s;
	return w->error;
}

int capture_writer_error(const struct capture_writer *w)
{
	return w->error;
}

/* An id, or why there is none. That there is no room for it is an error of the writer. */
static int64_t defined(struct capture_writer *w, int64_t id)
{
	if ((id == -ENOMEM || id == -EOVERFLOW) && !w->error)
		w->error = (int)id;
	return id;
}

int64_t capture_writer_string(struct capture_writer *w, const char *text)
{
	return w->error ? w->error : defined(w, definitions_string(&w->definitions, text));
}

int64_t capture_writer_process(struct capture_writer *w, const struct hud_process *process)
{
	return w->error ? w->error : defined(w, definitions_process(&w->definitions, process));
}

int64_t capture_writer_mapping(struct capture_writer *w, const struct hud_mapping *mapping)
{
	return w->error ? w->error : defined(w, definitions_mapping(&w->definitions, mapping));
}

int capture_writer_thread(struct capture_writer *w, const struct hud_thread *thread)
{
	return w->error ? w->error : (int)defined(w, definitions_thread(&w->definitions, thread));
}

int64_t capture_writer_user_stack(struct capture_writer *w, uint32_t process,
				  const uint64_t *address, size_t frames, enum hud_stack_stop stop,
				  uint32_t frame_pointer_from)
{
	if (w->error)
		return w->error;
	return defined(w, definitions_user_stack(&w->definitions, process, address, frames,
						 (uint16_t)stop, frame_pointer_from));
}

int64_t capture_writer_kernel_stack(struct capture_writer *w, const uint32_t *function,
				    size_t frames, enum hud_stack_stop stop)
{
	if (w->error)
		return w->error;
	return defined(w,
		       definitions_kernel_stack(&w->definitions, function, frames, (uint16_t)stop));
}

bool capture_writer_mapped(const struct capture_writer *w, uint32_t process, uint64_t address)
{
	const struct address_space *space = definitions_space(&w->definitions, process);

	return space && address_space_find(space, address);
}

static void put(struct capture_writer *w, const struct hud_record *record)
{
	memcpy(w->content + w->used, record, record->size);
	w->used += record->size;
	w->chunk.records++;
}

static void define(struct capture_writer *w, struct definition *d);

static void define_mappings(struct capture_writer *w, const struct address_space *space,
			    const struct hud_user_stack *stack)
{
	for (uint32_t i = 0; i < stack->frames; i++) {
		uint64_t address = stack->address[i];
		uint32_t mapping = 0;

		/* The call is before its return address: the mapping may end there. */
		if (i)
			mapping = address_space_find(space, address - 1);
		if (!mapping)
			mapping = address_space_find(space, address);
		define(w, definitions_find(&w->definitions, REFERENCE_MAPPING, mapping, 0));
	}
}

/* Adds the definitions that the record refers to and the chunk does not hold yet. */
static void define_references(struct capture_writer *w, const struct hud_record *record)
{
	const struct record_kind *kind = record_kind(record->type);

	for (size_t n = 0; kind && n < RECORD_REFERENCES && kind->reference[n].kind; n++) {
		const struct record_reference *r = &kind->reference[n];
		uint32_t process = r->process ? record_u32(record, r->process) : 0;
		uint32_t count = r->each ? record_count(kind, record) : 1;

		if (r->when && record_u32(record, r->when) != r->equals)
			continue;
		if (r->kind == REFERENCE_MAPPING) {
			define_mappings(w, definitions_space(&w->definitions, process),
					(const struct hud_user_stack *)record);
			continue;
		}
		for (uint32_t i = 0; i < count; i++) {
			uint32_t id = record_u32(record, (uint16_t)(r->offset + 4 * i));

			define(w, definitions_find(&w->definitions, r->kind, id, process));
		}
	}
}

static uint32_t space_version_of(const struct capture_writer *w, const struct hud_record *record)
{
	if (record->type != HUD_USER_STACK)
		return 0;
	return definitions_space(&w->definitions, ((const struct hud_user_stack *)record)->process)
		->version;
}

static void define(struct capture_writer *w, struct definition *d)
{
	uint64_t number = w->chunk.sequence + 1;
	uint32_t version;

	if (!d)
		return;
	/* A stack already in the chunk may now be in a newer mapping. */
	version = space_version_of(w, d->record);
	if (d->chunk == number && d->space_version == version)
		return;
	define_references(w, d->record);
	if (d->chunk != number)
		put(w, d->record);
	d->chunk = number;
	d->space_version = version;
}

static void chunk_begin(struct capture_writer *w)
{
	w->chunk.start_ns = clock_ns(CLOCK_MONOTONIC);
	w->used = sizeof(w->chunk);
	put(w, &w->session.head);
	define_references(w, &w->session.head);
}

static bool event_is_sound(const struct hud_record *event)
{
	const struct record_kind *kind = record_kind(event->type);

	if (!event->type || record_group(event->type) == RECORD_DEFINITION ||
	    event->size < sizeof(*event) || event->size % 8 ||
	    event->size > CAPTURE_EVENT_BYTES_MAX)
		return false;
	return !kind || record_is_whole(kind, event);
}

int capture_writer_event(struct capture_writer *w, const struct hud_record *event)
{
	if (w->error)
		return w->error;
	if (!w->session.head.size || !event_is_sound(event))
		return -EINVAL;
	if (!definitions_hold(&w->definitions, event))
		return -ENOENT;
	if (!w->chunk.records)
		chunk_begin(w);
	define_references(w, event);
	put(w, event);
	if (record_group(event->type) == RECORD_EVENT)
		w->events++;
	if (definitions_stack_bytes(&w->definitions) > STACK_BYTES_MAX)
		definitions_forget_stacks(&w->definitions);
	return w->used >= w->chunk_bytes ? capture_writer_flush(w) : 0;
}

int capture_writer_flush(struct capture_writer *w)
{
	return capture_writer_flush_at(w, clock_ns(CLOCK_MONOTONIC));
}

int capture_writer_flush_at(struct capture_writer *w, uint64_t end_ns)
{
	size_t bytes;

	if (w->error || !w->chunk.records)
		return w->error;
	w->chunk.end_ns = end_ns;
	w->chunk.bytes = w->used - sizeof(w->chunk);
	memcpy(w->content, &w->chunk, sizeof(w->chunk));
	bytes = ZSTD_compress2(w->zstd, w->frame, FRAME_BYTES_MAX, w->content, w->used);
	w->chunk.sequence++;
	w->chunk.records = 0;
	if (ZSTD_isError(bytes)) {
		w->error = -EIO;
		return w->error;
	}
	return hand_over(w, w->frame, bytes);
}

uint64_t capture_writer_bytes(const struct capture_writer *w)
{
	return w->bytes;
}

uint64_t capture_writer_events(const struct capture_writer *w)
{
	return w->events;
}

int capture_writer_close(struct capture_writer *w)
{
	int err = capture_writer_flush(w);

	writer_free(w);
	return err;
}
