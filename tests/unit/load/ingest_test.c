/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/records.h"
#include "format/wire/symbols.h"
#include "format/wire/tasks.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Records of a capture become rows or loss, also those of a forged one. */

#define LOST(cause) "SELECT coalesce(sum(count), 0) FROM loss WHERE cause = '" cause "'"
#define SPANS "SELECT count(*) FROM offcpu_span"

static struct span block(uint64_t from, uint64_t to)
{
	return (struct span) {
		.tid = 11, .from = from, .to = to, .stack = LOCK, .syscall = SYS_FUTEX};
}

static void every_reference_between_rows_resolves(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_everything(&s);
	db = scene_load(&s, 200000);
	assert_number(db, "SELECT count(*) FROM pragma_foreign_key_check", 0);
	assert_number(db, "SELECT count(*) FROM offcpu_span", 12);
	assert_number(db,
		      "SELECT count(*) FROM (SELECT binary, file_offset, inline_depth FROM frame "
		      "GROUP BY 1, 2, 3 HAVING count(*) > 1)",
		      0);
	assert_text(db,
		    "SELECT source || ' ' || kernel || ' ' || command || ' ' || end_reason "
		    "FROM capture",
		    "stack 6.18.0 demo duration");
	sqlite3_close(db);
}

/* What each kind of event calls the time that it is of. */
static const struct record_field *time_field(const struct record_kind *kind)
{
	static const char *const names[] = {"time_ns", "start_ns", "start_max_ns", "monotonic_ns",
					    "from_ns"};

	for (const struct record_field *f = kind->fields; f->name; f++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			if (strcmp(f->name, names[i]) == 0)
				return f;
		}
	}
	return NULL;
}

static void every_event_of_another_time_is_refused(void **state)
{
	size_t refused = 0;

	(void)state;
	for (uint16_t type = HUD_OFFCPU; type < HUD_SYMBOL_TEXT; type++) {
		const struct record_kind *kind = record_kind(type);
		const struct record_field *time = kind ? time_field(kind) : NULL;
		union {
			struct hud_record head;
			uint8_t byte[256];
		} record = {.head = {.type = type}};
		struct scene s;
		sqlite3 *db;

		if (!kind)
			continue;
		/* Of the whole recording, of a process, or of the dump that they are part of. */
		if (!time || type == HUD_LOST) {
			assert_true(type == HUD_HISTOGRAM || type == HUD_LOST ||
				    type == HUD_RUNTIME_OBJECT ||
				    (type >= HUD_TASK_RUNTIME && type <= HUD_TASK_FRAME) ||
				    (type >= HUD_TASK_THREAD && type <= HUD_TASK_CLOSURE));
			continue;
		}
		record.head.size = kind->bytes;
		memset(&record.byte[time->offset], 0x7f, time->bytes);
		scene_begin(&s, 1);
		scene_event(&s, &record);
		db = scene_load(&s, 200000);
		if (database_number(db, LOST("record-invalid"), 0) != 1)
			fail_msg("%s was taken", kind->name);
		sqlite3_close(db);
		refused++;
	}
	assert_true(refused >= 9);
}

static void loading_twice_is_refused(void **state)
{
	struct scene s;
	sqlite3 *db = database_empty();
	int64_t changes;

	(void)state;
	scene_begin(&s, 1);
	scene_everything(&s);
	scene_end(&s, 200000, true);
	assert_int_equal(scene_ingest(&s, db), 0);
	changes = database_number(db, "SELECT total_changes()", 0);
	assert_int_equal(scene_ingest(&s, db), -EEXIST);
	assert_number(db, "SELECT total_changes()", changes);
	assert_number(db, "SELECT count(*) FROM capture", 1);
	scene_free(&s);
	sqlite3_close(db);
}

