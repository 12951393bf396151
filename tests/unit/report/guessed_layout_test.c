/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "tests/unit/fixture/analysis_fixture.h"

/* A layout of the runtime's state that was guessed, not read from debug information. */

#define END_US UINT64_C(1000000)

static uint64_t at_ns(uint64_t us)
{
	return BEGIN_NS + us * 1000;
}

/* What the runtime's state showed of thread 11 at a moment, and what its stack shows. */
static void observed(struct scene *s, uint64_t at, enum hud_where where, enum fake_stack stack,
		     uint32_t flags)
{
	struct hud_sample record = {
		.head = {HUD_SAMPLE, 0, sizeof(record)},
		.time_ns = at_ns(at),
		.awake_ns = at_ns(at),
		.process = s->process,
		.tid = 11,
		.user_stack = s->stack[stack],
		.syscall = HUD_NO_SYSCALL,
		.sample_flags = flags,
		.where = where,
	};

	scene_event(s, &record);
}

static void observation(struct scene *s, uint64_t at, enum hud_where where, enum fake_stack stack)
{
	observed(s, at, where, stack, HUD_SAMPLE_UNSURE);
}

static void layout(struct scene *s, uint64_t at, enum hud_layout_source source)
{
	struct hud_layout record = {
		.head = {HUD_LAYOUT, 0, sizeof(record)},
		.time_ns = at_ns(at),
		.process = s->process,
		.layout_source = source,
		.layout_flags = HUD_LAYOUT_TASK | HUD_LAYOUT_TICK,
		.parks = source == HUD_LAYOUT_LEARNED ? 32 : 0,
		.polls = source == HUD_LAYOUT_LEARNED ? 32 : 0,
	};

	scene_event(s, &record);
}

/* Windows of 100 ms: 20 on the CPU, 80 in short sleeps; 70 of these parked, if the guess holds. */
static void windows(struct scene *s)
{
	for (uint64_t us = 0; us < END_US; us += 100000) {
		struct hud_window record = {
			.head = {HUD_WINDOW, 0, sizeof(record)},
			.start_ns = at_ns(us),
			.end_ns = at_ns(us + 100000),
			.process = s->process,
			.tid = 11,
			.cpu_ns = 20000000,
			.sleep_ns = 80000000,
			.maybe_parked_ns = 70000000,
		};

		scene_event(s, &record);
	}
}

/* `each` observations of parks and of polls; `denied` more whose stacks contradict the state. */
static sqlite3 *guess_load(unsigned each, unsigned denied)
{
	struct scene s;

	scene_begin(&s, 1);
	windows(&s);
	for (unsigned i = 0; i < each; i++) {
		observation(&s, 10000 + 2000 * i, HUD_WHERE_PARK, PARK);
		observation(&s, 11000 + 2000 * i, HUD_WHERE_POLL, TINY);
	}
	for (unsigned i = 0; i < denied; i++)
		observation(&s, 700000 + 2000 * i, HUD_WHERE_PARK, NAP);
	return scene_load(&s, END_US);
}

static void a_guessed_layout_that_stacks_confirm_gives_short_parks(void **state)
{
	sqlite3 *db = guess_load(20, 0);

	(void)state;
	assert_text(db, "SELECT source FROM process_source", "passive");
	assert_number(db, "SELECT parked_ns FROM worker WHERE thread = 1", 700000000);
	assert_number(db, "SELECT sum(sleep_ns) FROM thread_window", 100000000);
	sqlite3_close(db);
}

static void a_guessed_layout_that_stacks_contradict_is_not_used(void **state)
{
	sqlite3 *db = guess_load(20, 20);

	(void)state;
	assert_text(db, "SELECT source FROM process_source", "stack");
	assert_number(db, "SELECT sum(parked_ns) FROM worker", 0);
	assert_number(db, "SELECT sum(sleep_ns) FROM thread_window", 800000000);
	sqlite3_close(db);
}

static void a_guessed_layout_with_few_observations_is_not_used(void **state)
{
	sqlite3 *db = guess_load(3, 0);

	(void)state;
	assert_text(db, "SELECT source FROM process_source", "stack");
	assert_number(db, "SELECT sum(sleep_ns) FROM thread_window", 800000000);
	sqlite3_close(db);
}

/* Until half a second the guess said that polls are parks; then the layout was learned. */
static void a_wrong_guess_does_not_spoil_what_was_learned(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	windows(&s);
	layout(&s, 0, HUD_LAYOUT_TABLE);
	for (unsigned i = 0; i < 30; i++)
		observation(&s, 10000 + 2000 * i, HUD_WHERE_PARK, NAP);
	layout(&s, 500000, HUD_LAYOUT_LEARNED);
	for (unsigned i = 0; i < 30; i++) {
		observed(&s, 600000 + 2000 * i, HUD_WHERE_PARK, PARK, 0);
		observed(&s, 601000 + 2000 * i, HUD_WHERE_POLL, TINY, 0);
	}
	db = scene_load(&s, END_US);
	assert_text(db, "SELECT source FROM process_source", "passive");
	assert_number(db, "SELECT count(*) FROM main.sample WHERE runtime_state = 'park'", 30);
	assert_number(db, "SELECT contradicting FROM process_source", 0);
	assert_number(db, "SELECT sum(maybe_parked_ns) FROM thread_window", 0);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guessed_layout_that_stacks_confirm_gives_short_parks),
		cmocka_unit_test(a_guessed_layout_that_stacks_contradict_is_not_used),
		cmocka_unit_test(a_guessed_layout_with_few_observations_is_not_used),
		cmocka_unit_test(a_wrong_guess_does_not_spoil_what_was_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
