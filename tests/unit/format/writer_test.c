/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a writer promises: valid zstd, chunks that stand alone, exact ids, bounded size. */
#define _POSIX_C_SOURCE 200809L
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/format_fixture.h"

#include <unistd.h>

#define IDS 8192

/* What one chunk has defined so far, read without the tables of format/. */
struct chunk_contents {
	uint8_t string[IDS], process[IDS], user_stack[IDS], kernel_stack[IDS], thread[IDS];
	struct hud_mapping mapping[IDS];
	size_t mappings;
	struct hud_thread last_thread;
	size_t events;
};

static int holds(const struct chunk_contents *c, uint32_t process, uint64_t address)
{
	for (size_t i = 0; i < c->mappings; i++)
		if (c->mapping[i].process == process && address >= c->mapping[i].start &&
		    address < c->mapping[i].end)
			return 1;
	return 0;
}

/* Every address below 0x100000 that is used here lies in a mapping, or right after one. */
static void check_user_stack(struct chunk_contents *c, const struct hud_user_stack *s)
{
	assert_true(c->process[s->process]);
	assert_false(c->user_stack[s->id]); /* once in a chunk */
	for (size_t i = 0; i < s->frames; i++)
		if (s->address[i] < 0x100000)
			assert_true(holds(c, s->process, s->address[i] - (i > 0)) ||
				    holds(c, s->process, s->address[i]));
	c->user_stack[s->id] = 1;
}

static void check_definition(struct chunk_contents *c, const struct hud_record *record)
{
	const void *r = record;
	const struct hud_string *string = r;
	const struct hud_process *process = r;
	const struct hud_mapping *mapping = r;
	const struct hud_thread *thread = r;
	const struct hud_kernel_stack *kernel = r;

	switch (record->type) {
	case HUD_STRING:
		assert_false(c->string[string->id]);
		c->string[string->id] = 1;
		break;
	case HUD_PROCESS:
		assert_true(c->string[process->name] && c->string[process->exe]);
		c->process[process->id] = 1;
		break;
	case HUD_MAPPING:
		assert_true(c->process[mapping->process] && c->string[mapping->path]);
		c->mapping[c->mappings++] = *mapping;
		break;
	case HUD_THREAD:
		assert_true(c->process[thread->process] && c->string[thread->comm]);
		c->thread[thread->tid] = 1;
		c->last_thread = *thread;
		break;
	case HUD_USER_STACK:
		check_user_stack(c, r);
		break;
	case HUD_KERNEL_STACK:
		for (size_t i = 0; i < kernel->frames; i++)
			assert_true(c->string[kernel->function[i]]);
		c->kernel_stack[kernel->id] = 1;
		break;
	default:
		assert_true(record->type >= HUD_OFFCPU);
	}
}

static void check_event(struct chunk_contents *c, const struct hud_record *record)
{
	const struct hud_offcpu *span = (const void *)record;
	const struct hud_lifecycle *life = (const void *)record;

	if (record->type == HUD_OFFCPU) {
		c->events++;
		assert_true(c->process[span->process] && c->thread[span->tid]);
		assert_true(!span->user_stack || c->user_stack[span->user_stack]);
		assert_true(!span->kernel_stack || c->kernel_stack[span->kernel_stack]);
		assert_true(!span->waker_process || c->process[span->waker_process]);
		assert_true(!span->waker_process || c->thread[span->waker_tid]);
		assert_true(!span->waker_stack || c->user_stack[span->waker_stack]);
	}
	if (record->type == HUD_LIFECYCLE && life->kind == HUD_PROCESS_EXEC)
		assert_true(c->process[life->detail]);
}

