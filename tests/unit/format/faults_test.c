/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whichever call of the C library fails, captures, plans and files are written, or an error is
 * returned; nothing is left behind, in memory or under a final name.
 */
#include "format/base/new_file.h"
#include "format/plan/plan.h"
#include "format/wire/events.h"
#include "tests/unit/fixture/faults.h"
#include "tests/unit/fixture/format_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CALLS_MAX = 100000 };

typedef void faults_beginner(enum fault fault, uint64_t nth, int error);

/* Fails the first call, then the second and so on, until all succeed. Returns how often. */
static uint64_t fail_by(faults_beginner *begin, enum fault fault, int error, int (*attempt)(void *),
			void (*assert_done)(void *), void *context)
{
	for (uint64_t n = 1; n < CALLS_MAX; n++) {
		int64_t allocated = faults_allocated();
		bool failed;
		int err;

		begin(fault, n, error);
		err = attempt(context);
		failed = faults_end();
		if (faults_allocated() != allocated)
			fail_msg("call %u: %d allocations are left", (unsigned)n,
				 (int)(faults_allocated() - allocated));
		if (!err && assert_done)
			assert_done(context);
		if (!failed) {
			assert_int_equal(err, 0);
			return n - 1;
		}
		/* An error, or it could do without. */
		assert_true(err <= 0);
	}
	fail_msg("it does not end");
	return 0;
}

/*
 * With all calls from that one on, and with that one alone. An attempt that succeeds has done all
 * that it does without a fault: `assert_done`, or itself, asserts that. Returns how often it
 * failed.
 */
static uint64_t fail_each(enum fault fault, int error, int (*attempt)(void *),
			  void (*assert_done)(void *), void *context)
{
	assert_int_equal(attempt(context), 0); /* what is allocated once and kept, is now */
	fail_by(faults_begin_once, fault, error, attempt, assert_done, context);
	return fail_by(faults_begin, fault, error, attempt, assert_done, context);
}

/* What an attempt has done, and what the first one had. */
struct done {
	const struct bytes *capture;
	uint64_t sum, expected; /* of the types of records */
	uint8_t written[1 << 16];
	size_t bytes;
};

static void assert_all_done(struct done *d)
{
	assert_true(d->sum > 0);
	if (!d->expected)
		d->expected = d->sum;
	assert_int_equal(d->sum, d->expected);
}

static int records_read(struct done *d, const void *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	const struct hud_record *record;
	struct capture_reader *r;
	int err = capture_reader_open(supply_read, &supply, &r);

	if (err)
		return err;
	d->sum = 0;
	while (!(err = capture_reader_next(r, &record)) && record)
		d->sum = d->sum * 31 + record->type;
	capture_reader_close(r);
	return err;
}

/* Keeps what is written, without a call that may be made to fail. */
static int sink_keep(void *context, const void *data, size_t bytes)
{
	struct done *d = context;

	assert_true(bytes <= sizeof(d->written) - d->bytes);
	memcpy(d->written + d->bytes, data, bytes);
	d->bytes += bytes;
	return 0;
}

static void assert_written(void *context)
{
	struct done *d = context;

	assert_int_equal(records_read(d, d->written, d->bytes), 0);
	assert_all_done(d);
}

static int spans_write(struct capture_writer *w)
{
	const struct hud_session session = {.threshold_ns = 5000000};
	const struct hud_process process = {.pid = 1};
	uint64_t address[] = {0x1000, 0x2000};
	struct hud_offcpu span = {.head = {HUD_OFFCPU, 0, sizeof(span)}, .end_ns = 9, .tid = 3};
	int64_t id = capture_writer_session(w, &session);
	struct hud_mapping mapping = {.start = 0x1000, .end = 0x9000};

	if (id < 0)
		return (int)id;
	id = capture_writer_process(w, &process);
	if (id < 0)
		return (int)id;
	span.process = mapping.process = (uint32_t)id;
	id = capture_writer_string(w, "/srv/app");
	if (id < 0)
		return (int)id;
	mapping.path = (uint32_t)id;
	id = capture_writer_mapping(w, &mapping);
	for (uint64_t i = 0; id >= 0 && i < 200; i++) {
		address[0] = 0x1000 + i;
		id = capture_writer_user_stack(w, span.process, address, 2, HUD_STOP_END, 0);
		if (id < 0)
			break;
		span.user_stack = (uint32_t)id;
		id = capture_writer_event(w, &span.head);
	}
	return id < 0 ? (int)id : 0;
}

