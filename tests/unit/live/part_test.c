/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/schema.h"
#include "analyzer/live/session.h"
#include "analyzer/open/filter.h"
#include "analyzer/open/named_query.h"
#include "format/capture/part.h"
#include "format/capture/reader.h"
#include "format/wire/events.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The window as a capture: it loads as a part, and has the figures that the window had. */

#define PART part_path()

/* One file for all tests, each of which removes it. */
static const char *part_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/hud-part-test-%d.hud", (int)getpid());
	return path;
}

/* What both have to have; the rest says how large the capture is. Ids are each database's own. */
static const char figures[] =
	"SELECT json_remove(doc, '$.filter', '$.capture.events', '$.capture.file', '$.capture.id',"
	"	'$.capture.truncated', '$.capture.end_reason') "
	"FROM (SELECT ? AS doc)";

static char *figures_of(sqlite3 *db, int64_t capture)
{
	sqlite3_stmt *q = database_statement(db, named_query_text("report"));
	sqlite3_stmt *less = database_statement(db, figures);
	char *text, *to;

	statement_number(q, ":capture", capture);
	statement_number(q, ":top", -1);
	if (sqlite3_step(q) != SQLITE_ROW)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_bind_value(less, 1, sqlite3_column_value(q, 0));
	assert_int_equal(sqlite3_step(less), SQLITE_ROW);
	text = to = strdup((const char *)sqlite3_column_text(less, 0));
	for (const char *from = text; *from;) {
		if (strncmp(from, "\"id\":", 5) == 0)
			from += 5 + strspn(from + 5, "0123456789");
		else
			*to++ = *from++;
	}
	*to = '\0';
	sqlite3_finalize(q);
	sqlite3_finalize(less);
	return text;
}

static int64_t descriptor_read(void *context, void *data, size_t bytes)
{
	ssize_t got = read(*(int *)context, data, bytes);

	return got < 0 ? -errno : got;
}

/* Loads the part as hud-analyze report does; without a filter. */
static sqlite3 *part_load(const struct resolver *resolver, int64_t *capture)
{
	const struct ingest_options options = {.resolver = resolver};
	struct ingest_result result;
	sqlite3 *db = database_empty();
	int file = open(PART, O_RDONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(ingest(db, descriptor_read, &file, &options, &result), 0);
	close(file);
	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &(struct filter) {0}, &result.last_capture, 1), 0);
	*capture = result.last_capture;
	return db;
}

static void same_text(const char *seen, const char *expected)
{
	size_t at = 0;

	while (seen[at] && seen[at] == expected[at])
		at++;
	if (seen[at] != expected[at])
		fail_msg("from byte %zu:\npart   %.300s\nwindow %.300s", at,
			 seen + (at > 120 ? at - 120 : 0), expected + (at > 120 ? at - 120 : 0));
}

static int64_t loss_of_chunks(sqlite3 *db)
{
	return database_number(
		db, "SELECT coalesce(sum(count), 0) FROM main.loss WHERE cause LIKE 'chunk%'", -1);
}

/* The window of the last `seconds` after `chunks` of the file, as a part, against itself. */
static void compare(const struct resolver *resolver, int descriptor, int64_t seconds, int chunks,
		    int64_t seek_ns)
{
	const struct session_options options = {
		.resolver = resolver,
		.descriptor = descriptor,
		.whole = true,
		.keep = true,
		.length_ns = seconds * 1000000000,
	};
	struct session *s;
	sqlite3 *part;
	int64_t capture;
	char *seen, *expected;

	assert_int_equal(lseek(descriptor, 0, SEEK_SET), 0);
	assert_int_equal(session_open(&options, &s), 0);
	for (int i = 0; i < chunks; i++)
		assert_int_equal(session_next(s), SESSION_CHUNK);
	assert_int_equal(session_derive(s), 0);
	if (seek_ns) {
		assert_int_equal(session_seek(s, seek_ns), 0);
		while (session_next(s) == SESSION_CHUNK &&
		       session_state(s).next_ns - session_recording(s).start_ns <= seek_ns)
			;
		assert_int_equal(session_derive(s), 0);
	}
	assert_int_equal(session_write_part(s, PART), 0);
	expected = figures_of(session_database(s), session_state(s).window.capture);
	assert_int_equal(session_close(s), 0);
	part = part_load(resolver, &capture);
	seen = figures_of(part, capture);
	same_text(seen, expected);
	assert_int_equal(loss_of_chunks(part), 0);
	assert_int_equal(database_number(part, "SELECT truncated FROM main.capture", -1), 0);
	free(seen);
	free(expected);
	sqlite3_close(part);
	assert_int_equal(unlink(PART), 0);
}

