/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/polls_fixture.h"

#include "format/plan/plan.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"

/* From where it is known where a runtime keeps its state: learned, not known, or withdrawn. */

#define END_US UINT64_C(1000000)

static void poll_and_park(struct scene *s)
{
	struct hud_window window = {
		.head = {HUD_WINDOW, 0, sizeof(window)},
		.start_ns = BEGIN_NS,
		.end_ns = BEGIN_NS + 100000000,
		.process = s->process,
		.tid = 11,
		.cpu_ns = 20000000,
		.sleep_ns = 10000000,
		.parked_ns = 70000000,
	};
	struct hud_sample sample = {
		.head = {HUD_SAMPLE, 0, sizeof(sample)},
		.time_ns = BEGIN_NS + 11000000,
		.awake_ns = BEGIN_NS + 11000000,
		.process = s->process,
		.tid = 11,
		.user_stack = s->stack[TINY],
		.syscall = HUD_NO_SYSCALL,
		.where = HUD_WHERE_POLL,
	};

	scene_event(s, &window);
	scene_event(s, &sample);
}

static sqlite3 *layouts_load(const struct hud_layout *layouts, size_t count)
{
	struct scene s;

	scene_begin(&s, 1);
	poll_and_park(&s);
	for (size_t i = 0; i < count; i++) {
		struct hud_layout one = layouts[i];

		one.head = (struct hud_record) {HUD_LAYOUT, 0, sizeof(one)};
		one.process = s.process;
		one.time_ns = BEGIN_NS + (i + 1) * 1000000;
		scene_event(&s, &one);
	}
	return scene_load(&s, END_US);
}

/* Thread 11 sleeps before the first layout: 40 ms in epoll_wait, 10 ms in futex; no stack helps. */
static void sleep_early(struct scene *s, enum fake_syscall syscall, uint64_t from, uint64_t to)
{
	scene_span(s, (struct span) {11, from, to, to - 10, UNKNOWN, syscall, 0, 0, NO_STACK});
}

static sqlite3 *early_load(uint32_t layout_flags)
{
	struct hud_layout layout = {
		.head = {HUD_LAYOUT, 0, sizeof(layout)},
		.time_ns = BEGIN_NS + 60000000,
		.layout_source =
			layout_flags & HUD_LAYOUT_WITHDRAWN ? HUD_LAYOUT_NONE : HUD_LAYOUT_LEARNED,
		.layout_flags = layout_flags,
	};
	struct scene s;

	scene_begin(&s, 1);
	sleep_early(&s, SYS_EPOLL_WAIT, 1000, 41000);
	sleep_early(&s, SYS_FUTEX, 45000, 55000);
	sleep_early(&s, SYS_EPOLL_WAIT, 65000, 75000);
	poll_and_park(&s);
	layout.process = s.process;
	scene_event(&s, &layout);
	return scene_load(&s, END_US);
}

#define LAYOUTS(...)                                                                               \
	layouts_load((struct hud_layout[]) {__VA_ARGS__},                                          \
		     sizeof((struct hud_layout[]) {__VA_ARGS__}) / sizeof(struct hud_layout))

#define SENTENCE "SELECT sentence FROM runtime_layouts"
#define REMEDY "SELECT remedy FROM runtime_layouts"

static void what_was_learned_says_by_how_much(void **state)
{
	sqlite3 *db = LAYOUTS({.layout_source = HUD_LAYOUT_LEARNED,
			       .layout_flags = HUD_LAYOUT_TASK | HUD_LAYOUT_TICK,
			       .parks = 448,
			       .polls = 440,
			       .took_ns = 1240000000});

	(void)state;
	assert_text(db, SENTENCE,
		    "where its workers keep their state was learned in 1.2 s: 448 parks and 440 "
		    "polls agree");
	assert_number(db, "SELECT remedy IS NULL FROM runtime_layouts", 1);
	assert_text(db, "SELECT source FROM process_source", "passive");
	sqlite3_close(db);
	db = LAYOUTS({.layout_source = HUD_LAYOUT_LEARNED,
		      .layout_flags = HUD_LAYOUT_TASK | HUD_LAYOUT_EARLIER});
	assert_text(db, SENTENCE,
		    "where its workers keep their state was learned in an earlier recording");
	assert_text(db, REMEDY,
		    "of some of its workers several short polls may look like one: their polls are "
		    "upper bounds");
	sqlite3_close(db);
}

static void what_could_not_be_learned_says_why_and_what_to_do(void **state)
{
	sqlite3 *db = LAYOUTS({.reason = HUD_LEARN_FEW_POLLS});

	(void)state;
	assert_text(db, SENTENCE,
		    "where its workers keep their state could not be learned: too few polls were "
		    "seen");
	assert_text(db, REMEDY,
		    "record it for longer, while it has work to do; or record a build with debug "
		    "information");
	sqlite3_close(db);
}

/* Its workers park in futexes: recording it for longer would show nothing else. */
static void without_a_driver_the_next_step_is_another_build(void **state)
{
	sqlite3 *db = LAYOUTS({.reason = HUD_LEARN_NO_DRIVER});

	(void)state;
	assert_text(db, "SELECT remedy FROM runtime_layouts",
		    "record a build with debug information, or one whose runtime has the I/O "
		    "driver (enable_io or enable_all)");
	sqlite3_close(db);
}