static void a_stream_that_fails_late_changes_nothing(void **state)
{
	struct scene first, second;
	sqlite3 *db = database_empty();

	(void)state;
	scene_begin(&first, 1);
	scene_everything(&first);
	scene_end(&first, 200000, true);
	assert_int_equal(scene_ingest(&first, db), 0);
	scene_begin(&second, 2);
	scene_everything(&second);
	scene_end(&second, 200000, true);
	second.data = realloc(second.data, second.size + first.size);
	memcpy(second.data + second.size, first.data, first.size);
	second.size += first.size;
	assert_int_equal(scene_ingest(&second, db), -EEXIST);
	assert_number(db, "SELECT count(*) FROM capture", 1);
	assert_number(db, "SELECT count(*) FROM offcpu_span", 12);
	scene_free(&first);
	scene_free(&second);
	sqlite3_close(db);
}

static void two_captures_in_one_stream_are_two(void **state)
{
	struct scene first, second;
	sqlite3 *db = database_empty();

	(void)state;
	scene_begin(&first, 1);
	scene_everything(&first);
	scene_end(&first, 200000, true);
	scene_begin(&second, 2);
	scene_span(&second, block(0, 20000));
	scene_end(&second, 100000, true);
	first.data = realloc(first.data, first.size + second.size);
	memcpy(first.data + first.size, second.data, second.size);
	first.size += second.size;
	assert_int_equal(scene_ingest(&first, db), 0);
	assert_text(db,
		    "SELECT group_concat(n) FROM "
		    "(SELECT count(*) AS n FROM blocking_poll GROUP BY capture)",
		    "6,1");
	assert_number(db,
		      "SELECT count(*) FROM site AS s JOIN slice AS p ON p.site = s.id "
		      "WHERE p.capture <> s.capture",
		      0);
	scene_free(&first);
	scene_free(&second);
	sqlite3_close(db);
}

static void a_chunk_that_comes_twice_is_read_once(void **state)
{
	struct scene s;
	sqlite3 *db = database_empty();

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s, block(0, 20000));
	scene_end(&s, 100000, true);
	s.data = realloc(s.data, s.size * 2);
	memcpy(s.data + s.size, s.data, s.size);
	s.size *= 2;
	assert_int_equal(scene_ingest(&s, db), 0);
	assert_number(db, SPANS, 1);
	assert_number(db, "SELECT repeated_chunks FROM capture", 1);
	scene_free(&s);
	sqlite3_close(db);
}

static void an_open_span_is_replaced_by_its_end(void **state)
{
	struct scene s;
	struct span open = block(0, 10000);
	sqlite3 *db;

	(void)state;
	open.flags = HUD_OFFCPU_OPEN;
	scene_begin(&s, 1);
	scene_span(&s, open);
	open.to = 20000;
	scene_span(&s, open);
	scene_span(&s, block(0, 25000));
	scene_span(&s, open);
	db = scene_load(&s, 100000);
	assert_number(db, SPANS, 1);
	assert_number(db, "SELECT end_ns - start_ns FROM offcpu_span WHERE NOT open", 25000000);
	sqlite3_close(db);
}

static void window_add(struct scene *s, uint32_t tid, uint64_t start, uint64_t end, uint32_t flags)
{
	struct hud_window window = {.head = {HUD_WINDOW, 0, sizeof(window)},
				    .start_ns = BEGIN_NS + start,
				    .end_ns = BEGIN_NS + end,
				    .process = s->process,
				    .tid = tid,
				    .parked_ns = end - start,
				    .window_flags = flags};

	scene_event(s, &window);
}

static void an_open_window_is_replaced_by_its_later_records(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	window_add(&s, 11, 0, 1000, 0);
	window_add(&s, 11, 1000, 2000, HUD_WINDOW_OPEN);
	window_add(&s, 12, 1000, 2000, HUD_WINDOW_OPEN);
	window_add(&s, 11, 1000, 3000, HUD_WINDOW_OPEN);
	window_add(&s, 11, 1000, 3500, 0);
	window_add(&s, 11, 3500, 4000, 0);
	window_add(&s, 11, 1000, 3200, HUD_WINDOW_OPEN); /* late: it has ended */
	window_add(&s, 11, 3500, 3900, HUD_WINDOW_OPEN);
	db = scene_load(&s, 10000);
	assert_text(db,
		    "SELECT group_concat((w.start_ns - 1000000000000) || '-' || (w.end_ns - "
		    "1000000000000)) FROM thread_window AS w JOIN thread AS t ON t.id = w.thread "
		    "WHERE t.tid = 11",
		    "0-1000,1000-3500,3500-4000");
	assert_number(db,
		      "SELECT w.parked_ns FROM thread_window AS w JOIN thread AS t ON "
		      "t.id = w.thread WHERE t.tid = 12",
		      1000);
	sqlite3_close(db);
}