/* Decodes every frame by itself with zstd alone; returns how many there were. */
static size_t check_each_chunk_alone(const struct bytes *b, struct chunk_contents *last)
{
	struct chunk_contents *c = malloc(sizeof(*c));
	uint64_t *content = malloc(HUD_CHUNK_CONTENT_MAX);
	size_t at = 24, chunks = 0;

	assert_true(c && content);
	while (at < b->size) {
		size_t frame = ZSTD_findFrameCompressedSize(b->data + at, b->size - at);
		size_t size = ZSTD_decompress(content, HUD_CHUNK_CONTENT_MAX, b->data + at, frame);
		const struct hud_chunk *chunk = (const void *)content;
		const struct hud_session *session = (const void *)(chunk + 1);

		assert_false(ZSTD_isError(size));
		assert_int_equal(chunk->sequence, chunks++);
		assert_true(chunk->start_ns && chunk->end_ns >= chunk->start_ns);
		assert_int_equal(chunk->bytes, size - sizeof(*chunk));
		assert_int_equal(session->head.type, HUD_SESSION);
		memset(c, 0, sizeof(*c));
		c->string[0] = 1;
		for (size_t pos = sizeof(*chunk) + session->head.size; pos < size;) {
			const struct hud_record *r = (const void *)((uint8_t *)content + pos);

			check_definition(c, r);
			check_event(c, r);
			pos += r->size;
		}
		assert_true(c->string[session->kernel] && c->string[session->recorder]);
		at += frame;
	}
	*last = *c;
	free(content);
	free(c);
	return chunks;
}

static void every_chunk_stands_alone(void **state)
{
	struct chunk_contents *last = malloc(sizeof(*last));
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 4096), other = r;
	struct hud_process process = {.pid = 5000};
	struct hud_thread thread = {.tid = 5001};
	struct hud_mapping mapping = {.start = 0x30000, .end = 0x40000};
	struct hud_lifecycle exec = {.head = {.type = HUD_LIFECYCLE, .size = sizeof(exec)},
				     .kind = HUD_PROCESS_EXEC,
				     .process = r.process,
				     .tid = r.tid};

	(void)state;
	assert_non_null(last);
	process.name = (uint32_t)capture_writer_string(r.w, "child");
	process.exe = (uint32_t)capture_writer_string(r.w, "/bin/child");
	mapping.process = thread.process = (uint32_t)capture_writer_process(r.w, &process);
	mapping.path = process.exe;
	thread.comm = process.name;
	assert_true(capture_writer_mapping(r.w, &mapping) > 0);
	assert_int_equal(capture_writer_thread(r.w, &thread), 0);
	for (uint64_t n = 1; n < 1000; n++) {
		uint64_t address[] = {0x30000 + n % 50, 0x40000, UINT64_MAX};
		struct hud_offcpu span = {.head = {.type = HUD_OFFCPU, .size = sizeof(span)},
					  .process = r.process,
					  .tid = r.tid,
					  .waker_process = thread.process,
					  .waker_tid = thread.tid};

		recording_span(&other, n);
		span.waker_stack = (uint32_t)capture_writer_user_stack(r.w, thread.process, address,
								       3, HUD_STOP_END, 0);
		assert_int_equal(capture_writer_event(r.w, &span.head), 0);
		exec.detail = n % 3 ? r.process : thread.process;
		assert_int_equal(capture_writer_event(r.w, &exec.head), 0);
	}
	recording_end(&r);
	assert_true(check_each_chunk_alone(&b, last) > 10);
	bytes_free(&b);
	free(last);
}

static void a_mapping_that_came_later_reaches_a_stack_the_chunk_has_already(void **state)
{
	struct chunk_contents *last = malloc(sizeof(*last));
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 0);
	struct hud_mapping plugin = {.process = r.process, .start = 0x2000, .end = 0x3000};

	(void)state;
	assert_non_null(last);
	recording_span(&r, 7);
	plugin.path = (uint32_t)capture_writer_string(r.w, "/srv/plugin.so");
	assert_true(capture_writer_mapping(r.w, &plugin) > 0);
	recording_span(&r, 7); /* the same stack */
	recording_end(&r);
	assert_int_equal(check_each_chunk_alone(&b, last), 1);
	assert_int_equal(last->mappings, 2); /* libc, text; 0x2000 was the end of a call in text */
	bytes_free(&b);

	r = recording_begin(&b, 1, 0);
	recording_span(&r, 7);
	plugin.start = 0x1000;
	plugin.path = (uint32_t)capture_writer_string(r.w, "/srv/plugin.so");
	assert_true(capture_writer_mapping(r.w, &plugin) > 0);
	recording_span(&r, 7);
	recording_end(&r);
	assert_int_equal(check_each_chunk_alone(&b, last), 1);
	assert_int_equal(last->mappings, 3);
	bytes_free(&b);
	free(last);
}