static void a_part_has_the_figures_of_the_window(void **state)
{
	struct symbolizer_options symbols = {0};
	int file = open("examples/demo.hud", O_RDONLY | O_CLOEXEC);
	struct resolver *resolver;

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(resolver_open(&symbols, &resolver), 0);
	compare(resolver, file, 2, 6, 0);
	compare(resolver, file, 2, 2, 0); /* of which the window is all */
	compare(resolver, file, 2, 6, INT64_C(5000000000));
	resolver_close(resolver);
	close(file);
}

/* The part of a stream that a scene is, written after all of it was taken. */
static void part_of(const struct scene *scene, int64_t length_ns)
{
	struct session_options options = {
		.resolver = &fake_resolver, .keep = true, .length_ns = length_ns};
	struct session *s;
	int ends[2];

	unlink(PART);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], scene->data, scene->size), scene->size);
	close(ends[1]);
	options.descriptor = ends[0];
	assert_int_equal(session_open(&options, &s), 0);
	assert_int_equal(session_write_part(s, PART), -ENODATA);
	assert_int_not_equal(access(PART, F_OK), 0);
	while (session_next(s) == SESSION_CHUNK)
		;
	assert_int_equal(session_derive(s), 0);
	assert_int_equal(session_write_part(s, PART), 0);
	assert_int_equal(session_close(s), 0);
	close(ends[0]);
}

static void second(struct scene *s, uint64_t number)
{
	uint64_t at = number * 1000000;

	scene_window(s, 11, at, at + 100000, 40000, 2000, 500);
	scene_span(s, (struct span) {.tid = 11,
				     .from = at + 7000,
				     .to = at + 27000,
				     .stack = NAP,
				     .syscall = SYS_NANOSLEEP});
	assert_int_equal(capture_writer_flush_at(s->writer, BEGIN_NS + (at + 1000000) * 1000), 0);
}

/* What is written once, when recording begins, is in a part of later; events of then are not. */
static void what_holds_is_in_a_later_part(void **state)
{
	const struct hud_probes probes = {.head = {HUD_PROBES, 0, sizeof(probes)},
					  .time_ns = BEGIN_NS};
	struct scene s;
	sqlite3 *part;
	int64_t capture;

	(void)state;
	scene_begin(&s, 1);
	assert_int_equal(capture_writer_event(s.writer, &probes.head), 0);
	for (uint64_t i = 0; i < 20; i++)
		second(&s, i);
	scene_end(&s, 20000000, false);
	part_of(&s, INT64_C(3000000000));
	part = part_load(&fake_resolver, &capture);
	assert_number(part, "SELECT count(*) FROM main.probe_state", 1);
	/* Three seconds, and those before them that a poll could reach into. */
	assert_number(part, "SELECT count(*) FROM main.offcpu_span", 7);
	assert_number(part, "SELECT sum(count) FROM blocking_sites", 3);
	assert_number(part, "SELECT from_ns / 1000000000 FROM chosen_part", 17);
	assert_int_equal(loss_of_chunks(part), 0);
	sqlite3_close(part);
	assert_int_equal(unlink(PART), 0);
	scene_free(&s);
}

