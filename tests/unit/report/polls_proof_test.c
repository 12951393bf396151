/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "tests/unit/fixture/polls_fixture.h"

/* What speaks for a poll that blocked, and what is counted as unproven. */

#define COUNT "SELECT count(*) FROM blocking_poll"

static void a_poll_that_may_have_been_short_does_not_block(void **state)
{
	struct scene s;
	struct hud_poll record = {
		.head = {HUD_POLL, 0, sizeof(record)},
		.start_min_ns = at_ns(10000),
		.start_max_ns = at_ns(25000),
		.end_min_ns = at_ns(45000),
		.end_max_ns = at_ns(46000),
		.task = 7,
		.run_queue_ns = 19000000,
		.tid = 11,
		.scheduler = 1,
	};
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	record.process = s.process;
	scene_event(&s, &record);
	sample_in_poll(&s, 75000, 70000, 8, HASH);
	poll_seen(&s, (struct seen) {70000, 80000, 8, 0, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 1);
	assert_number(db, "SELECT task_id FROM poll JOIN blocking_poll AS b ON b.poll = poll.id",
		      8);
	sqlite3_close(db);
}

static void a_poll_that_may_be_several_is_counted_as_unproven_and_does_not_block(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 15000, 10000, 7, TINY);
	poll_seen(&s, (struct seen) {10000, 30000, 7, 0, 0, HUD_POLL_UPPER_BOUND});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 0);
	assert_number(db, "SELECT unproven_runs FROM limits", 1);
	assert_number(db, "SELECT unproven_cpu_ns FROM limits", 19990000);
	/* A fifth of the worker's time: the verdict says so. */
	assert_number(db, "SELECT undecided_ns FROM verdict", 19990000);
	assert_number(db,
		      "SELECT sentence GLOB '* Not decided: 20.0 ms on the CPU may be one long "
		      "poll or many short ones.' FROM verdict",
		      1);
	sqlite3_close(db);
}

static void layout_learned(struct scene *s, uint64_t us, uint32_t flags)
{
	struct hud_layout record = {
		.head = {HUD_LAYOUT, 0, sizeof(record)},
		.time_ns = BEGIN_NS + us * 1000,
		.process = s->process,
		.layout_source = HUD_LAYOUT_LEARNED,
		.layout_flags = flags,
		.parks = 64,
		.polls = 64,
	};

	scene_event(s, &record);
}

/* Without the tick of the loop all polls between two parks are one record. */
static void where_no_tick_tells_polls_apart_samples_do(void **state)
{
	static const struct {
		uint32_t flags;
		uint64_t tick_us; /* when that is learned; 0: never */
		int64_t blocking, unproven;
		bool guessed; /* with a tick, before that */
	} cases[] = {{0, 0, 1, 0, false},    {0, 80000, 1, 0, false},
		     {0, 5000, 0, 1, false}, {HUD_LAYOUT_TICK, 0, 0, 1, false},
		     {0, 0, 1, 0, true},     {0, 5000, 0, 1, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		if (cases[i].guessed)
			layout_learned(&s, 500, HUD_LAYOUT_TICK);
		layout_learned(&s, 1000, cases[i].flags);
		if (cases[i].tick_us)
			layout_learned(&s, cases[i].tick_us, HUD_LAYOUT_TICK);
		for (uint64_t us = 12000; us < 50000; us += 4000)
			sample_in_poll(&s, us, 10000, 0, NAP);
		poll_seen(&s, (struct seen) {10000, 50000, 0, 0, 0, HUD_POLL_UPPER_BOUND});
		db = scene_load(&s, 100000);
		assert_number(db, "SELECT count(*) FROM blocking_poll WHERE kind = 'cpu'",
			      cases[i].blocking);
		assert_number(db, "SELECT unproven_runs FROM limits", cases[i].unproven);
		sqlite3_close(db);
	}
}

/* As of a current_thread runtime where the layout of multi_thread was learned. */
static void what_a_thread_computes_whose_state_is_never_read_is_undecided(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 2);
	layout_learned(&s, 1000, HUD_LAYOUT_TICK);
	sample_in_poll(&s, 15000, 10000, 7, TINY);
	poll_seen(&s, (struct seen) {10000, 30000, 7, 0, 0, 0});
	scene_samples(&s, 12, 35000, 85000, 31000, HASH);
	db = scene_load(&s, 100000);
	assert_number(db, "SELECT count(*) FROM stateless_thread", 1);
	assert_number(db, "SELECT count(*) FROM site WHERE function = 'demo::hasher::hash'", 0);
	assert_number(db, "SELECT undecided_ns / 1000 FROM verdict", 50000);
	sqlite3_close(db);
}

static void a_poll_that_only_clocks_speak_for_is_unproven_and_no_site(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 5000, 1000, 8, HASH);
	poll_seen(&s, (struct seen) {1000, 8000, 8, 0, 0, 0});
	poll_seen(&s, (struct seen) {10000, 43000, 0, 0, 0, 0});
	poll_seen(&s,
		  (struct seen) {50000, 95000, 7, 1000, 12000, 0}); /* nor does an id once read */
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 1);
	assert_number(db, "SELECT count(*) FROM site WHERE function = 'unknown'", 0);
	assert_number(db, "SELECT count(*) FROM unproven_poll WHERE reason = 'unobserved'", 2);
	assert_number(db, "SELECT unobserved_polls FROM limits", 2);
	assert_number(db, "SELECT unobserved_cpu_ns FROM limits", 32990000 + 31990000);
	assert_number(db, "SELECT unproven_runs FROM limits", 0);
	sqlite3_close(db);
}