static void a_renamed_thread_is_defined_again_in_the_same_chunk(void **state)
{
	struct chunk_contents *last = malloc(sizeof(*last));
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 0);
	struct hud_thread thread = {.tid = r.tid, .process = r.process, .from_ns = 5};
	struct loaded l;

	(void)state;
	assert_non_null(last);
	recording_span(&r, 1);
	thread.comm = (uint32_t)capture_writer_string(r.w, "renamed");
	assert_int_equal(capture_writer_thread(r.w, &thread), 0);
	recording_span(&r, 2);
	assert_int_equal(capture_writer_thread(r.w, &thread), 0); /* nothing new */
	recording_span(&r, 3);
	assert_int_equal(capture_writer_flush(r.w), 0);
	recording_span(&r, 4);
	recording_end(&r);
	check_each_chunk_alone(&b, last);
	assert_int_equal(last->last_thread.comm, thread.comm);
	l = load(b.data, b.size);
	assert_int_equal(count_of(&l, HUD_THREAD), 3);
	loaded_free(&l);
	bytes_free(&b);
	free(last);
}

static void zstd_accepts_a_capture(void **state)
{
	char path[] = "/tmp/hud-format-test-XXXXXX", command[128];
	struct bytes b = {0};
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0 || system("command -v zstd >/dev/null")) {
		print_message("zstd is not installed: not tested\n");
		skip();
	}
	make_capture(&b, 1, 5, 20, NULL);
	make_capture(&b, 2, 3, 10, NULL);
	assert_int_equal(write(fd, b.data, b.size), b.size);
	close(fd);
	snprintf(command, sizeof(command), "zstd -q -t < %s", path);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "zstd -q -d -c < %s | grep -q HUDCHUNK", path);
	assert_int_equal(system(command), 0);
	unlink(path);
	bytes_free(&b);
}

static void dedup_of_stacks_is_exact(void **state)
{
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 0);
	uint64_t address[4] = {1, 2, 3, 0};
	int64_t first, id, highest = 0;

	(void)state;
	first = capture_writer_user_stack(r.w, r.process, address, 3, HUD_STOP_END, 0);
	assert_true(first > 0);
	for (size_t bit = 0; bit < 192; bit++) {
		address[bit / 64] ^= (uint64_t)1 << bit % 64;
		id = capture_writer_user_stack(r.w, r.process, address, 3, HUD_STOP_END, 0);
		assert_int_equal(id, first + 1 + (int64_t)bit);
		address[bit / 64] ^= (uint64_t)1 << bit % 64;
	}
	assert_int_equal(capture_writer_user_stack(r.w, r.process, address, 3, HUD_STOP_END, 0),
			 first);
	/* Each of these tells a stack from another as well. */
	id = capture_writer_user_stack(r.w, r.process, address, 3, HUD_STOP_DEPTH, 0);
	assert_int_equal(id, first + 193);
	id = capture_writer_user_stack(r.w, r.process, address, 4, HUD_STOP_END, 0);
	assert_int_equal(id, first + 194);
	id = capture_writer_user_stack(r.w, r.process, address, 2, HUD_STOP_END, 0);
	assert_int_equal(id, first + 195);
	id = capture_writer_user_stack(r.w, r.process, address, 0, HUD_STOP_END, 0);
	assert_int_equal(id, first + 196);

	/* So many that some share all 32 bits of a hash (about twenty pairs). */
	for (uint64_t n = 0; n < 400000; n++) {
		address[0] = n * 0x9e3779b97f4a7c15u;
		id = capture_writer_user_stack(r.w, r.process, address, 1, HUD_STOP_END, 0);
		assert_true(id > highest);
		highest = id;
	}
	assert_int_equal(highest, first + 196 + 400000);
	for (uint64_t n = 0; n < 400000; n += 7919) {
		address[0] = n * 0x9e3779b97f4a7c15u;
		id = capture_writer_user_stack(r.w, r.process, address, 1, HUD_STOP_END, 0);
		assert_int_equal(id, first + 197 + (int64_t)n);
	}
	assert_int_equal(capture_writer_close(r.w), 0);
	bytes_free(&b);
}

