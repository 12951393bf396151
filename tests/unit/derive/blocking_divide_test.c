/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/blocking_divide.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <string.h>

/* A blocking poll is divided by stack and cause. */

#define THRESHOLD_NS 5000000

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void input_add(struct parts *out, struct parts *list, const char *cause, struct part part)
{
	int64_t index = text_set_index(&out->causes, cause);

	assert_true(index >= 0);
	part.cause = (uint32_t)index;
	assert_int_equal(parts_add(list, part), 0);
}

/* A poll with long and short sleeps, samples, and time of which nothing is known. */
static struct blocking_whole poll_of(uint32_t *random, struct parts *sleeps, struct parts *samples,
				     struct parts *out)
{
	struct blocking_whole whole = {.id = 1, .threshold_ns = THRESHOLD_NS, .divides = true};
	uint32_t sleep_count = next_random(random) % 8, sample_count = next_random(random) % 8;

	for (uint32_t i = 0; i < sleep_count; i++) {
		struct part sleep = {.offcpu_span = i + 1,
				     .stack = next_random(random) % 3,
				     .wall_ns = next_random(random) % 7000000};

		sleep.run_queue_ns = sleep.wall_ns / (1 + next_random(random) % 5);
		input_add(out, sleeps, next_random(random) % 2 ? "file-io" : "lock", sleep);
		whole.wall_ns += sleep.wall_ns;
		whole.sleep_ns += sleep.wall_ns - sleep.run_queue_ns;
		whole.run_queue_ns += sleep.run_queue_ns;
	}
	for (uint32_t i = 0; i < sample_count; i++)
		input_add(out, samples, next_random(random) % 2 ? "cpu" : "page-fault",
			  (struct part) {.stack = next_random(random) % 3, .samples = 1});
	whole.wall_ns += next_random(random) % 10000000;
	whole.sleep_ns += next_random(random) % 3 ? next_random(random) % 3000000 : 0;
	whole.run_queue_ns += next_random(random) % 2 ? next_random(random) % 1000000 : 0;
	return whole;
}

static void parts_add_up_to_the_poll(void **state)
{
	uint32_t random = 11;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct parts sleeps = {0}, samples = {0}, out = {0};
		struct blocking_whole whole = poll_of(&random, &sleeps, &samples, &out);
		int64_t wall_ns = 0, run_queue_ns = 0;

		/* As counted in another place: less or more than the sleeps have. */
		if (next_random(&random) % 2)
			whole.run_queue_ns = next_random(&random) % 3000000;
		if (whole.run_queue_ns > whole.wall_ns)
			whole.run_queue_ns = whole.wall_ns;
		assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
		for (size_t i = 0; i < out.count; i++) {
			assert_int_equal(out.at[i].blocking_poll, 1);
			assert_true(out.at[i].wall_ns >= 0);
			/* each part is rounded */
			assert_true(out.at[i].run_queue_ns >= 0 &&
				    out.at[i].run_queue_ns <= out.at[i].wall_ns + 1);
			wall_ns += out.at[i].wall_ns;
			run_queue_ns += out.at[i].run_queue_ns;
		}
		assert_int_equal(wall_ns, whole.wall_ns);
		assert_int_equal(run_queue_ns, whole.run_queue_ns);
		parts_free(&sleeps);
		parts_free(&samples);
		parts_free(&out);
	}
}

/* Time of the parts with this cause and stack. */
static int64_t time_at(const struct parts *out, const char *cause, int64_t stack)
{
	int64_t wall_ns = 0;

	for (size_t i = 0; i < out->count; i++) {
		if (out->at[i].stack == stack && !strcmp(out->causes.text[out->at[i].cause], cause))
			wall_ns += out->at[i].wall_ns;
	}
	return wall_ns;
}

