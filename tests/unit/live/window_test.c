/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/embedded.h"
#include "analyzer/derive/schema.h"
#include "analyzer/live/window.h"
#include "analyzer/open/filter.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/column.h"
#include "format/wire/events.h"
#include "format/wire/records.h"
#include "tests/unit/fixture/dumps_fixture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* A window over a capture that grows has the figures of report --from over what was written. */

struct bytes {
	const uint8_t *data;
	size_t size, at;
};

static int64_t give(void *context, void *data, size_t bytes)
{
	struct bytes *b = context;
	size_t part = b->size - b->at < bytes ? b->size - b->at : bytes;

	memcpy(data, b->data + b->at, part);
	b->at += part;
	return (int64_t)part;
}

/* The capture in one file; the caller frees it. */
static uint8_t *file_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	data = malloc(*size);
	assert_int_equal(fread(data, 1, *size, file), *size);
	fclose(file);
	return data;
}

/* Numbers of sites are each database's own. */
static char *without_ids(const char *json)
{
	char *text = strdup(json), *to = text;

	for (const char *from = text; *from;) {
		if (strncmp(from, "\"id\":", 5) == 0 && from[5] >= '0' && from[5] <= '9')
			from += 5 + strspn(from + 5, "0123456789");
		else
			*to++ = *from++;
	}
	*to = '\0';
	return text;
}