static void the_last_record_of_an_open_span_holds(void **state)
{
	struct scene s;
	struct span open = block(0, 10000);
	sqlite3 *db;

	(void)state;
	open.flags = HUD_OFFCPU_OPEN;
	scene_begin(&s, 1);
	scene_span(&s, open);
	open.to = 90000;
	scene_span(&s, open);
	db = scene_load(&s, 100000);
	assert_number(db, "SELECT end_ns - start_ns FROM offcpu_span WHERE open", 90000000);
	sqlite3_close(db);
}

/*
 * Three waits of a poll below a function that waits for a pipe: in a call for any file, in one for
 * the disk, and in no call. The first alone is for the pipe.
 */
static void a_stack_may_tell_better_than_its_call_what_it_waits_for(void **state)
{
	struct hud_offcpu wait = {
		.head = {HUD_OFFCPU, 0, sizeof(wait)},
		.tid = 11,
		.where = HUD_WHERE_POLL,
		.poll_ns = BEGIN_NS + 10000000,
	};
	struct hud_poll poll = {
		.head = {HUD_POLL, 0, sizeof(poll)},
		.start_min_ns = BEGIN_NS + 10000000,
		.start_max_ns = BEGIN_NS + 10000000,
		.end_min_ns = BEGIN_NS + 60000000,
		.end_max_ns = BEGIN_NS + 60000000,
		.sleep_ns = 45000000,
		.tid = 11,
		.scheduler = 1,
	};
	static const int32_t calls[] = {SYS_POLL, SYS_FSYNC, HUD_NO_SYSCALL};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	wait.process = poll.process = s.process;
	wait.user_stack = s.stack[PIPE];
	for (int i = 0; i < 3; i++) {
		wait.start_ns = BEGIN_NS + 10000000 + (uint64_t)i * 17000000;
		wait.end_ns = wait.start_ns + 15000000;
		wait.syscall = calls[i];
		scene_event(&s, &wait);
	}
	scene_event(&s, &poll);
	db = scene_load(&s, 100000);
	assert_text(db,
		    "SELECT group_concat(cause) FROM (SELECT cause FROM offcpu_span ORDER BY id)",
		    "pipe,file-io,page-fault");
	assert_text(db,
		    "SELECT group_concat(part, ', ') FROM (SELECT s.cause || ' ' || "
		    "(sum(p.wall_ns) / 1000000) AS part FROM slice AS p JOIN site AS s "
		    "ON s.id = p.site WHERE s.function = 'demo::piper::read' "
		    "GROUP BY s.id ORDER BY s.cause)",
		    "file-io 15, page-fault 15, pipe 15");
	sqlite3_close(db);
}

/* Each chunk has one. That of the last two chunks is impossible, and refused. */
static void of_several_sessions_the_last_holds(void **state)
{
	struct hud_session session = {
		.head = {HUD_SESSION, 0, sizeof(session)},
		.start_ns = BEGIN_NS,
		.threshold_ns = 7000000,
		.sample_hz = 200,
		.machine = 62,
	};
	struct hud_session impossible = session;
	struct scene s;
	sqlite3 *db;

	(void)state;
	impossible.start_ns = UINT64_MAX;
	scene_begin(&s, 1);
	for (size_t i = 0; i < 3; i++) {
		scene_span(&s, block(i * 30000, i * 30000 + 20000));
		assert_int_equal(capture_writer_flush(s.writer), 0);
		assert_int_equal(capture_writer_session(s.writer, i ? &impossible : &session), 0);
	}
	db = scene_load(&s, 100000);
	assert_number(db, "SELECT threshold_ns FROM capture", 7000000);
	assert_number(db, "SELECT sample_hz FROM capture", 200);
	assert_number(db, LOST("record-invalid"), 2);
	sqlite3_close(db);
}

