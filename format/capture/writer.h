/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_WRITER_H
#define HUD_FORMAT_CAPTURE_WRITER_H

#include "format/wire/definitions.h"

#include <stdbool.h>

/*
 * Writes a capture: append-only, to anything that accepts bytes in order.
 *
 * Definitions are registered once and get an id; the writer repeats them in each chunk in which an
 * event refers to them, so that every chunk can be read alone. Ids are never reused within a
 * capture. All functions return 0 (or a non-zero id) or a negative errno; after an error of the
 * sink the writer stays in that error and accepts nothing more.
 */
struct capture_writer;

/* Takes all `bytes` or returns a negative errno. */
typedef int (*capture_sink)(void *context, const void *data, size_t bytes);

struct capture_writer_options {
	capture_sink sink;
	void *sink_context;
	size_t chunk_bytes; /* close a chunk at about this content size; 0: 256 KiB; max. 512 KiB */
	int level;          /* zstd; 0: 1 */
	uint8_t capture_id[16]; /* random */
};

/* Makes a writer and writes the naming frame. The caller owns `*out`. */
int capture_writer_open(const struct capture_writer_options *options, struct capture_writer **out);

/*
 * Session parameters for all chunks that begin from now on; string ids from
 * capture_writer_string(). Must come before the first event. -ENOENT: no such string; or as
 * capture_writer_flush().
 */
int capture_writer_session(struct capture_writer *w, const struct hud_session *session);

/* Interned: the same text gives the same id; cut at HUD_STRING_BYTES_MAX. >0 or errno. */
int64_t capture_writer_string(struct capture_writer *w, const char *text);

/* Registers a process image; `head` and `id` are filled in here. Returns its id, or errno. */
int64_t capture_writer_process(struct capture_writer *w, const struct hud_process *process);

/* Registers a mapping; `head` and `id` are filled in here. -EINVAL: empty, or build-id too long. */
int64_t capture_writer_mapping(struct capture_writer *w, const struct hud_mapping *mapping);

/* Registers a thread, or its new name; `head` is filled in here. 0 or a negative errno. */
int capture_writer_thread(struct capture_writer *w, const struct hud_thread *thread);

/* True: a mapping of `process` holds `address`. */
bool capture_writer_mapped(const struct capture_writer *w, uint32_t process, uint64_t address);

/*
 * Interned by exact comparison. >0 or errno (-ENOENT: no such process, no such string). At most
 * HUD_STACK_FRAMES_MAX frames are kept; more means HUD_STOP_DEPTH. User and kernel stacks have ids
 * of their own each.
 *
 * Memory is bounded: an id is valid for the next event only. After that its stack may be forgotten:
 * do not keep the id, intern the stack again.
 */
int64_t capture_writer_user_stack(struct capture_writer *w, uint32_t process,
				  const uint64_t *address, size_t frames, enum hud_stack_stop stop,
				  uint32_t frame_pointer_from);
int64_t capture_writer_kernel_stack(struct capture_writer *w, const uint32_t *function,
				    size_t frames, enum hud_stack_stop stop);

/* The largest event, in bytes: a chunk always has room for it and all that it refers to. */
#define CAPTURE_EVENT_BYTES_MAX ((size_t)16 << 10)

/*
 * Appends an event or a record about the recording. `head` must be filled in. What it refers to
 * (process, thread, stacks, and the mappings their addresses lie in) is defined first in this chunk
 * if it is not yet. -ENOENT: it refers to a process or stack that is not defined (a thread need not
 * be); -EINVAL: no session yet, a definition, or a size that is not that of its type
 * or above the largest. Either way
 * nothing was written and the writer goes on.
 */
int capture_writer_event(struct capture_writer *w, const struct hud_record *event);

/*
 * Closes the current chunk, if it holds an event, and hands it to the sink. 0 or a negative errno,
 * which the writer keeps: every later call returns it.
 */
int capture_writer_flush(struct capture_writer *w);
/* The same for a capture of another time than now: the chunk ends at `end_ns`. */
int capture_writer_flush_at(struct capture_writer *w, uint64_t end_ns);

/* Bytes handed to the sink, and events written, so far. */
uint64_t capture_writer_bytes(const struct capture_writer *w);
uint64_t capture_writer_events(const struct capture_writer *w);

/* The writer's first error, 0: none. */
int capture_writer_error(const struct capture_writer *w);
/* Flushes and frees, after the caller wrote HUD_END. Returns the writer's first error. */
int capture_writer_close(struct capture_writer *w);

#endif