static void dedup_of_strings_and_kernel_stacks_is_exact(void **state)
{
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 0);
	int64_t a = capture_writer_string(r.w, "a"), ab = capture_writer_string(r.w, "ab");
	uint32_t function[] = {(uint32_t)a, (uint32_t)ab, (uint32_t)a};
	char *text = malloc(HUD_STRING_BYTES_MAX + 10);
	int64_t id, empty = capture_writer_string(r.w, "");

	(void)state;
	assert_non_null(text);
	assert_true(a > 0 && ab > 0 && empty > 0 && a != ab && empty != a);
	assert_int_equal(capture_writer_string(r.w, "a"), a);
	assert_int_equal(capture_writer_string(r.w, ""), empty);
	memset(text, 'x', HUD_STRING_BYTES_MAX + 9);
	text[HUD_STRING_BYTES_MAX + 9] = 0;
	id = capture_writer_string(r.w, text);
	text[HUD_STRING_BYTES_MAX] = 0;
	assert_int_equal(capture_writer_string(r.w, text), id); /* cut there */
	text[HUD_STRING_BYTES_MAX - 1] = 0;
	assert_int_not_equal(capture_writer_string(r.w, text), id);

	id = capture_writer_kernel_stack(r.w, function, 3, HUD_STOP_END);
	assert_true(id > 0);
	assert_int_not_equal(capture_writer_kernel_stack(r.w, function, 2, HUD_STOP_END), id);
	assert_int_equal(capture_writer_kernel_stack(r.w, function, 3, HUD_STOP_END), id);
	function[2] = 999;
	assert_int_equal(capture_writer_kernel_stack(r.w, function, 3, HUD_STOP_END), -ENOENT);
	assert_int_equal(capture_writer_close(r.w), 0);
	free(text);
	bytes_free(&b);
}

static void ids_survive_the_memory_cap_and_are_never_given_twice(void **state)
{
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 0);
	struct hud_offcpu span = {.head = {.type = HUD_OFFCPU, .size = sizeof(span)},
				  .process = r.process,
				  .tid = r.tid};
	uint64_t address[HUD_STACK_FRAMES_MAX] = {0};
	int64_t first, id = 0, before;
	struct loaded l;

	(void)state;
	first = capture_writer_user_stack(r.w, r.process, address, 200, HUD_STOP_END, 0);
	for (uint64_t n = 1; n < 50000; n++) { /* 80 MiB */
		address[0] = n;
		before = id;
		id = capture_writer_user_stack(r.w, r.process, address, 200, HUD_STOP_END, 0);
		assert_true(id > before && id > first);
		span.user_stack = (uint32_t)id;
		assert_int_equal(capture_writer_event(r.w, &span.head), 0);
	}
	/* The first was forgotten: an event cannot use it, but its addresses get a new id. */
	span.user_stack = (uint32_t)first;
	assert_int_equal(capture_writer_event(r.w, &span.head), -ENOENT);
	address[0] = 0;
	before = id;
	id = capture_writer_user_stack(r.w, r.process, address, 200, HUD_STOP_END, 0);
	assert_true(id > before);
	span.user_stack = (uint32_t)id;
	assert_int_equal(capture_writer_event(r.w, &span.head), 0);
	recording_end(&r);
	l = load(b.data, b.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(count_of(&l, HUD_USER_STACK), 50000);
	assert_int_equal(count_of(&l, HUD_OFFCPU), 50000);
	loaded_free(&l);
	bytes_free(&b);
}

static void an_error_of_the_sink_is_kept_and_nothing_follows_it(void **state)
{
	struct bytes b = {.room = 2000};
	struct recording r = recording_begin(&b, 1, 0);
	struct hud_clock clock = {.head = {.type = HUD_CLOCK, .size = sizeof(clock)}};
	uint64_t address = 1;
	size_t calls;
	int err = 0;

	(void)state;
	for (uint64_t n = 0; n < 100 && !err; n++) {
		recording_span(&r, n);
		err = capture_writer_flush(r.w);
	}
	assert_int_equal(err, -ENOSPC);
	calls = b.calls;
	b.room = 0; /* room again: too late, the stream has a hole */
	assert_int_equal(capture_writer_event(r.w, &clock.head), -ENOSPC);
	assert_int_equal(capture_writer_flush(r.w), -ENOSPC);
	assert_int_equal(capture_writer_string(r.w, "x"), -ENOSPC);
	assert_int_equal(capture_writer_user_stack(r.w, r.process, &address, 1, HUD_STOP_END, 0),
			 -ENOSPC);
	assert_int_equal(capture_writer_bytes(r.w), b.size);
	assert_int_equal(capture_writer_close(r.w), -ENOSPC);
	assert_int_equal(b.calls, calls);
	bytes_free(&b);
}