static void a_capture_without_end_is_truncated(void **state)
{
	struct scene s;
	sqlite3 *db = database_empty();

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s, block(0, 20000));
	scene_end(&s, 0, false);
	assert_int_equal(scene_ingest(&s, db), 0);
	assert_number(db, "SELECT truncated AND end_reason IS NULL FROM capture", 1);
	scene_free(&s);
	sqlite3_close(db);
}

static void noise_is_refused_as_no_capture(void **state)
{
	uint8_t noise[5000];
	struct scene s = {.data = noise, .size = sizeof(noise)};
	sqlite3 *db = database_empty();

	(void)state;
	memset(noise, 0x5a, sizeof(noise));
	assert_int_equal(scene_ingest(&s, db), -EBADMSG);
	assert_number(db, "SELECT count(*) FROM capture", 0);
	sqlite3_close(db);
}

static void times_that_go_backward_are_lost_and_counted(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s, block(50000, 20000));
	scene_sample(&s, 11, 1000, 5000, HASH);
	scene_window(&s, 11, 9000, 1000, 0, 0, 0);
	scene_span(&s, block(60000, 80000));
	db = scene_load(&s, 100000);
	assert_number(db, LOST("clock-backward"), 3);
	assert_number(db, SPANS, 1);
	sqlite3_close(db);
}

static void absurd_times_are_lost_and_counted(void **state)
{
	static const uint64_t absurd[] = {0, 1, UINT64_MAX, INT64_MAX, UINT64_C(1) << 62};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (size_t i = 0; i < sizeof(absurd) / sizeof(*absurd); i++) {
		struct hud_offcpu span = {.head = {HUD_OFFCPU, 0, sizeof(span)},
					  .start_ns = BEGIN_NS,
					  .end_ns = absurd[i],
					  .process = s.process,
					  .tid = 11};

		scene_event(&s, &span);
	}
	scene_span(&s, block(60000, 80000));
	db = scene_load(&s, 100000);
	assert_number(db, LOST("record-invalid") " OR cause = 'clock-backward'",
		      sizeof(absurd) / sizeof(*absurd));
	assert_number(db, SPANS, 1);
	sqlite3_close(db);
}

