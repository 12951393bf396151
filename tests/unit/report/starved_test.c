/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>

/* Who took the CPU that the workers waited for. */

#define END_US 1000000

static void quota_read(struct scene *s, uint64_t at_us, uint64_t periods, uint64_t throttled,
		       uint64_t throttled_us)
{
	struct hud_cpu_quota reading = {
		.head = {.type = HUD_CPU_QUOTA, .size = sizeof(reading)},
		.time_ns = BEGIN_NS + at_us * 1000,
		.process = s->process,
		.quota_ns = 30000000,
		.period_ns = 100000000,
		.periods = periods,
		.throttled_periods = throttled,
		.throttled_ns = throttled_us * 1000,
	};

	scene_event(s, &reading);
}

struct shortage {
	uint64_t ran_us; /* of a second, on one CPU; a tenth less it waited for one */
	uint64_t throttled, throttled_us; /* periods of ten, and for how long */
};

static void assert_short_of_cpu_by(struct shortage is, const char *reason, const char *next_step)
{
	struct scene s;
	sqlite3 *db;
	char sql[256];

	scene_begin(&s, 1);
	quota_read(&s, 0, 0, 0, 0);
	scene_samples(&s, 11, 5000, 8000, 1000, TINY);
	scene_window(&s, 11, 0, END_US, is.ran_us, 0, 900000 - is.ran_us);
	quota_read(&s, END_US, 10, is.throttled, is.throttled_us);
	db = scene_load(&s, END_US);
	snprintf(sql, sizeof(sql), "SELECT level FROM verdict WHERE sentence LIKE '%%: %s.'",
		 reason);
	assert_text(db, sql, "STARVED");
	assert_text(db, "SELECT next_step FROM verdict", next_step);
	sqlite3_close(db);
}

#define LIMIT "the limit of its cgroup, 0.3 CPUs, was used up in "
#define OTHERS "the CPUs were busy with other programs"
#define RAISE_LIMIT                                                                                \
	"Give the cgroup more CPU (cpu.max), or the runtime no more workers (worker_threads) "     \
	"than CPUs."
#define OWN_CPUS "Give the program CPUs of its own, or more of them (cpu.weight, nice)."

static void a_quota_that_explains_half_of_the_waits_is_what_took_the_cpu(void **state)
{
	(void)state;
	assert_short_of_cpu_by((struct shortage) {400000, 0, 0}, OTHERS, OWN_CPUS);
	assert_short_of_cpu_by((struct shortage) {400000, 1, 70000}, OTHERS, OWN_CPUS);
	assert_short_of_cpu_by((struct shortage) {400000, 3, 240000}, OTHERS, OWN_CPUS);
	assert_short_of_cpu_by((struct shortage) {400000, 3, 260000}, LIMIT "3 of 10 periods",
			       RAISE_LIMIT);
	assert_short_of_cpu_by((struct shortage) {400000, 6, 500000}, LIMIT "6 of 10 periods",
			       RAISE_LIMIT);
}

/* On a busy machine a program uses its quota up later in each period, but it does. */
static void a_quota_that_is_used_up_in_half_of_the_periods_is_named_beside_others(void **state)
{
	(void)state;
	assert_short_of_cpu_by((struct shortage) {300000, 4, 100000}, OTHERS, OWN_CPUS);
	assert_short_of_cpu_by((struct shortage) {300000, 5, 100000},
			       LIMIT "5 of 10 periods, and " OTHERS, RAISE_LIMIT);
}

static void threads_that_take_the_cpu_from_each_other_are_no_other_programs(void **state)
{
	(void)state;
	assert_short_of_cpu_by((struct shortage) {500000, 0, 0},
			       "its own threads kept the CPUs busy",
			       "Run no more threads than CPUs: worker_threads, and those of other "
			       "pools.");
}

/* A worker that runs for half of a second, and waits for a CPU for most of the rest. */
static void half_a_second(struct scene *s)
{
	scene_begin(s, 1);
	scene_span(s, (struct span) {
			      .tid = 11, .to = 10000, .stack = PARK, .syscall = SYS_EPOLL_WAIT});
	scene_window(s, 11, 0, END_US, 500000, 0, 400000);
}

static void assert_taken_by_others(sqlite3 *db)
{
	assert_text(db, "SELECT level FROM verdict WHERE sentence LIKE '%: " OTHERS ".'",
		    "STARVED");
	sqlite3_close(db);
}

