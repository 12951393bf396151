/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/live/session.h"
#include "analyzer/base/interrupt.h"
#include "format/base/array.h"
#include "format/base/clock.h"
#include "format/capture/part.h"
#include "format/wire/records.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_NS INT64_C(1000000000)
/* A derivation may take a thirtieth of the time that its figures are shown for. */
#define COST_FACTOR 30
/* It is not put off for longer than that, or a quarter of the window where that is longer. */
#define TICK_MOST_NS INT64_C(5000000000)

/* Bytes of the stream that were read and not taken yet: minutes of a recording, compressed. */
#define BACKLOG_MOST ((size_t)64 << 20)

/* Frames of the window that are kept: a minute of some 50,000 events a second. */
#define PART_BYTES_MOST ((size_t)64 << 20)

struct backlog {
	uint8_t *bytes;
	size_t at, count, room;
};

/* What is so much before the window is not needed: after a seek, or in a capture of the window. */
#define NEEDED_BEFORE_NS INT64_C(3000000000)

struct session {
	struct session_options options;
	struct backlog backlog;
	int64_t skip_ns; /* events of chunks that end before that are left out; 0: none */
	struct window *window;
	struct capture_part *part; /* of the window, and of what it needs */
	struct capture_reader *reader;
	const struct hud_record *held; /* the first record of the next chunk; NULL */
	uint64_t chunks;               /* of the reader, when the last record was taken */
	struct new_file save;
	int64_t derived_ns; /* of the recording: the end of the window last derived */
	int64_t interval_ns;
	int64_t begun_ns; /* CPU time when the last derivation began; 0: its cost is known */
	struct session_state state;
};

/* Bytes of the stream, if there are any; a copy of them goes to the file to save. */
static int64_t fresh_read(struct session *s, void *data, size_t bytes)
{
	struct pollfd ready = {.fd = s->options.descriptor, .events = POLLIN};
	ssize_t got;

	if (poll(&ready, 1, 0) == 0)
		return -EAGAIN;
	do
		got = read(s->options.descriptor, data, bytes);
	while (got < 0 && errno == EINTR && !interrupt_came());
	if (got < 0)
		return -errno;
	s->state.bytes += (uint64_t)got;
	if (s->save.fd >= 0 && !s->state.save_error)
		s->state.save_error = new_file_write(&s->save, data, (size_t)got);
	return got;
}

static int64_t stream_read(void *context, void *data, size_t bytes)
{
	struct session *s = context;
	struct backlog *b = &s->backlog;
	size_t part = b->count - b->at < bytes ? b->count - b->at : bytes;

	if (!part)
		return fresh_read(s, data, bytes);
	memcpy(data, b->bytes + b->at, part);
	b->at += part;
	if (b->at == b->count)
		b->at = b->count = 0;
	return (int64_t)part;
}

bool session_hold(struct session *s)
{
	struct backlog *b = &s->backlog;
	const size_t step = 64 << 10;
	int64_t got;

	if (b->count + step > BACKLOG_MOST ||
	    !array_reserve(&b->bytes, b->count, step, &b->room, 1))
		return false;
	got = fresh_read(s, b->bytes + b->count, step);
	if (got <= 0)
		return got == -EAGAIN; /* the end is found again by session_next() */
	b->count += (size_t)got;
	return true;
}

static int64_t file_read(void *context, void *data, size_t bytes)
{
	const struct session *s = context;
	ssize_t got = read(s->options.descriptor, data, bytes);

	return got < 0 ? -errno : got;
}

static int take_symbol(struct session *s, const struct capture_reader *reader,
		       const struct hud_record *r)
{
	const struct resolver *resolver = s->options.resolver;
	const struct hud_chunk *chunk = capture_reader_chunk(reader);
	size_t bytes;
	const uint8_t *frame = capture_reader_frame(reader, &bytes);
	int err = s->part && frame ? capture_part_chunk(s->part, chunk, frame, bytes) : 0;

	if (!err && s->part)
		capture_part_record(s->part, r);
	if (!err && resolver->symbols)
		err = resolver->symbols(resolver->context, chunk->capture_id, r);
	return err == -EINVAL ? 0 : err; /* loading counts it */
}