static void debug_information_needs_no_sentence(void **state)
{
	sqlite3 *db = LAYOUTS({.layout_source = HUD_LAYOUT_DEBUG});

	(void)state;
	assert_number(db, "SELECT sentence IS NULL AND remedy IS NULL FROM runtime_layouts", 1);
	sqlite3_close(db);
}

static void the_last_of_a_process_holds(void **state)
{
	sqlite3 *db =
		LAYOUTS({.layout_source = HUD_LAYOUT_TABLE}, {.layout_source = HUD_LAYOUT_LEARNED});

	(void)state;
	assert_text(db, "SELECT source FROM runtime_layouts", "learned");
	assert_number(db, "SELECT count(*) FROM runtime_layouts", 1);
	sqlite3_close(db);
}

static void object_add(struct scene *s, uint32_t number, const char *path)
{
	struct hud_runtime_object object = {
		.head = {HUD_RUNTIME_OBJECT, 0, sizeof(object)},
		.process = s->process,
		.number = number,
		.path = path ? (uint32_t)capture_writer_string(s->writer, path) : 0,
	};

	scene_event(s, &object);
}

static void layout_add(struct scene *s, struct hud_layout layout)
{
	layout.head = (struct hud_record) {HUD_LAYOUT, 0, sizeof(layout)};
	layout.process = s->process;
	layout.time_ns = BEGIN_NS + 1000000;
	scene_event(s, &layout);
}

/* Of a process with two objects, of which the second, at this path, could not be learned. */
static sqlite3 *two_objects_load(const char *path)
{
	struct scene s;

	scene_begin(&s, 1);
	poll_and_park(&s);
	object_add(&s, 0, "/opt/host");
	object_add(&s, 1, path);
	layout_add(&s, (struct hud_layout) {.layout_source = HUD_LAYOUT_DEBUG});
	layout_add(&s, (struct hud_layout) {.layout_flags = 1 << HUD_LAYOUT_OBJECT_SHIFT,
					    .reason = HUD_LEARN_FEW_POLLS});
	return scene_load(&s, END_US);
}

static void runtimes_in_several_objects_are_told_apart(void **state)
{
	sqlite3 *db = two_objects_load("/opt/demo");

	(void)state;
	assert_text(db,
		    "SELECT group_concat(object || ' ' || source, ', ') FROM (SELECT * FROM "
		    "runtime_layouts ORDER BY object DESC)",
		    "/opt/host debug, /opt/demo none");
	assert_text(db, "SELECT sentence FROM runtime_layouts WHERE source = 'none'",
		    "in demo: where its workers keep their state could not be learned: too few "
		    "polls were seen");
	assert_number(db,
		      "SELECT sentence LIKE '% Not in these figures: what the runtime in demo "
		      "computed in polls, whose state could not be read.' FROM verdict",
		      1);
	sqlite3_close(db);
}

static void a_library_whose_code_is_on_no_stack_has_computed_nothing(void **state)
{
	sqlite3 *db = two_objects_load("/opt/lib/idle.so");

	(void)state;
	assert_number(db, "SELECT sentence LIKE '%Not in these figures%' FROM verdict", 0);
	sqlite3_close(db);
}

static void an_object_without_a_path_is_refused(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	object_add(&s, 0, "/opt/host");
	object_add(&s, 1, NULL);
	db = scene_load(&s, END_US);
	assert_number(db, "SELECT count(*) FROM runtime_object", 1);
	sqlite3_close(db);
}

static void nothing_is_believed_of_what_was_withdrawn(void **state)
{
	sqlite3 *db = LAYOUTS({.layout_source = HUD_LAYOUT_LEARNED});

	(void)state;
	assert_text(db, "SELECT source FROM process_source", "passive");
	assert_number(db, "SELECT sum(parked_ns) FROM thread_window", 70000000);
	sqlite3_close(db);
	db = LAYOUTS({.layout_source = HUD_LAYOUT_LEARNED},
		     {.layout_flags = HUD_LAYOUT_WITHDRAWN, .contradictions = 3},
		     {.layout_source = HUD_LAYOUT_LEARNED});
	assert_text(db, "SELECT source FROM process_source", "stack");
	assert_number(db, "SELECT sum(parked_ns) FROM thread_window", 0);
	assert_number(db, "SELECT sum(sleep_ns) FROM thread_window", 80000000);
	assert_text(db, REMEDY, "its polls and parks are distinguished by stack traces only");
	sqlite3_close(db);
	db = LAYOUTS({.layout_flags = HUD_LAYOUT_WITHDRAWN, .contradictions = 3});
	assert_text(db, SENTENCE,
		    "what was learned of where its workers keep their state was contradicted by 3 "
		    "parks or polls");
	assert_text(db, REMEDY, "its polls and parks are distinguished by stack traces only");
	sqlite3_close(db);
}