/* Random numbers, the same in each run. */
static uint64_t noise(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* A time: mostly within the recording, sometimes absurd. */
static uint64_t some_time(uint64_t *seed)
{
	uint64_t n = noise(seed);

	return n % 50 ? BEGIN_NS + n % 3000000000 : n;
}

static void some_record(struct scene *s, uint64_t *seed)
{
	static const uint32_t tids[] = {11, 12, 13, 20};
	uint32_t tid = tids[noise(seed) % 4], stack = s->stack[noise(seed) % FAKE_STACKS];
	struct hud_offcpu span = {.head = {HUD_OFFCPU, 0, sizeof(span)},
				  .start_ns = some_time(seed),
				  .end_ns = some_time(seed),
				  .wakeup_ns = some_time(seed),
				  .process = s->process,
				  .tid = tid,
				  .user_stack = stack,
				  .syscall = (int32_t)(noise(seed) % 6) - 1,
				  .offcpu_flags = (uint32_t)noise(seed) % 32,
				  .waker_tid = 20,
				  .waker_process = s->process,
				  .waker_stack = stack};
	struct hud_sample sample = {.head = {HUD_SAMPLE, 0, sizeof(sample)},
				    .time_ns = some_time(seed),
				    .awake_ns = BEGIN_NS,
				    .waited_ns = noise(seed) % 9 ? 0 : noise(seed),
				    .process = s->process,
				    .tid = tid,
				    .user_stack = stack,
				    .syscall = -1};
	struct hud_window window = {.head = {HUD_WINDOW, 0, sizeof(window)},
				    .start_ns = some_time(seed),
				    .end_ns = some_time(seed),
				    .process = s->process,
				    .tid = tid,
				    .cpu_ns = some_time(seed) - BEGIN_NS,
				    .sleep_ns = noise(seed) % 100000000};
	const void *const records[] = {&span, &sample, &window};

	scene_event(s, records[noise(seed) % 3]);
}

static void a_forged_capture_loads_without_harm(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct scene s;
		sqlite3 *db;
		uint64_t random = seed * 0x9E3779B97F4A7C15u;

		scene_begin(&s, (uint8_t)seed);
		for (int i = 0; i < 400; i++)
			some_record(&s, &random);
		db = scene_load(&s, 3000000);
		assert_number(db, "SELECT count(*) FROM pragma_foreign_key_check", 0);
		assert_number(db,
			      "SELECT count(*) FROM worker WHERE poll_cpu_ns + poll_offcpu_ns + "
			      "run_queue_ns + parked_ns + runtime_ns + unknown_ns <> wall_ns",
			      0);
		assert_number(db,
			      "SELECT count(*) FROM worker WHERE min(poll_cpu_ns, poll_offcpu_ns, "
			      "run_queue_ns, parked_ns, runtime_ns, unknown_ns) < 0",
			      0);
		assert_number(db,
			      "SELECT (SELECT total(wall_ns) FROM slice) = "
			      "(SELECT total(wall_ns) FROM blocking_poll)",
			      1);
		assert_number(db, "SELECT count(*) FROM verdict", 1);
		sqlite3_close(db);
	}
}

static void damage_of_any_byte_is_survived(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, 1);
	scene_everything(&s);
	scene_end(&s, 200000, true);
	for (size_t at = 0; at < s.size; at += 7) {
		sqlite3 *db = database_empty();
		int err;

		s.data[at] ^= 0x40;
		err = scene_ingest(&s, db);
		assert_true(err == 0 || err == -EBADMSG || err == -ENODATA || err == -EPROTO);
		s.data[at] ^= 0x40;
		sqlite3_close(db);
	}
	scene_free(&s);
}

static void names_have_no_control_characters(void **state)
{
	struct scene s;
	struct hud_thread thread = {.tid = 20, .from_ns = BEGIN_NS + 5};
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	thread.process = s.process;
	thread.comm = (uint32_t)capture_writer_string(s.writer, "a\033[2J\n\xff\xc3\xa9");
	assert_int_equal(capture_writer_thread(s.writer, &thread), 0);
	scene_span(&s, (struct span) {.tid = 20, .from = 0, .to = 9000, .stack = OTHER});
	db = scene_load(&s, 100000);
	assert_text(db, "SELECT comm FROM thread WHERE tid = 20",
		    "a\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9");
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reference_between_rows_resolves),
		cmocka_unit_test(every_event_of_another_time_is_refused),
		cmocka_unit_test(loading_twice_is_refused),
		cmocka_unit_test(a_stream_that_fails_late_changes_nothing),
		cmocka_unit_test(two_captures_in_one_stream_are_two),
		cmocka_unit_test(a_chunk_that_comes_twice_is_read_once),
		cmocka_unit_test(an_open_span_is_replaced_by_its_end),
		cmocka_unit_test(an_open_window_is_replaced_by_its_later_records),
		cmocka_unit_test(the_last_record_of_an_open_span_holds),
		cmocka_unit_test(a_stack_may_tell_better_than_its_call_what_it_waits_for),
		cmocka_unit_test(of_several_sessions_the_last_holds),
		cmocka_unit_test(a_capture_without_end_is_truncated),
		cmocka_unit_test(noise_is_refused_as_no_capture),
		cmocka_unit_test(times_that_go_backward_are_lost_and_counted),
		cmocka_unit_test(absurd_times_are_lost_and_counted),
		cmocka_unit_test(a_forged_capture_loads_without_harm),
		cmocka_unit_test(damage_of_any_byte_is_survived),
		cmocka_unit_test(names_have_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