/* One thing that speaks for a poll, beside the clock. */
enum witness { COUNTED_SAMPLE, BARE_SAMPLE, RECORDED_SLEEP, COUNTED_SLEEPS, PROBE };

static sqlite3 *poll_with(enum witness witness)
{
	struct seen seen = {10000, 43000, 7, 0, 0, 0};
	struct hud_poll record;
	struct scene s;

	scene_begin(&s, 1);
	sample_in_poll(&s, 5000, 1000, 8, HASH);
	poll_seen(&s, (struct seen) {1000, 8000, 8, 0, 0, 0});
	if (witness == BARE_SAMPLE)
		sample_in_poll(&s, 20000, 10000, 7, NO_STACK);
	if (witness == RECORDED_SLEEP)
		sleep_in_poll(&s, 20000, 21000, 10000);
	seen.slept = witness == RECORDED_SLEEP ? 1000 : witness == COUNTED_SLEEPS ? 30000 : 0;
	seen.flags = witness == PROBE ? HUD_POLL_EXACT : 0;
	record = poll_of(&s, witness == PROBE ? HASH : NO_STACK, seen);
	record.samples = witness == COUNTED_SAMPLE;
	scene_event(&s, &record);
	return scene_load(&s, 100000);
}

static void a_poll_with_one_observation_in_it_blocks(void **state)
{
	(void)state;
	for (enum witness witness = COUNTED_SAMPLE; witness <= PROBE; witness++) {
		sqlite3 *db = poll_with(witness);

		assert_number(db, COUNT, 2);
		assert_number(db, "SELECT unobserved_polls FROM limits", 0);
		sqlite3_close(db);
	}
}

/* A preemption is no observation of the poll: it only says that the thread had no CPU. */
static void a_preemption_does_not_speak_for_a_poll(void **state)
{
	struct hud_offcpu preempted = {
		.head = {HUD_OFFCPU, 0, sizeof(preempted)},
		.start_ns = at_ns(20000),
		.end_ns = at_ns(30000),
		.tid = 11,
		.syscall = HUD_NO_SYSCALL,
		.offcpu_flags = HUD_OFFCPU_PREEMPTED,
		.where = HUD_WHERE_POLL,
		.poll_ns = at_ns(10000) + 5000,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	preempted.process = s.process;
	scene_event(&s, &preempted);
	poll_seen(&s, (struct seen) {10000, 43000, 7, 0, 10000, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 0);
	assert_number(db, "SELECT unobserved_polls FROM limits", 1);
	sqlite3_close(db);
}

static void a_task_that_came_back_once_is_unproven_where_it_computes(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	poll_seen(&s, (struct seen) {1000, 1010, 7, 0, 0, HUD_POLL_UPPER_BOUND});
	sample_in_poll(&s, 15000, 10000, 7, TINY);
	poll_seen(&s, (struct seen) {10000, 20000, 7, 0, 0, 0});
	sample_in_poll(&s, 35000, 30000, 8, HASH);
	poll_seen(&s, (struct seen) {30000, 40000, 8, 0, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, "SELECT count(*) FROM poll WHERE upper_bound AND task_id = 7", 2);
	assert_number(db, COUNT, 1);
	assert_text(db, "SELECT task FROM blocking_poll", "demo::hasher::run");
	sqlite3_close(db);
}

static void a_task_that_came_back_once_blocks_where_it_sleeps(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	poll_seen(&s, (struct seen) {1000, 1010, 7, 0, 0, HUD_POLL_UPPER_BOUND});
	sleep_in_poll(&s, 10100, 29900, 10000);
	poll_seen(&s, (struct seen) {10000, 30000, 7, 19800, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 1);
	assert_text(db, "SELECT kind FROM blocking_poll", "poll");
	sqlite3_close(db);
}

/* A sample in the runtime's own code, of the same task and round: these were several polls. */
static void runtime_code_between_polls_shows_several_polls(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 12000, 10000, 7, RUNTIME);
	sample_in_poll(&s, 16000, 10000, 7, TINY);
	poll_seen(&s, (struct seen) {10000, 20000, 7, 0, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 0);
	assert_number(db, "SELECT upper_bound FROM poll", 1);
	sqlite3_close(db);
}

static void a_long_poll_may_end_in_the_runtime(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 12000, 10000, 7, HASH);
	sample_in_poll(&s, 14500, 10000, 7, HASH);
	sample_in_poll(&s, 17000, 10000, 7, RUNTIME);
	poll_seen(&s, (struct seen) {10000, 17000, 7, 0, 0, 0});
	sleep_in_poll(&s, 30100, 39900, 30000);
	sample_in_poll(&s, 39950, 30000, 8, RUNTIME);
	poll_seen(&s, (struct seen) {30000, 40000, 8, 9800, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 2);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_poll_that_may_have_been_short_does_not_block),
		cmocka_unit_test(
			a_poll_that_may_be_several_is_counted_as_unproven_and_does_not_block),
		cmocka_unit_test(where_no_tick_tells_polls_apart_samples_do),
		cmocka_unit_test(what_a_thread_computes_whose_state_is_never_read_is_undecided),
		cmocka_unit_test(a_poll_that_only_clocks_speak_for_is_unproven_and_no_site),
		cmocka_unit_test(a_poll_with_one_observation_in_it_blocks),
		cmocka_unit_test(a_preemption_does_not_speak_for_a_poll),
		cmocka_unit_test(a_task_that_came_back_once_is_unproven_where_it_computes),
		cmocka_unit_test(a_task_that_came_back_once_blocks_where_it_sleeps),
		cmocka_unit_test(runtime_code_between_polls_shows_several_polls),
		cmocka_unit_test(a_long_poll_may_end_in_the_runtime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