static void an_event_above_the_largest_is_refused_and_the_writer_goes_on(void **state)
{
	enum { MOST = (CAPTURE_EVENT_BYTES_MAX - sizeof(struct hud_code)) / (8 * HUD_CODE_WORDS) };
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, SIZE_MAX);
	struct hud_code *code = calloc(1, 2 * CAPTURE_EVENT_BYTES_MAX);

	(void)state;
	assert_non_null(code);
	code->build_id_bytes = 4;
	for (uint32_t functions = MOST; functions <= MOST + 1; functions++) {
		code->head = (struct hud_record) {
			HUD_CODE, 0,
			(uint32_t)(sizeof(*code) + functions * HUD_CODE_WORDS * sizeof(uint64_t))};
		code->functions = functions;
		assert_int_equal(capture_writer_event(r.w, &code->head),
				 functions == MOST ? 0 : -EINVAL);
	}
	recording_span(&r, 0);
	recording_end(&r);
	free(code);
	bytes_free(&b);
}

/* 256 mappings with 4 KiB paths in each of two stacks, and a kernel stack of 4 KiB names. */
static void no_chunk_is_larger_than_a_reader_takes(void **state)
{
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, SIZE_MAX);
	struct hud_offcpu span = {.head = {.type = HUD_OFFCPU, .size = sizeof(span)},
				  .process = r.process,
				  .tid = r.tid};
	char *text = malloc(HUD_STRING_BYTES_MAX + 1);
	uint64_t address[2][HUD_STACK_FRAMES_MAX];
	uint32_t function[HUD_STACK_FRAMES_MAX];
	struct loaded l;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', HUD_STRING_BYTES_MAX);
	text[HUD_STRING_BYTES_MAX] = 0;
	for (uint32_t i = 0; i < 2 * HUD_STACK_FRAMES_MAX; i++) {
		struct hud_mapping m = {.process = r.process};

		m.start = 0x100000 + i * 0x1000;
		m.end = m.start + 0x1000;
		snprintf(text, 12, "m%010u", i);
		text[11] = 'x';
		m.path = (uint32_t)capture_writer_string(r.w, text);
		assert_true(capture_writer_mapping(r.w, &m) > 0);
		address[i / HUD_STACK_FRAMES_MAX][i % HUD_STACK_FRAMES_MAX] = m.start + 8;
		text[0] = 'k';
		if (i < HUD_STACK_FRAMES_MAX)
			function[i] = (uint32_t)capture_writer_string(r.w, text);
	}
	span.user_stack = (uint32_t)capture_writer_user_stack(
		r.w, r.process, address[0], HUD_STACK_FRAMES_MAX, HUD_STOP_END, 0);
	span.waker_stack = (uint32_t)capture_writer_user_stack(
		r.w, r.process, address[1], HUD_STACK_FRAMES_MAX, HUD_STOP_END, 0);
	span.kernel_stack = (uint32_t)capture_writer_kernel_stack(
		r.w, function, HUD_STACK_FRAMES_MAX, HUD_STOP_END);
	for (uint64_t n = 0; n < 20; n++) {
		/* Nearly full when the large one comes. */
		for (uint64_t i = 0; i < 6000; i++)
			recording_span(&r, i);
		assert_int_equal(capture_writer_event(r.w, &span.head), 0);
	}
	recording_end(&r);
	l = load(b.data, b.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(count_of(&l, HUD_OFFCPU), 20 * 6001);
	assert_int_equal(count_of(&l, HUD_LOST), 0);
	loaded_free(&l);
	free(text);
	bytes_free(&b);
}