static char *report_of(sqlite3 *db, int64_t capture)
{
	sqlite3_stmt *q = database_statement(db, named_query_text("report"));
	char *text;

	assert_non_null(q);
	statement_number(q, ":capture", capture);
	statement_number(q, ":top", -1);
	if (sqlite3_step(q) != SQLITE_ROW)
		fail_msg("%s", sqlite3_errmsg(db));
	text = without_ids((const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	return text;
}

/* The report of the first `size` bytes from a time on, ns after the start. */
static char *report_from(const uint8_t *data, size_t size, const struct resolver *resolver,
			 int64_t from_ns)
{
	const struct ingest_options options = {.resolver = resolver};
	struct bytes bytes = {data, size, 0};
	struct ingest_result result;
	struct filter filter = {0};
	char from[32];
	sqlite3 *db = database_empty();
	char *text;

	assert_int_equal(ingest(db, give, &bytes, &options, &result), 0);
	assert_int_equal(filter_functions(db), 0);
	snprintf(from, sizeof(from), "%" PRId64 "ns", from_ns);
	if (from_ns)
		filter.from = from;
	assert_int_equal(filter_apply(db, &filter, &result.last_capture, 1), 0);
	text = report_of(db, result.last_capture);
	sqlite3_close(db);
	return text;
}

static void same_text(const char *seen, const char *expected, uint64_t chunk)
{
	size_t at = 0;

	while (seen[at] && seen[at] == expected[at])
		at++;
	if (seen[at] != expected[at])
		fail_msg("chunk %" PRIu64 ", from byte %zu:\nseen     %.300s\nexpected %.300s",
			 chunk, at, seen + (at > 120 ? at - 120 : 0),
			 expected + (at > 120 ? at - 120 : 0));
}

/* Feeds it chunk by chunk; after each the window's report is that of the prefix. */
static uint64_t compare_each_chunk(const uint8_t *data, size_t size,
				   const struct resolver *resolver, int64_t length_ns)
{
	struct window *w;
	struct capture_reader *reader;
	struct bytes bytes = {data, 0, 0};
	uint64_t chunks = 0;

	assert_int_equal(window_open(resolver, &w), 0);
	window_set_length(w, length_ns);
	assert_int_equal(capture_reader_open(give, &bytes, &reader), 0);
	while (bytes.size < size) {
		const struct hud_record *r;
		struct window_state state;
		char *seen, *expected;
		int err;

		bytes.size += ZSTD_findFrameCompressedSize(data + bytes.size, size - bytes.size);
		/* The reader takes the end of what there is for the end: a new one for each. */
		capture_reader_close(reader);
		bytes.at = 0;
		assert_int_equal(capture_reader_open(give, &bytes, &reader), 0);
		while (!(err = capture_reader_next(reader, &r)) && r) {
			const struct hud_chunk *chunk = capture_reader_chunk(reader);

			if (capture_reader_state(reader).chunks > chunks)
				assert_int_equal(window_add(w, r, chunk, bytes.size), 0);
		}
		chunks = capture_reader_state(reader).chunks;
		if (err || !chunks)
			continue;
		err = window_derive(w);
		if (err == -EAGAIN)
			continue;
		assert_int_equal(err, 0);
		state = window_state(w);
		seen = report_of(window_database(w), state.capture);
		expected = report_from(data, bytes.size, resolver,
				       state.from_ns - state.recording.start_ns);
		same_text(seen, expected, chunks);
		free(seen);
		free(expected);
	}
	capture_reader_close(reader);
	window_close(w);
	return chunks;
}

/* Symbols come at the end of a capture: whoever reads one that is whole takes them first. */
static void take_symbols(const struct resolver *resolver, const uint8_t *data, size_t size)
{
	struct bytes bytes = {data, size, 0};
	struct capture_reader *reader;
	const struct hud_record *r;

	assert_int_equal(capture_reader_open(give, &bytes, &reader), 0);
	while (!capture_reader_next(reader, &r) && r) {
		if (record_group(r->type) == RECORD_SYMBOL)
			resolver->symbols(resolver->context,
					  capture_reader_chunk(reader)->capture_id, r);
	}
	capture_reader_close(reader);
}

#define SECOND_US UINT64_C(1000000)

/*
 * Worker 11 naps for 20 ms each half second until the fifth second is over; worker 12 hashes for
 * 30 ms each second; worker 13 waits for a lock that thread 20 holds, then from 2.5 s on for one
 * that is never released.
 */
static void write_second(struct scene *s, uint64_t second)
{
	uint64_t at = second * SECOND_US;

	for (uint64_t tenth = 0; tenth < 10; tenth++) {
		uint64_t from = at + tenth * 100000;

		for (uint32_t tid = 11; tid <= 12; tid++)
			scene_window(s, tid, from, from + 100000, 40000, 2000, 500);
	}
	for (int half = 0; second < 5 && half < 2; half++)
		scene_span(s, (struct span) {.tid = 11,
					     .from = at + (uint64_t)half * 500000 + 7000,
					     .to = at + (uint64_t)half * 500000 + 27000,
					     .stack = NAP,
					     .syscall = SYS_NANOSLEEP});
	scene_samples(s, 12, at + 400000, at + 430000, at + 399000, HASH);
	if (second == 1)
		scene_span(s, (struct span) {.tid = 13,
					     .from = 1500000,
					     .to = 1540000,
					     .wakeup = 1539000,
					     .stack = LOCK,
					     .syscall = SYS_FUTEX,
					     .waker_tid = 20,
					     .waker_stack = OTHER});
	if (second >= 2)
		scene_span(s, (struct span) {.tid = 13,
					     .from = 2500000,
					     .to = at + SECOND_US - 1000,
					     .stack = LOCK,
					     .syscall = SYS_FUTEX,
					     .flags = HUD_OFFCPU_OPEN});
	assert_int_equal(capture_writer_flush_at(s->writer, BEGIN_NS + (at + SECOND_US) * 1000), 0);
}

static void write_seconds(struct scene *s, uint64_t seconds)
{
	scene_begin(s, 1);
	for (uint64_t second = 0; second < seconds; second++)
		write_second(s, second);
}

static void a_window_has_the_figures_of_report_from(void **state)
{
	struct scene s;

	(void)state;
	write_seconds(&s, 12);
	scene_end(&s, 12000000, true);
	assert_true(compare_each_chunk(s.data, s.size, &fake_resolver, INT64_C(3000000000)) >= 10);
	scene_free(&s);
}

/* All of the scene, second by second, into a window of `length_ns`. Frees the scene. */
static struct window *fed_scene(struct scene *s, uint64_t seconds, int64_t length_ns)
{
	struct capture_reader *reader;
	struct bytes bytes;
	const struct hud_record *r;
	struct window *w;
	uint64_t chunks = 0;

	scene_end(s, seconds * SECOND_US, true);
	bytes = (struct bytes) {s->data, s->size, 0};
	assert_int_equal(window_open(&fake_resolver, &w), 0);
	window_set_length(w, length_ns);
	assert_int_equal(capture_reader_open(give, &bytes, &reader), 0);
	while (!capture_reader_next(reader, &r) && r) {
		uint64_t now = capture_reader_state(reader).chunks;

		if (chunks && now != chunks)
			assert_int_equal(window_derive(w), 0);
		chunks = now;
		assert_int_equal(window_add(w, r, capture_reader_chunk(reader), bytes.at), 0);
	}
	assert_int_equal(window_derive(w), 0);
	capture_reader_close(reader);
	scene_free(s);
	return w;
}

static struct window *fed(struct scene *s, uint64_t seconds, int64_t length_ns)
{
	write_seconds(s, seconds);
	return fed_scene(s, seconds, length_ns);
}

static void what_ends_falls_out_of_the_window_and_stays_in_the_sums(void **state)
{
	struct scene s;
	struct window *w = fed(&s, 10, INT64_C(3000000000));
	sqlite3 *db = window_database(w);

	(void)state;
	assert_number(db, "SELECT count(*) FROM site WHERE function LIKE '%nap'", 0);
	assert_number(db, "SELECT sum(count) FROM site_total WHERE function LIKE '%nap'", 10);
	assert_number(db, "SELECT sum(total_ns) FROM site_total WHERE function LIKE '%nap'",
		      200000000);
	assert_number(db, "SELECT max_ns FROM site_total WHERE function LIKE '%nap'", 20000000);
	/* What it was seen as, it is, also where the window shows nothing of it. */
	assert_text(db,
		    "SELECT r.role FROM thread_role AS r JOIN thread AS t ON t.id = r.thread "
		    "WHERE t.tid = 11",
		    "worker");
	/* Of what is before the window only a few rows of each thread are kept. */
	assert_number(db,
		      "SELECT count(*) <= 20 FROM held_offcpu_span WHERE end_ns < "
		      "(SELECT from_ns FROM filter)",
		      1);
	assert_number(
		db, "SELECT count(*) FROM sample WHERE time_ns < (SELECT from_ns FROM filter)", 0);
	window_close(w);
}

static void a_block_that_goes_on_has_all_of_its_length(void **state)
{
	struct scene s;
	struct window *w = fed(&s, 10, INT64_C(3000000000));
	sqlite3 *db = window_database(w);

	(void)state;
	assert_number(db, "SELECT count(*) FROM open_block", 1);
	assert_number(db, "SELECT end_ns - start_ns FROM open_block", 7499000000);
	assert_text(db, "SELECT cause FROM open_block", "lock");
	/* In the window it is as long as the window has of it. */
	assert_number(db, "SELECT max(wall_ns) FROM blocking_poll", 2999000000);
	window_close(w);
}

/* Of a length and more; the wait that goes on is longer. And all of them again. */
static void short_polls_are_left_out_and_come_back(void **state)
{
	struct scene s;
	struct window *w = fed(&s, 4, INT64_C(10000000000));
	sqlite3 *db = window_database(w);
	int64_t all = database_number(db, "SELECT sum(total_ns) FROM blocking_sites", -1);

	(void)state;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(window_set_least(w, 35000000), 0);
		assert_int_equal(window_derive(w), 0);
		assert_text(db, "SELECT group_concat(DISTINCT cause) FROM blocking_sites", "lock");
		assert_number(db, "SELECT count(*) FROM blocking_poll", 2);
		assert_number(db, "SELECT sum(blocking_polls) FROM workers", 2);
		assert_int_equal(window_set_least(w, 0), 0);
		assert_int_equal(window_derive(w), 0);
		assert_number(db, "SELECT sum(total_ns) FROM blocking_sites", all);
	}
	window_close(w);
}

/* Of the one poll in NOW, as the screen asks for it. */
static void now_holder(sqlite3 *db, const char *expected)
{
	sqlite3_stmt *q = database_statement(db, embedded_text("sql/screen/now.sql"));
	char seen[200];

	assert_non_null(q);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	if (column_text(q, "holder"))
		snprintf(seen, sizeof(seen), "%s %" PRId64 "/%" PRId64, column_text(q, "holder"),
			 column_number(q, "held", 0), column_number(q, "waits", 0));
	if (expected)
		assert_string_equal(column_text(q, "holder") ? seen : "none", expected);
	else
		assert_null(column_text(q, "holder"));
	assert_int_equal(sqlite3_step(q), SQLITE_DONE);
	sqlite3_finalize(q);
}

static void a_lock_that_is_waited_for_has_its_holder_of_before(void **state)
{
	struct scene s;
	struct window *w = fed(&s, 4, INT64_C(10000000000));

	(void)state;
	now_holder(window_database(w), "demo::holder::hold 1/1");
	window_close(w);
	w = fed(&s, 10, INT64_C(3000000000));
	now_holder(window_database(w), NULL);
	window_close(w);
}

/* The one that has most decides on a rule of check: it need not be the last. */
static void dumps_of_tasks_of_the_window_are_kept(void **state)
{
	struct scene s;
	struct window *w;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t second = 0; second < 6; second++) {
		write_second(&s, second);
		waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
		waiting(&s, 6 + second, 8, HUD_LEAF_ACQUIRE, 90);
		dump_end(&s, second * 1000 + 900);
	}
	w = fed_scene(&s, 6, INT64_C(3000000000));
	db = window_database(w);
	assert_number(db, "SELECT count(*) FROM task_dump", 3);
	assert_number(db, "SELECT count(*) FROM dumped_future", 6);
	assert_number(db, "SELECT count(*) FROM task_frame", 24);
	assert_number(db, "SELECT count(*) FROM task_runtime", 3);
	assert_text(db, "SELECT group_concat(task_id) FROM dumped_tasks WHERE dump = 6", "5,11");
	window_close(w);
}