/* Symbols of a capture come after its events, but are needed for the first of them. */
static int take_symbols(struct session *s)
{
	struct capture_reader *reader;
	const struct hud_record *r;
	int err = capture_reader_open(file_read, s, &reader);

	if (err)
		return err;
	while (!err && !capture_reader_next(reader, &r) && r) {
		if (record_group(r->type) == RECORD_SYMBOL)
			err = take_symbol(s, reader, r);
		if (capture_reader_chunk(reader))
			s->state.last_ns = (int64_t)capture_reader_chunk(reader)->end_ns;
	}
	capture_reader_close(reader);
	if (!err && lseek(s->options.descriptor, 0, SEEK_SET) < 0)
		err = -errno;
	return err;
}

static int begin_window(struct session *s)
{
	int err = window_open(s->options.resolver, &s->window);

	if (err)
		return err;
	window_set_length(s->window, s->options.length_ns);
	err = window_set_least(s->window, s->options.least_ns);
	if (err)
		return err;
	s->state.window = (struct window_state) {0};
	s->state.captures++;
	s->derived_ns = 0;
	return 0;
}

int session_open(const struct session_options *options, struct session **out)
{
	struct session *s = calloc(1, sizeof(*s));
	int err = s ? 0 : -ENOMEM;

	*out = NULL;
	if (err)
		return err;
	s->options = *options;
	s->save.fd = -1;
	s->interval_ns = TICK_NS;
	if (options->keep)
		s->part = capture_part_open(PART_BYTES_MOST);
	if (options->keep && !s->part)
		err = -ENOMEM;
	if (!err && options->save)
		err = new_file_open(&s->save, AT_FDCWD, options->save, NEW_FILE_KEPT, 0666);
	if (!err && options->whole)
		err = take_symbols(s);
	if (!err)
		err = capture_reader_open(stream_read, s, &s->reader);
	if (!err)
		err = begin_window(s);
	if (!err)
		*out = s;
	else
		session_close(s);
	return err;
}

int session_close(struct session *s)
{
	int err = s->state.save_error;

	if (s->window)
		window_close(s->window);
	capture_part_close(s->part);
	if (s->reader)
		capture_reader_close(s->reader);
	free(s->backlog.bytes);
	if (s->save.fd >= 0 && !err)
		err = new_file_close(&s->save, 0);
	else if (s->save.fd >= 0)
		new_file_leave(&s->save);
	free(s);
	return err;
}

/* Before the time that was sought only definitions are needed. */
static bool skipped(struct session *s, const struct hud_record *r, const struct hud_chunk *chunk)
{
	if (!s->skip_ns || !chunk)
		return false;
	if ((int64_t)chunk->end_ns >= s->skip_ns) {
		s->skip_ns = 0;
		return false;
	}
	return record_group(r->type) != RECORD_DEFINITION;
}

/* Of each chunk its frame is kept while the window, which may yet end a little later, needs it. */
static int keep(struct session *s, const struct hud_record *r, const struct hud_chunk *chunk,
		bool begins)
{
	size_t bytes;
	const uint8_t *frame = capture_reader_frame(s->reader, &bytes);
	uint64_t needed_ns = (uint64_t)(s->options.length_ns + NEEDED_BEFORE_NS);
	int err = 0;

	if (begins && frame)
		err = capture_part_chunk(s->part, chunk, frame, bytes);
	if (err)
		return err;
	capture_part_record(s->part, r);
	if (begins && s->options.length_ns && chunk->end_ns > needed_ns)
		capture_part_forget(s->part, chunk->end_ns - needed_ns);
	return 0;
}

static int take(struct session *s, const struct hud_record *r)
{
	struct capture_reader_state reader = capture_reader_state(s->reader);
	const struct hud_chunk *chunk = capture_reader_chunk(s->reader);
	int err = s->part && chunk ? keep(s, r, chunk, reader.chunks != s->chunks) : 0;

	if (!err && !skipped(s, r, chunk))
		err = window_add(s->window, r, chunk, reader.bytes);

	if (err == -EXDEV) {
		window_close(s->window);
		s->window = NULL;
		err = begin_window(s);
		if (!err)
			err = window_add(s->window, r, chunk, reader.bytes);
	}
	s->chunks = reader.chunks;
	return err;
}

static enum session_event failed(struct session *s, int err)
{
	s->state.error = err;
	s->state.over = s->state.cut = true;
	return SESSION_FAILED;
}

static enum session_event ended(struct session *s)
{
	s->state.over = true;
	s->state.cut = capture_reader_state(s->reader).truncated;
	return SESSION_END;
}