static int capture_write(void *context)
{
	struct done *d = context;
	const struct capture_writer_options options = {
		.sink = sink_keep, .sink_context = d, .chunk_bytes = 4096};
	struct capture_writer *w;
	int err, closed;

	d->bytes = 0;
	err = capture_writer_open(&options, &w);
	if (err)
		return err;
	err = spans_write(w);
	closed = capture_writer_close(w);
	return err ? err : closed;
}

static int capture_read(void *context)
{
	struct done *d = context;

	return records_read(d, d->capture->data, d->capture->size);
}

static void assert_read(void *context)
{
	assert_all_done(context);
}

static int plan_write_and_read(void *context)
{
	static const struct hud_plan_segment segment = {.address = 0x1000, .bytes = 0x1000};
	struct plan plan = {.segment = &segment, .segments = 1}, again;
	size_t bytes;
	void *data;
	int err = plan_serialize(&plan, &data, &bytes);

	(void)context;
	if (err)
		return err;
	err = plan_parse(data, bytes, &again);
	if (!err) {
		assert_int_equal(again.segments, 1);
		plan_free(&again);
	}
	free(data);
	return err;
}

static void without_memory_there_is_an_error_and_no_leak(void **state)
{
	struct bytes capture = {0};
	static struct done written, read;

	(void)state;
	if (!faults_possible())
		skip();
	make_capture(&capture, 1, 3, 3, NULL);
	read.capture = &capture;
	assert_true(fail_each(FAULT_MALLOC, ENOMEM, capture_write, assert_written, &written) >= 10);
	assert_true(fail_each(FAULT_MALLOC, ENOMEM, capture_read, assert_read, &read) >= 3);
	assert_true(fail_each(FAULT_MALLOC, ENOMEM, plan_write_and_read, NULL, NULL) >= 3);
	bytes_free(&capture);
}

/* A file of two writes, with fsync. -EEXIST: it failed, and there is a file of its name. */
static int file_write(void *context)
{
	const char *path = context;
	static const char text[] = "all of it";
	struct new_file f;
	struct stat st;
	int err = new_file_open(&f, AT_FDCWD, path, NEW_FILE_PRIVATE, 0600);

	unlink(path);
	if (err)
		return err;
	err = new_file_write(&f, text, sizeof(text));
	if (!err)
		err = new_file_write(&f, text, sizeof(text));
	if (!err)
		err = new_file_sync(&f);
	err = new_file_close(&f, err);
	if (err && (!access(path, F_OK) || !access(f.partial, F_OK)))
		fail_msg("%s, and a file is left", strerror(-err));
	if (!err && (stat(path, &st) || st.st_size != 2 * sizeof(text)))
		fail_msg("no error, and not all of it is there");
	return err;
}

static void a_file_that_cannot_be_written_never_gets_its_name(void **state)
{
	static const int errors[] = {ENOSPC, EIO, EDQUOT};
	char path[] = "/tmp/hud-faults-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		assert_int_equal(fail_each(FAULT_WRITE, errors[i], file_write, NULL, path), 2);
		assert_int_equal(fail_each(FAULT_SYNC, errors[i], file_write, NULL, path), 1);
	}
	faults_begin(FAULT_SHORT, 1, 0);
	assert_int_equal(file_write(path), 0);
	assert_true(faults_end());
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
		cmocka_unit_test(a_file_that_cannot_be_written_never_gets_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