static void cpu_time_divides_by_samples_and_counted_sleep_by_sampled_sleep(void **state)
{
	struct parts sleeps = {0}, samples = {0}, out = {0};
	struct blocking_whole whole = {.id = 1,
				       .wall_ns = 40000000, /* 10 ms of it on a CPU */
				       .sleep_ns = 30000000,
				       .threshold_ns = THRESHOLD_NS,
				       .divides = true};

	(void)state;
	input_add(&out, &sleeps, "lock",
		  (struct part) {.offcpu_span = 1, .stack = 1, .wall_ns = 10000000});
	input_add(&out, &sleeps, "file-io",
		  (struct part) {.offcpu_span = 2, .stack = 2, .wall_ns = 3000000});
	input_add(&out, &sleeps, "file-io",
		  (struct part) {.offcpu_span = 3, .stack = 3, .wall_ns = 1000000});
	for (int i = 0; i < 4; i++)
		input_add(&out, &samples, "cpu", (struct part) {.stack = i ? 4 : 5, .samples = 1});
	assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
	assert_int_equal(time_at(&out, "lock", 1), 10000000);
	/*
	 * 16 of the 30 ms asleep were only counted; 3/4 of them go where 3/4 of the sampled time is
	 */
	assert_int_equal(time_at(&out, "file-io", 2), 3000000 + 12000000);
	assert_int_equal(time_at(&out, "file-io", 3), 1000000 + 4000000);
	assert_int_equal(time_at(&out, "cpu", 4), 7500000);
	assert_int_equal(time_at(&out, "cpu", 5), 2500000);
	parts_free(&sleeps);
	parts_free(&samples);
	parts_free(&out);
}

static void time_without_samples_or_sleeps_has_no_stack(void **state)
{
	struct parts sleeps = {0}, samples = {0}, out = {0};
	struct blocking_whole whole = {.id = 1,
				       .wall_ns = 20000000,
				       .sleep_ns = 8000000,
				       .threshold_ns = THRESHOLD_NS,
				       .divides = true};

	(void)state;
	assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
	assert_int_equal(time_at(&out, "cpu", 0), 12000000);
	assert_int_equal(time_at(&out, "syscall", 0), 8000000);
	parts_free(&out);
}

/* What no sample saw of a poll that slept in one place is before, after or between these sleeps. */
static void time_without_samples_goes_to_the_sleeps_if_they_agree(void **state)
{
	struct parts sleeps = {0}, samples = {0}, out = {0};
	struct blocking_whole whole = {.id = 1,
				       .wall_ns = 20000000, /* 2 ms of it on a CPU */
				       .sleep_ns = 18000000,
				       .threshold_ns = THRESHOLD_NS,
				       .divides = true};

	(void)state;
	for (int64_t i = 1; i <= 3; i++)
		input_add(&out, &sleeps, "lock",
			  (struct part) {.offcpu_span = i, .stack = 7, .wall_ns = 6000000});
	assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
	assert_int_equal(time_at(&out, "lock", 7), 20000000);
	out.count = 0;
	sleeps.at[1].stack = 8; /* they differ */
	assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
	assert_int_equal(time_at(&out, "cpu", 0), 2000000);
	out.count = 0;
	sleeps.at[1].stack = 7;
	whole.wall_ns = 40000000; /* 22 ms of it on a CPU: too much to say that it was the same */
	for (int64_t i = 0; i < 3; i++)
		sleeps.at[i].stack = 7;
	assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
	assert_int_equal(time_at(&out, "cpu", 0), 22000000);
	parts_free(&sleeps);
	parts_free(&out);
}

/* In the first part of a poll they are only counted: it goes on as it began, or nobody knows. */
static void short_sleeps_that_were_counted_go_to_the_sleeps_if_they_agree(void **state)
{
	struct parts sleeps = {0}, samples = {0}, out = {0};
	struct blocking_whole whole = {.id = 1,
				       .wall_ns = 50300000,
				       .sleep_ns = 50300000,
				       .threshold_ns = THRESHOLD_NS,
				       .divides = true};

	(void)state;
	for (int64_t i = 1; i <= 2; i++)
		input_add(&out, &sleeps, "sleep",
			  (struct part) {.offcpu_span = i, .stack = 7, .wall_ns = 25000000});
	assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
	assert_int_equal(time_at(&out, "sleep", 7), 50300000);
	out.count = 0;
	sleeps.count = 2;
	sleeps.at[1].stack = 8;
	for (size_t i = 0; i < 2; i++)
		sleeps.at[i].wall_ns = 25000000;
	assert_int_equal(blocking_divide(&whole, &sleeps, &samples, &out), 0);
	assert_int_equal(time_at(&out, "syscall", 0), 300000);
	parts_free(&sleeps);
	parts_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_add_up_to_the_poll),
		cmocka_unit_test(cpu_time_divides_by_samples_and_counted_sleep_by_sampled_sleep),
		cmocka_unit_test(time_without_samples_or_sleeps_has_no_stack),
		cmocka_unit_test(time_without_samples_goes_to_the_sleeps_if_they_agree),
		cmocka_unit_test(short_sleeps_that_were_counted_go_to_the_sleeps_if_they_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