/* Where chunks are missing within the time of a part, the part says so too. */
static void a_gap_stays_a_gap(void **state)
{
	struct scene s;
	sqlite3 *part;
	size_t from = 0, bytes = 0;
	int64_t capture;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t i = 0; i < 20; i++) {
		if (i == 18)
			from = s.size;
		second(&s, i);
		if (i == 18)
			bytes = s.size - from;
	}
	scene_end(&s, 20000000, false);
	memmove(s.data + from, s.data + from + bytes, s.size - from - bytes);
	s.size -= bytes;
	part_of(&s, INT64_C(3000000000));
	part = part_load(&fake_resolver, &capture);
	assert_int_equal(loss_of_chunks(part), 1);
	assert_number(part, "SELECT sum(count) FROM blocking_sites", 2);
	sqlite3_close(part);
	assert_int_equal(unlink(PART), 0);
	scene_free(&s);
}

static int file_write(void *context, const void *data, size_t bytes)
{
	return fwrite(data, 1, bytes, context) == bytes ? 0 : -EIO;
}

struct bytes {
	const uint8_t *data;
	size_t left;
};

static int64_t bytes_read(void *context, void *data, size_t bytes)
{
	struct bytes *b = context;
	size_t part = b->left < bytes ? b->left : bytes;

	memcpy(data, b->data, part);
	b->data += part;
	b->left -= part;
	return (int64_t)part;
}

/* Where not all of it can be kept, the part is shorter, and says so. */
static void a_part_without_room_begins_later(void **state)
{
	struct scene s;
	struct bytes bytes;
	struct capture_reader *reader;
	struct capture_part *p;
	const struct hud_record *r;
	uint64_t chunks = 0;
	int64_t capture;
	sqlite3 *part;
	FILE *file;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t i = 0; i < 20; i++)
		second(&s, i);
	scene_end(&s, 20000000, false);
	bytes = (struct bytes) {s.data, s.size};
	p = capture_part_open(s.size / 4);
	assert_int_equal(capture_reader_open(bytes_read, &bytes, &reader), 0);
	for (; !capture_reader_next(reader, &r) && r;
	     chunks = capture_reader_state(reader).chunks) {
		size_t size;
		const uint8_t *frame = capture_reader_frame(reader, &size);

		if (capture_reader_state(reader).chunks != chunks)
			assert_int_equal(
				capture_part_chunk(p, capture_reader_chunk(reader), frame, size),
				0);
		capture_part_record(p, r);
	}
	capture_reader_close(reader);
	file = fopen(PART, "wb");
	assert_non_null(file);
	assert_int_equal(capture_part_write(p, BEGIN_NS + 1, BEGIN_NS + UINT64_C(20000000000),
					    file_write, file),
			 0);
	fclose(file);
	capture_part_close(p);
	part = part_load(&fake_resolver, &capture);
	assert_number(part, "SELECT from_ns / 1000000000 BETWEEN 14 AND 18 FROM chosen_part", 1);
	assert_number(part,
		      "SELECT sum(count) = 20 - (SELECT from_ns / 1000000000 FROM chosen_part) "
		      "FROM blocking_sites",
		      1);
	sqlite3_close(part);
	assert_int_equal(unlink(PART), 0);
	scene_free(&s);
}

/* A damaged header may claim that; there is room for the next all the same. */
static void a_chunk_that_ends_at_the_end_of_time_is_forgotten(void **state)
{
	struct hud_chunk chunk = {.end_ns = UINT64_MAX};
	struct capture_part *p = capture_part_open(100);
	uint8_t frame[60] = {0};

	(void)state;
	for (chunk.sequence = 0; chunk.sequence < 3; chunk.sequence++)
		assert_int_equal(capture_part_chunk(p, &chunk, frame, sizeof(frame)), 0);
	capture_part_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_that_ends_at_the_end_of_time_is_forgotten),
		cmocka_unit_test(a_part_has_the_figures_of_the_window),
		cmocka_unit_test(what_holds_is_in_a_later_part),
		cmocka_unit_test(a_gap_stays_a_gap),
		cmocka_unit_test(a_part_without_room_begins_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