static void what_is_not_defined_cannot_be_referred_to(void **state)
{
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 0);
	struct hud_offcpu span = {.head = {.type = HUD_OFFCPU, .size = sizeof(span)},
				  .process = r.process,
				  .tid = 77}; /* a thread without a name is fine */
	struct hud_process process = {.name = 999};
	struct hud_mapping mapping = {.process = 99, .start = 1, .end = 2};
	struct hud_thread thread = {.process = 99};
	struct hud_session session = {.command = 999};
	struct hud_string string = {.head = {.type = HUD_STRING, .size = sizeof(string)}};
	uint64_t address = 1;

	(void)state;
	assert_int_equal(capture_writer_event(r.w, &span.head), 0);
	span.user_stack = 5;
	assert_int_equal(capture_writer_event(r.w, &span.head), -ENOENT);
	span.user_stack = 0;
	span.process = 99;
	assert_int_equal(capture_writer_event(r.w, &span.head), -ENOENT);
	span.process = r.process;
	span.head.size -= 8;
	assert_int_equal(capture_writer_event(r.w, &span.head), -EINVAL);
	span.head.size += 4;
	assert_int_equal(capture_writer_event(r.w, &span.head), -EINVAL);
	assert_int_equal(capture_writer_event(r.w, &string.head), -EINVAL);
	assert_int_equal(capture_writer_process(r.w, &process), -ENOENT);
	assert_int_equal(capture_writer_mapping(r.w, &mapping), -ENOENT);
	mapping.process = r.process;
	mapping.end = mapping.start;
	assert_int_equal(capture_writer_mapping(r.w, &mapping), -EINVAL);
	assert_int_equal(capture_writer_thread(r.w, &thread), -ENOENT);
	assert_int_equal(capture_writer_session(r.w, &session), -ENOENT);
	assert_int_equal(capture_writer_user_stack(r.w, 99, &address, 1, HUD_STOP_END, 0), -ENOENT);
	/* And none of it hurt. */
	assert_int_equal(capture_writer_events(r.w), 1);
	recording_span(&r, 1);
	recording_end(&r);
	bytes_free(&b);
}

static void an_event_before_the_session_is_refused(void **state)
{
	struct bytes b = {0};
	struct capture_writer_options options = {.sink = bytes_append, .sink_context = &b};
	struct hud_clock clock = {.head = {.type = HUD_CLOCK, .size = sizeof(clock)}};
	struct capture_writer *w;

	(void)state;
	assert_int_equal(capture_writer_open(&options, &w), 0);
	assert_int_equal(capture_writer_event(w, &clock.head), -EINVAL);
	assert_int_equal(capture_writer_close(w), 0);
	assert_int_equal(b.size, 24);
	bytes_free(&b);
}

static void the_newest_mapping_at_an_address_wins(void **state)
{
	struct bytes b = {0};
	struct recording r = recording_begin(&b, 1, 0);
	struct hud_mapping m = {.process = r.process, .start = 0x8000, .end = 0x11000};

	(void)state;
	assert_true(capture_writer_mapped(r.w, r.process, 0x1000));
	assert_true(capture_writer_mapped(r.w, r.process, 0x8fff));
	assert_false(capture_writer_mapped(r.w, r.process, 0x9000));
	assert_false(capture_writer_mapped(r.w, r.process, 0xfff));
	assert_false(capture_writer_mapped(r.w, 99, 0x1000));
	assert_false(capture_writer_mapped(r.w, 0, 0x1000));
	assert_true(capture_writer_mapping(r.w, &m) > 0);
	assert_true(capture_writer_mapped(r.w, r.process, 0x9000));
	assert_true(capture_writer_mapped(r.w, r.process, 0x1fff));
	assert_int_equal(capture_writer_close(r.w), 0);
	bytes_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_chunk_stands_alone),
		cmocka_unit_test(a_mapping_that_came_later_reaches_a_stack_the_chunk_has_already),
		cmocka_unit_test(a_renamed_thread_is_defined_again_in_the_same_chunk),
		cmocka_unit_test(zstd_accepts_a_capture),
		cmocka_unit_test(dedup_of_stacks_is_exact),
		cmocka_unit_test(dedup_of_strings_and_kernel_stacks_is_exact),
		cmocka_unit_test(ids_survive_the_memory_cap_and_are_never_given_twice),
		cmocka_unit_test(an_error_of_the_sink_is_kept_and_nothing_follows_it),
		cmocka_unit_test(an_event_above_the_largest_is_refused_and_the_writer_goes_on),
		cmocka_unit_test(no_chunk_is_larger_than_a_reader_takes),
		cmocka_unit_test(what_is_not_defined_cannot_be_referred_to),
		cmocka_unit_test(an_event_before_the_session_is_refused),
		cmocka_unit_test(the_newest_mapping_at_an_address_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