static void on_how_many_cpus_a_program_ran_does_not_depend_on_what_is_chosen(void **state)
{
	const int64_t capture = 1;
	struct filter computing = {.cause = "cpu"};
	struct hud_sample on_another = {
		.head = {HUD_SAMPLE, 0, sizeof(on_another)},
		.time_ns = BEGIN_NS + 6000000,
		.awake_ns = BEGIN_NS + 1000000,
		.tid = 12,
		.syscall = SYS_FSYNC,
		.cpu = 1,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	half_a_second(&s);
	scene_samples(&s, 11, 5000, 8000, 1000, TINY);
	on_another.process = s.process;
	on_another.user_stack = s.stack[HASH];
	scene_event(&s, &on_another);
	db = scene_load(&s, END_US);
	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &computing, &capture, 1), STATUS_DONE);
	assert_number(db, "SELECT count(DISTINCT cpu) FROM sample", 1);
	assert_taken_by_others(db);
}

/* Of a long recording a second is chosen. */
static void what_is_chosen_is_starved_by_its_own_length(void **state)
{
	const int64_t capture = 1;
	struct filter first = {.from = "0s", .to = "1s"};
	struct scene s;
	sqlite3 *db;

	(void)state;
	half_a_second(&s);
	scene_window(&s, 11, END_US, 60 * END_US, 0, 0, 0);
	db = scene_load(&s, 60 * END_US);
	assert_text(db, "SELECT level FROM verdict", "NOMINAL");
	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &first, &capture, 1), STATUS_DONE);
	assert_taken_by_others(db);
}

/* What happened between two readings counts by the part of it that is chosen. */
/* It slept for longer in polls than it waited for a CPU; that is so whatever site is asked for. */
static void polls_that_are_not_chosen_block_all_the_same(void **state)
{
	const int64_t capture = 1;
	struct filter short_ones = {.cause = "sleep", .min_ns = 500000000};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s, (struct span) {.tid = 11, .from = 100000, .to = 500000, .stack = NAP});
	scene_window(&s, 11, 0, END_US, 300000, 400000, 300000);
	db = scene_load(&s, END_US);
	assert_text(db, "SELECT level FROM verdict", "WARNING");
	assert_int_equal(filter_functions(db), 0);
	assert_int_equal(filter_apply(db, &short_ones, &capture, 1), STATUS_DONE);
	assert_number(db, "SELECT blocking_polls FROM verdict", 0);
	assert_number(db, "SELECT round(blocking_in_all_ns / 1000000) FROM verdict_figures", 400);
	assert_text(db, "SELECT level FROM verdict", "NOMINAL");
	sqlite3_close(db);
}

static void each_part_has_its_share_of_what_a_quota_held_back(void **state)
{
	static const char *const parts[][2] = {{"0s", "0.4s"}, {"0.4s", "0.9s"}, {"0.9s", "1s"}};
	static const int64_t periods[] = {4, 5, 1}, held_ms[] = {160, 200, 40};
	const int64_t capture = 1;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct filter part = {.from = parts[i][0], .to = parts[i][1]};
		struct scene s;
		sqlite3 *db;

		half_a_second(&s);
		quota_read(&s, 0, 100, 50, 0);
		quota_read(&s, END_US, 110, 60, 400000);
		db = scene_load(&s, END_US);
		assert_int_equal(filter_functions(db), 0);
		assert_int_equal(filter_apply(db, &part, &capture, 1), STATUS_DONE);
		assert_number(db, "SELECT periods FROM throttling", periods[i]);
		assert_number(db, "SELECT throttled_periods FROM throttling", periods[i]);
		assert_number(db, "SELECT throttled_ns / 1000000 FROM throttling", held_ms[i]);
		sqlite3_close(db);
	}
}

static void without_a_sample_it_is_not_said_that_a_program_kept_its_cpus_busy(void **state)
{
	struct scene s;

	(void)state;
	half_a_second(&s);
	assert_taken_by_others(scene_load(&s, END_US));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quota_that_explains_half_of_the_waits_is_what_took_the_cpu),
		cmocka_unit_test(
			a_quota_that_is_used_up_in_half_of_the_periods_is_named_beside_others),
		cmocka_unit_test(threads_that_take_the_cpu_from_each_other_are_no_other_programs),
		cmocka_unit_test(on_how_many_cpus_a_program_ran_does_not_depend_on_what_is_chosen),
		cmocka_unit_test(what_is_chosen_is_starved_by_its_own_length),
		cmocka_unit_test(polls_that_are_not_chosen_block_all_the_same),
		cmocka_unit_test(each_part_has_its_share_of_what_a_quota_held_back),
		cmocka_unit_test(without_a_sample_it_is_not_said_that_a_program_kept_its_cpus_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
