/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/live/session.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A stream is taken as it comes: pieces, captures one after another, an end that is too early. */

struct stream {
	int ends[2];
	struct session *session;
};

static void stream_open(struct stream *s)
{
	struct session_options options = {.resolver = &fake_resolver};

	assert_int_equal(pipe(s->ends), 0);
	options.descriptor = s->ends[0];
	options.length_ns = 0; /* all of it */
	assert_int_equal(session_open(&options, &s->session), 0);
}

static void stream_close(struct stream *s)
{
	assert_int_equal(session_close(s->session), 0);
	close(s->ends[0]);
	if (s->ends[1] >= 0)
		close(s->ends[1]);
}

static void give(struct stream *s, const uint8_t *data, size_t bytes)
{
	assert_int_equal(write(s->ends[1], data, bytes), bytes);
}

static void end(struct stream *s)
{
	close(s->ends[1]);
	s->ends[1] = -1;
}

static void everything(struct scene *s, uint8_t id)
{
	scene_begin(s, id);
	scene_everything(s);
	scene_end(s, 200000, true);
}

static int64_t number(struct stream *s, const char *sql)
{
	return database_number(session_database(s->session), sql, -1);
}

static void it_never_waits(void **state)
{
	struct scene scene;
	struct stream s;

	(void)state;
	everything(&scene, 1);
	stream_open(&s);
	assert_int_equal(session_next(s.session), SESSION_WAIT);
	assert_int_equal(session_derive(s.session), -EAGAIN);
	give(&s, scene.data, scene.size / 2);
	assert_int_equal(session_next(s.session), SESSION_WAIT);
	assert_int_equal(session_derive(s.session), -EAGAIN);
	give(&s, scene.data + scene.size / 2, scene.size - scene.size / 2);
	assert_int_equal(session_next(s.session), SESSION_WAIT);
	assert_int_equal(session_derive(s.session), 0);
	assert_int_equal(number(&s, "SELECT count(*) FROM offcpu_span"), 12);
	end(&s);
	assert_int_equal(session_next(s.session), SESSION_END);
	assert_false(session_state(s.session).cut);
	stream_close(&s);
	scene_free(&scene);
}

static void each_capture_is_by_itself(void **state)
{
	struct scene first, second;
	struct stream s;

	(void)state;
	everything(&first, 1);
	scene_begin(&second, 2);
	scene_span(&second, (struct span) {.tid = 11,
					   .from = 10000,
					   .to = 40000,
					   .stack = NAP,
					   .syscall = SYS_NANOSLEEP});
	scene_end(&second, 100000, true);
	stream_open(&s);
	give(&s, first.data, first.size);
	give(&s, second.data, second.size);
	assert_int_equal(session_next(s.session), SESSION_CHUNK);
	assert_true(session_state(s.session).another);
	assert_int_equal(session_derive(s.session), 0);
	assert_int_equal(number(&s, "SELECT count(*) FROM offcpu_span"), 12);
	end(&s);
	assert_int_equal(session_next(s.session), SESSION_END);
	assert_int_equal(session_state(s.session).captures, 2);
	assert_int_equal(session_derive(s.session), 0);
	assert_int_equal(number(&s, "SELECT count(*) FROM offcpu_span"), 1);
	assert_int_equal(number(&s, "SELECT count(*) FROM capture"), 1);
	stream_close(&s);
	scene_free(&first);
	scene_free(&second);
}

static void an_early_end_is_a_cut(void **state)
{
	struct scene scene;
	struct stream s;

	(void)state;
	scene_begin(&scene, 1);
	scene_everything(&scene);
	scene_end(&scene, 200000, false);
	stream_open(&s);
	give(&s, scene.data, scene.size);
	end(&s);
	assert_int_equal(session_next(s.session), SESSION_END);
	assert_true(session_state(s.session).cut);
	assert_int_equal(session_derive(s.session), 0);
	assert_int_equal(number(&s, "SELECT count(*) FROM offcpu_span"), 12);
	stream_close(&s);
	scene_free(&scene);
}

static void what_is_no_capture_fails(void **state)
{
	static const uint8_t text[] = "this is no capture, whatever it is";
	struct stream s;

	(void)state;
	stream_open(&s);
	give(&s, text, sizeof(text));
	end(&s);
	assert_int_equal(session_next(s.session), SESSION_FAILED);
	assert_int_equal(session_state(s.session).error, -EBADMSG);
	assert_int_equal(session_next(s.session), SESSION_FAILED);
	stream_close(&s);
}

static void what_is_held_comes_later(void **state)
{
	struct scene scene;
	struct stream s;

	(void)state;
	everything(&scene, 1);
	stream_open(&s);
	give(&s, scene.data, scene.size / 2);
	assert_true(session_hold(s.session));
	give(&s, scene.data + scene.size / 2, scene.size - scene.size / 2);
	assert_true(session_hold(s.session));
	assert_true(session_hold(s.session)); /* nothing there */
	assert_int_equal(session_derive(s.session), -EAGAIN);
	end(&s);
	assert_int_equal(session_next(s.session), SESSION_END);
	assert_int_equal(session_derive(s.session), 0);
	assert_int_equal(number(&s, "SELECT count(*) FROM offcpu_span"), 12);
	stream_close(&s);
	scene_free(&scene);
}

static void a_pipe_cannot_be_sought_in(void **state)
{
	struct stream s;

	(void)state;
	stream_open(&s);
	assert_int_equal(session_seek(s.session, 0), -ESPIPE);
	stream_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_never_waits),
		cmocka_unit_test(each_capture_is_by_itself),
		cmocka_unit_test(an_early_end_is_a_cut),
		cmocka_unit_test(what_is_no_capture_fails),
		cmocka_unit_test(what_is_held_comes_later),
		cmocka_unit_test(a_pipe_cannot_be_sought_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
