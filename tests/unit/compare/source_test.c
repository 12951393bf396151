/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/message.h"
#include "analyzer/compare/comparison.h"
#include "analyzer/compare/judge.h"
#include "format/wire/events.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <string.h>

/*
 * How a capture's polls are known is derived from the events. The session record says only what the
 * recorder could do when it began, which is often less when it has just started a command.
 */

/* A process whose samples carry the runtime's own state, or (`confirmed` false) stacks only. */
static void polls_sampled(struct scene *s, bool confirmed)
{
	for (uint64_t at = 10000; at < 60000; at += SAMPLE_US) {
		struct hud_sample record = {
			.head = {HUD_SAMPLE, 0, sizeof(record)},
			.time_ns = BEGIN_NS + at * 1000,
			.awake_ns = BEGIN_NS + 10000 * 1000,
			.process = s->process,
			.tid = 11,
			.user_stack = s->stack[HASH],
			.syscall = HUD_NO_SYSCALL,
			.where = confirmed ? HUD_WHERE_POLL : HUD_WHERE_UNKNOWN,
			.poll_ns = confirmed ? BEGIN_NS + 10000 * 1000 : 0,
			.task = confirmed ? 7 : 0,
		};

		scene_event(s, &record);
	}
}

static sqlite3 *recorded(enum hud_source expected, bool confirmed, bool probes)
{
	struct hud_probes attached = {
		.head = {HUD_PROBES, 0, sizeof(attached)},
		.time_ns = BEGIN_NS,
		.probes_flags = HUD_PROBES_ATTACHED,
		.sites = 1,
	};
	struct scene s;

	scene_begin_expecting(&s, (uint8_t)(1 + expected), expected);
	if (probes)
		scene_event(&s, &attached);
	polls_sampled(&s, confirmed);
	return scene_load(&s, 100000);
}

static void assert_source(enum hud_source expected, bool confirmed, bool probes, const char *source)
{
	sqlite3 *db = recorded(expected, confirmed, probes);

	assert_text(db, "SELECT source FROM capture", source);
	assert_text(db, "SELECT source FROM process_source", source);
	assert_text(db, "SELECT source FROM poll_source", source);
	assert_text(db, "SELECT source FROM capture_summary", source);
	sqlite3_close(db);
}

static void the_source_of_a_capture_is_what_was_confirmed(void **state)
{
	(void)state;
	assert_source(HUD_SOURCE_STACK, true, false, "passive");
	assert_source(HUD_SOURCE_PASSIVE, true, false, "passive");
	assert_source(HUD_SOURCE_PASSIVE, false, false, "stack");
	assert_source(HUD_SOURCE_EXACT, true, false, "passive");
	assert_source(HUD_SOURCE_STACK, true, true, "exact");
	assert_source(HUD_SOURCE_EXACT, true, true, "exact");
}

static void captures_that_only_expected_another_source_are_compared(void **state)
{
	struct input before = {
		.db = recorded(HUD_SOURCE_STACK, true, false), .capture = 1, .captures = 1};
	struct input after = {
		.db = recorded(HUD_SOURCE_PASSIVE, true, false), .capture = 1, .captures = 1};
	struct comparison c;

	(void)state;
	assert_int_equal(comparison_open(&c), STATUS_DONE);
	assert_int_equal(comparison_add_input(&c, BEFORE, &before, false), STATUS_DONE);
	assert_int_equal(comparison_add_input(&c, AFTER, &after, false), STATUS_DONE);
	assert_int_equal(comparison_prepare(&c), STATUS_DONE);
	assert_int_equal(comparison_judge(&c), STATUS_DONE);
	/* A tenth of a second is too short to compare, which is the reason after `source`. */
	assert_string_equal(c.reason, "short");
	comparison_close(&c);
	sqlite3_close(before.db);
	sqlite3_close(after.db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_source_of_a_capture_is_what_was_confirmed),
		cmocka_unit_test(captures_that_only_expected_another_source_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