#define EARLY                                                                                      \
	"SELECT group_concat(class) FROM (SELECT class FROM observation AS o "                     \
	"WHERE offcpu_span IS NOT NULL AND thread = 1 ORDER BY start_ns)"

static void a_worker_in_epoll_before_its_layout_was_learned_was_parked(void **state)
{
	sqlite3 *db = early_load(0);

	(void)state;
	assert_text(db, EARLY, "park,unknown,unknown");
	sqlite3_close(db);
}

static void what_the_state_said_of_short_sleeps_was_classified(void **state)
{
	sqlite3 *db = early_load(0);

	(void)state;
	/* Of 60 ms in long sleeps 40; and 70 ms in short parks, and a sample of 2.5 ms. */
	assert_text(db, "SELECT printf('%.0f', classified_percent) FROM verdict", "85");
	sqlite3_close(db);
}

static void a_withdrawn_layout_says_nothing_of_the_time_before(void **state)
{
	sqlite3 *db = early_load(HUD_LAYOUT_WITHDRAWN);

	(void)state;
	assert_text(db, EARLY, "unknown,unknown,unknown");
	sqlite3_close(db);
}

static void a_state_in_which_only_parks_were_seen_is_known(void **state)
{
	struct hud_window window = {
		.head = {HUD_WINDOW, 0, sizeof(window)},
		.start_ns = BEGIN_NS,
		.end_ns = BEGIN_NS + END_US * 1000,
		.tid = 11,
		.parked_ns = END_US * 1000,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	window.process = s.process;
	scene_event(&s, &window);
	layout_add(&s, (struct hud_layout) {.layout_source = HUD_LAYOUT_LEARNED});
	db = scene_load(&s, END_US);
	assert_text(db, "SELECT source FROM process_source", "passive");
	assert_text(db, "SELECT source FROM capture", "passive");
	sqlite3_close(db);
}

/* Worker 11 computes for 60 ms. Its layout is known from a time on; later its state is read. */
static sqlite3 *computing_load(uint64_t known_us, bool poll_before)
{
	struct hud_layout layout = {
		.head = {HUD_LAYOUT, 0, sizeof(layout)},
		.time_ns = BEGIN_NS + known_us * 1000,
		.layout_source = HUD_LAYOUT_LEARNED,
		.layout_flags = HUD_LAYOUT_TASK | HUD_LAYOUT_TICK,
	};
	struct hud_sample sample = {
		.head = {HUD_SAMPLE, 0, sizeof(sample)},
		.time_ns = BEGIN_NS + 91000000,
		.awake_ns = BEGIN_NS + 90000000,
		.tid = 11,
		.syscall = HUD_NO_SYSCALL,
		.where = HUD_WHERE_POLL,
	};
	struct scene s;

	scene_begin(&s, 1);
	scene_window(&s, 11, 0, 100000, 70000, 0, 0);
	scene_samples(&s, 11, 1000, 61000, 500, HASH);
	layout.process = sample.process = s.process;
	sample.user_stack = s.stack[TINY];
	scene_event(&s, &sample);
	scene_event(&s, &layout);
	if (poll_before)
		poll_seen(&s, (struct seen) {400, 600, 7, 0, 0, 0});
	return scene_load(&s, END_US);
}

static void what_was_computed_before_the_state_is_known_is_found_by_its_stacks(void **state)
{
	sqlite3 *db = computing_load(40000, false);

	(void)state;
	assert_text(db, "SELECT source FROM process_source", "passive");
	/* Samples from 1 ms to 38.5 ms, and half of the time between two at both ends. */
	assert_text(db,
		    "SELECT group_concat(kind || ' ' || source || ' ' || (wall_ns / 1000)) "
		    "FROM blocking_poll",
		    "cpu stack 39250");
	sqlite3_close(db);
	db = computing_load(100, false);
	assert_number(db, "SELECT count(*) FROM blocking_poll", 0);
	sqlite3_close(db);
	/* What debug information says is used at once, and written down a little later. */
	db = computing_load(40000, true);
	assert_number(db, "SELECT count(*) FROM blocking_poll", 0);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_in_epoll_before_its_layout_was_learned_was_parked),
		cmocka_unit_test(what_the_state_said_of_short_sleeps_was_classified),
		cmocka_unit_test(a_withdrawn_layout_says_nothing_of_the_time_before),
		cmocka_unit_test(what_was_learned_says_by_how_much),
		cmocka_unit_test(what_could_not_be_learned_says_why_and_what_to_do),
		cmocka_unit_test(without_a_driver_the_next_step_is_another_build),
		cmocka_unit_test(debug_information_needs_no_sentence),
		cmocka_unit_test(the_last_of_a_process_holds),
		cmocka_unit_test(runtimes_in_several_objects_are_told_apart),
		cmocka_unit_test(a_library_whose_code_is_on_no_stack_has_computed_nothing),
		cmocka_unit_test(an_object_without_a_path_is_refused),
		cmocka_unit_test(nothing_is_believed_of_what_was_withdrawn),
		cmocka_unit_test(a_state_in_which_only_parks_were_seen_is_known),
		cmocka_unit_test(
			what_was_computed_before_the_state_is_known_is_found_by_its_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