/* It is what is known of the tasks, however long ago. */
static void the_last_dump_of_tasks_is_kept_when_the_window_has_none(void **state)
{
	struct scene s;
	struct window *w;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t second = 0; second < 8; second++) {
		write_second(&s, second);
		if (second > 1)
			continue;
		waiting(&s, 5 + second, 7, HUD_LEAF_ACQUIRE, 90);
		dump_end(&s, second * 1000 + 900);
	}
	w = fed_scene(&s, 8, INT64_C(3000000000));
	db = window_database(w);
	assert_text(db, "SELECT group_concat(dump) FROM task_dump", "2");
	assert_text(db, "SELECT group_concat(task_id) FROM dumped_tasks", "6");
	window_close(w);
}

/* What a capture derives and a window forgets would be missing on the screen, and in no report. */
static void every_file_that_derives_a_capture_derives_a_window(void **state)
{
	char *code = calloc(1, 1 << 16);
	FILE *file = fopen("analyzer/live/window.c", "r");

	(void)state;
	assert_non_null(code);
	assert_non_null(file);
	assert_true(fread(code, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	for (const struct embedded_file *f = embedded_files; f->name; f++) {
		char quoted[128];

		if (!embedded_within(f, "sql/derive/"))
			continue;
		snprintf(quoted, sizeof(quoted), "\"%s\"", f->name);
		if (!strstr(code, quoted))
			fail_msg("%s is in no list of analyzer/live/window.c", f->name);
	}
	free(code);
}

static void another_capture_is_refused(void **state)
{
	struct scene s, other;
	struct window *w = fed(&s, 2, 0);
	struct capture_reader *reader;
	struct bytes bytes;
	const struct hud_record *r;

	(void)state;
	scene_begin(&other, 2);
	scene_everything(&other);
	scene_end(&other, 200000, true);
	bytes = (struct bytes) {other.data, other.size, 0};
	assert_int_equal(capture_reader_open(give, &bytes, &reader), 0);
	assert_int_equal(capture_reader_next(reader, &r), 0);
	assert_int_equal(window_add(w, r, capture_reader_chunk(reader), 0), -EXDEV);
	capture_reader_close(reader);
	scene_free(&other);
	window_close(w);
}

static void a_window_of_a_real_recording_has_the_figures_of_report_from(void **state)
{
	size_t size;
	uint8_t *data = file_read("examples/demo.hud", &size);
	struct symbolizer_options symbols = {0};
	struct resolver *resolver;

	(void)state;
	assert_int_equal(resolver_open(&symbols, &resolver), 0);
	take_symbols(resolver, data, size);
	assert_true(compare_each_chunk(data, size, resolver, INT64_C(2000000000)) >= 6);
	resolver_close(resolver);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_has_the_figures_of_report_from),
		cmocka_unit_test(a_window_of_a_real_recording_has_the_figures_of_report_from),
		cmocka_unit_test(what_ends_falls_out_of_the_window_and_stays_in_the_sums),
		cmocka_unit_test(a_block_that_goes_on_has_all_of_its_length),
		cmocka_unit_test(a_lock_that_is_waited_for_has_its_holder_of_before),
		cmocka_unit_test(short_polls_are_left_out_and_come_back),
		cmocka_unit_test(dumps_of_tasks_of_the_window_are_kept),
		cmocka_unit_test(the_last_dump_of_tasks_is_kept_when_the_window_has_none),
		cmocka_unit_test(every_file_that_derives_a_capture_derives_a_window),
		cmocka_unit_test(another_capture_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