int session_seek(struct session *s, int64_t at_ns)
{
	int64_t start_ns = s->state.window.recording.start_ns;
	int err;

	if (!s->options.whole)
		return -ESPIPE;
	if (lseek(s->options.descriptor, 0, SEEK_SET) < 0)
		return -errno;
	capture_reader_close(s->reader);
	s->reader = NULL;
	window_close(s->window);
	s->window = NULL;
	if (s->part)
		capture_part_clear(s->part);
	s->held = NULL;
	s->chunks = 0;
	s->state.captures = 0;
	s->state.over = s->state.cut = false;
	s->state.error = 0;
	err = capture_reader_open(stream_read, s, &s->reader);
	if (!err)
		err = begin_window(s);
	s->skip_ns = start_ns + at_ns - s->options.length_ns - NEEDED_BEFORE_NS;
	if (s->skip_ns < start_ns)
		s->skip_ns = 0;
	return err;
}

static int part_sink(void *context, const void *data, size_t bytes)
{
	return new_file_write(context, data, bytes);
}

int session_write_part(struct session *s, const char *path)
{
	const struct window_state *w = &s->state.window;
	struct new_file file;
	int err;

	if (!s->part || !w->capture)
		return -ENODATA;
	err = new_file_open(&file, AT_FDCWD, path, NEW_FILE_PRIVATE, 0666);
	if (err)
		return err;
	err = capture_part_write(s->part, (uint64_t)w->from_ns, (uint64_t)w->to_ns, part_sink,
				 &file);
	return new_file_close(&file, err);
}

static int64_t cpu_ns(void)
{
	return (int64_t)clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* The next derivation is later, the more this one and what was asked after it cost. */
static void cost_count(struct session *s)
{
	int64_t quarter_ns = s->options.length_ns / 4;
	int64_t most_ns = quarter_ns > TICK_MOST_NS ? quarter_ns : TICK_MOST_NS;

	if (!s->begun_ns)
		return;
	s->state.cost_ns = cpu_ns() - s->begun_ns;
	s->begun_ns = 0;
	s->interval_ns = COST_FACTOR * s->state.cost_ns;
	if (s->interval_ns < TICK_NS)
		s->interval_ns = TICK_NS;
	if (s->interval_ns > most_ns)
		s->interval_ns = most_ns;
}

enum session_event session_next(struct session *s)
{
	const struct hud_record *r;
	int err = s->held ? take(s, s->held) : 0;

	cost_count(s);
	s->held = NULL;
	s->state.next_ns = 0;
	s->state.another = false;
	if (s->state.over)
		return s->state.error ? SESSION_FAILED : SESSION_END;
	while (!err) {
		err = capture_reader_next(s->reader, &r);
		if (err == -EAGAIN)
			return SESSION_WAIT;
		if (err)
			break;
		if (!r)
			return ended(s);
		if (s->chunks && capture_reader_state(s->reader).chunks != s->chunks) {
			s->held = r;
			s->state.next_ns = (int64_t)capture_reader_chunk(s->reader)->end_ns;
			s->state.another =
				capture_reader_state(s->reader).captures != s->state.captures;
			return SESSION_CHUNK;
		}
		err = take(s, r);
	}
	return failed(s, err);
}

/* Chunks end about once a second: a little early is on time. */
bool session_due(const struct session *s)
{
	struct growing_state r = window_recording(s->window);
	int64_t since_ns = s->derived_ns ? s->derived_ns : r.start_ns;

	return r.end_ns > since_ns && r.end_ns - since_ns >= s->interval_ns - TICK_NS / 8;
}

int session_derive(struct session *s)
{
	int err = window_store(s->window);

	/* Symbols are resolved once: to wait because of them would help nothing. */
	if (!err && !s->begun_ns)
		s->begun_ns = cpu_ns();
	if (!err)
		err = window_derive(s->window);
	if (err)
		return err;
	s->state.window = window_state(s->window);
	s->derived_ns = s->state.window.to_ns;
	return 0;
}

struct session_state session_state(const struct session *s)
{
	return s->state;
}

struct growing_state session_recording(const struct session *s)
{
	return window_recording(s->window);
}

sqlite3_stmt *session_query(struct session *s, const char *file)
{
	return window_query(s->window, file);
}

sqlite3 *session_database(const struct session *s)
{
	return window_database(s->window);
}

int session_set_least(struct session *s, int64_t ns)
{
	s->options.least_ns = ns;
	return window_set_least(s->window, ns);
}

void session_set_length(struct session *s, int64_t ns)
{
	s->options.length_ns = ns;
	window_set_length(s->window, ns);
}
