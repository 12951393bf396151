/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/change.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * How often a comparison is right, on made-up loads whose truth is known, drawn from fixed seeds.
 */

#define WORKERS 4.0
#define SITES 9
#define MOST_SECONDS 600

static uint64_t state;

static double uniform(double low, double high)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return low + (high - low) * (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double waiting(double rate)
{
	return -log(1 - uniform(0, 1)) / rate;
}

/* How a site blocks: durations in ms, and when its next block begins. */
struct load {
	enum { CLIENT, CHANCE, BURSTS, STEADY } arrival;
	double low, high; /* ms; CHANCE: the median, and the spread of its logarithm */
	double rate;      /* a second; not for CLIENT, which thinks 150 to 350 ms, nor for STEADY */
};

/* The load of examples/demo: see steady_make(). */
static const struct load demo[SITES] = {
	{STEADY, 10, 60, 0}, {STEADY, 10, 60, 0}, {STEADY, 10, 50, 0},
	{STEADY, 10, 50, 0}, {STEADY, 15, 40, 0}, {STEADY, 15, 40, 0},
	{STEADY, 14, 25, 0}, {STEADY, 14, 25, 0}, {STEADY, 14, 25, 0},
};

static const struct load server[SITES] = {
	{CLIENT, 10, 60, 0}, {CLIENT, 10, 60, 0}, {CLIENT, 10, 50, 0},
	{CLIENT, 10, 50, 0}, {CLIENT, 15, 40, 0}, {CLIENT, 15, 40, 0},
	{CLIENT, 14, 25, 0}, {CLIENT, 14, 25, 0}, {CLIENT, 14, 25, 0},
};

static const struct load mixed[SITES] = {
	{CHANCE, 10, 0.5, 5}, {CHANCE, 10, 1.0, 5},  {CHANCE, 8, 1.2, 20},
	{CHANCE, 20, 0.3, 1}, {BURSTS, 10, 60, 10},  {BURSTS, 10, 20, 30},
	{CLIENT, 10, 60, 0},  {CHANCE, 20, 0.3, .2}, {CHANCE, 15, 0.5, 0.05},
};

struct side {
	struct window windows[MOST_SECONDS];
	size_t seconds;
};

static void side_add(struct side *s, double from, double to)
{
	s->windows[(size_t)from].starts++;
	while (from < to) {
		size_t window = (size_t)from;
		double end = fmin(to, (double)window + 1);

		if (window >= s->seconds)
			break;
		s->windows[window].value += 1e3 * (end - from);
		from = end;
	}
}

/* About ten seconds of load and thirty without, in turn. */
static double burst_next(double at, double rate, double *until, bool *on)
{
	for (;;) {
		double next;

		if (at >= *until) {
			*on = !*on;
			*until = at + (*on ? uniform(5, 20) : uniform(15, 55));
		}
		next = at + waiting(rate);
		if (*on && next <= *until)
			return next;
		at = *until;
	}
}

/* Draws one of the quarters 0 to 3 that are left, a bit each. */
static unsigned quarter_draw(unsigned *left)
{
	unsigned quarter = (unsigned)uniform(0, 4);

	if (!*left)
		*left = 15;
	while (!(*left & 1U << quarter))
		quarter = (quarter + 1) % 4;
	*left &= ~(1U << quarter);
	return quarter;
}

/*
 * A block every quarter of a second, in its first 100 ms; of four in a row one is from each quarter
 * of the range.
 */
static void steady_make(struct side *s, const struct load *l, double factor)
{
	double step = (l->high - l->low) / 4, until = 0;
	unsigned left = 0;

	for (double slot = uniform(-0.25, 0); slot < (double)s->seconds; slot += 0.25) {
		double at = fmax(until, slot + uniform(0, 0.1));
		double length = l->low + step * (quarter_draw(&left) + uniform(0, 1));

		until = at + length * factor / 1e3;
		if (at >= 0 && at < (double)s->seconds)
			side_add(s, at, until);
	}
}

static void side_make(struct side *s, const struct load *l, size_t seconds, double factor)
{
	double at = 0, until = 0, length;
	bool on = false;

	*s = (struct side) {.seconds = seconds};
	for (size_t i = 0; i < seconds; i++)
		s->windows[i].weight = WORKERS;
	if (l->arrival == STEADY) {
		steady_make(s, l, factor);
		return;
	}
	for (;;) {
		at = l->arrival == CLIENT   ? at + uniform(0.15, 0.35)
		     : l->arrival == CHANCE ? at + waiting(l->rate)
					    : burst_next(at, l->rate, &until, &on);
		if (at >= (double)seconds)
			return;
		length = l->arrival == CHANCE
				 ? l->low * exp(l->high * sqrt(-2 * log(1 - uniform(0, 1))) *
						cos(6.283185307 * uniform(0, 1)))
				 : uniform(l->low, l->high);
		side_add(s, at, at + length * factor / 1e3);
		if (l->arrival == CLIENT)
			at += length * factor / 1e3;
	}
}

static struct estimate estimated(const struct side *s)
{
	struct estimate out;

	assert_int_equal(estimate_make(s->windows, s->seconds, 7, &out), 0);
	return out;
}

/* One pair of recordings, the first site of the second one blocking `factor` times as long. */
static void pair_judge(const struct load *loads, size_t seconds, unsigned number, double factor,
		       struct change changes[SITES])
{
	double recorded[] = {(double)seconds, (double)seconds};
	struct side side;

	state = number * UINT64_C(0x123456789);
	for (size_t i = 0; i < SITES; i++) {
		changes[i] = (struct change) {.comparable = true};
		side_make(&side, &loads[i], seconds, 1);
		changes[i].before = estimated(&side);
		side_make(&side, &loads[i], seconds, i == 0 ? factor : 1);
		changes[i].after = estimated(&side);
	}
	assert_int_equal(changes_judge(changes, SITES, recorded), 0);
}

static bool claims(const struct change *c)
{
	return c->status != CHANGE_UNCHANGED && c->status != CHANGE_CANNOT_TELL;
}

/* Of 100 pairs of the same load: how many claim no change; the share of sites found unchanged. */
static unsigned clean_pairs(const struct load *loads, size_t seconds, double *unchanged)
{
	struct change changes[SITES];
	unsigned clean = 0, same = 0;

	for (unsigned pair = 1; pair <= 100; pair++) {
		bool any = false;

		pair_judge(loads, seconds, pair, 1, changes);
		for (size_t i = 0; i < SITES; i++) {
			any |= claims(&changes[i]);
			same += changes[i].status == CHANGE_UNCHANGED;
		}
		clean += !any;
	}
	*unchanged = same / 100.0 / SITES;
	return clean;
}

static void at_least_95_of_100_pairs_of_the_same_service_claim_no_change(void **unused)
{
	double unchanged;

	(void)unused;
	assert_in_range(clean_pairs(demo, 30, &unchanged), 95, 100);
	/* 0.99 with windows drawn in pairs, 0.90 without. */
	assert_true(unchanged >= 0.95);
	assert_in_range(clean_pairs(server, 30, &unchanged), 95, 100);
	assert_in_range(clean_pairs(server, 120, &unchanged), 95, 100);
	assert_true(unchanged >= 0.8);
}

static void bursts_and_heavy_tails_are_not_taken_for_a_change(void **unused)
{
	double unchanged;

	(void)unused;
	assert_in_range(clean_pairs(mixed, 120, &unchanged), 93, 100);
	assert_in_range(clean_pairs(mixed, 300, &unchanged), 93, 100);
}

/* Of 100 pairs of 30 s: how often the change of the first site, and no other, is found. */
static unsigned found_pairs(const struct load *all, const struct load *first, double factor,
			    enum change_status expected)
{
	struct load loads[SITES];
	struct change changes[SITES];
	unsigned found = 0;

	memcpy(loads, all, sizeof(loads));
	loads[0] = *first;
	for (unsigned pair = 1; pair <= 100; pair++) {
		pair_judge(loads, 30, pair, factor, changes);
		found += changes[0].status == expected;
	}
	return found;
}

static void a_site_30_percent_worse_is_found_in_30_seconds(void **unused)
{
	static const struct load computing = {CLIENT, 15, 40, 0}, writing = {CLIENT, 14, 25, 0};

	(void)unused;
	assert_in_range(found_pairs(demo, &demo[0], 1.3, CHANGE_WORSE), 90, 100);
	assert_in_range(found_pairs(demo, &demo[0], 1 / 1.3, CHANGE_BETTER), 90, 100);
	assert_in_range(found_pairs(server, &computing, 1.3, CHANGE_WORSE), 90, 100);
	assert_in_range(found_pairs(server, &writing, 1.3, CHANGE_WORSE), 90, 100);
	assert_in_range(found_pairs(server, &computing, 1 / 1.3, CHANGE_BETTER), 90, 100);
}

static struct estimate nothing(double exposure)
{
	return (struct estimate) {.exposure = exposure, .windows = 30};
}

static struct estimate counted(double exposure, double events)
{
	return (struct estimate) {.rate = events / exposure,
				  .exposure = exposure,
				  .events = events,
				  .occurrences = events,
				  .variance = 1 / events,
				  .degrees = events,
				  .windows = 30};
}

static enum change_status judged(struct estimate before, struct estimate after)
{
	struct change c = {.before = before, .after = after, .comparable = true};
	double seconds[] = {30, 30};

	assert_int_equal(changes_judge(&c, 1, seconds), 0);
	return c.status;
}

static void gone_and_new_need_more_than_a_few_blocks(void **unused)
{
	(void)unused;
	assert_int_equal(judged(counted(120, 2), nothing(120)), CHANGE_CANNOT_TELL);
	assert_int_equal(judged(nothing(120), counted(120, 3)), CHANGE_CANNOT_TELL);
	assert_int_equal(judged(counted(120, 20), nothing(120)), CHANGE_GONE);
	assert_int_equal(judged(nothing(120), counted(120, 20)), CHANGE_NEW);
	/* Ten in an hour: none in a minute says nothing. */
	assert_int_equal(judged(counted(3600, 10), nothing(60)), CHANGE_CANNOT_TELL);
	assert_int_equal(judged(nothing(60), nothing(60)), CHANGE_UNCHANGED);
}

static void the_p_value_takes_account_of_how_long_each_side_was_recorded(void **unused)
{
	struct estimate hour = counted(3600, 10), none = nothing(60), minute = counted(60, 10);

	(void)unused;
	assert_true(change_chance(&hour, &none) > 0.5);
	assert_true(change_chance(&none, &hour) > 0.5);
	assert_true(change_chance(&minute, &none) < 0.01);
}

static void a_few_blocks_vary_as_a_poisson_process_does(void **unused)
{
	struct side s = {.seconds = 6};

	(void)unused;
	for (size_t i = 0; i < 6; i++) {
		s.windows[i].weight = WORKERS;
		side_add(&s, (double)i + 0.1, (double)i + 0.12);
	}
	assert_true(estimated(&s).variance >= 1.0 / 6);
}

static void one_burst_is_one_occurrence(void **unused)
{
	struct side s = {.seconds = 60};
	struct estimate e;

	(void)unused;
	for (size_t i = 0; i < 60; i++)
		s.windows[i].weight = WORKERS;
	for (int i = 0; i < 40; i++)
		side_add(&s, 20.02 + 0.05 * i, 20.03 + 0.05 * i);
	e = estimated(&s);
	assert_true(e.events == 40);
	assert_true(e.occurrences < 5);
	assert_int_equal(judged(e, nothing(240)), CHANGE_CANNOT_TELL);
}

static void windows_that_resemble_their_neighbours_widen_the_interval(void **unused)
{
	struct side waves = {.seconds = 120}, shuffled = {.seconds = 120};

	(void)unused;
	for (size_t i = 0; i < 120; i++) {
		waves.windows[i].weight = shuffled.windows[i].weight = WORKERS;
		waves.windows[i].starts = shuffled.windows[i].starts = 5;
		waves.windows[i].value = i / 20 % 2 ? 100 : 20;
		shuffled.windows[i].value = i * 47 % 120 / 20 % 2 ? 100 : 20;
	}
	assert_true(estimated(&waves).variance > 4 * estimated(&shuffled).variance);
}

/* Three captures of 40 s, each steady in itself, that block 20, 30 and 40 ms in each window. */
static void captures_of_a_side_that_differ_widen_the_interval(void **unused)
{
	struct side s = {.seconds = 120};
	struct estimate apart, together;

	(void)unused;
	for (size_t i = 0; i < 120; i++) {
		s.windows[i].weight = WORKERS;
		s.windows[i].starts = 5;
		s.windows[i].value = 20 + 10 * (double)(i / 40) + (i % 2 ? 3 : -3);
		s.windows[i].capture = (int64_t)(i / 40);
	}
	assert_int_equal(estimate_make(s.windows, 120, 7, &apart), 0);
	for (size_t i = 0; i < 120; i++)
		s.windows[i].value = 30 + (i % 2 ? 3 : -3);
	assert_int_equal(estimate_make(s.windows, 120, 7, &together), 0);
	/* The standard error of three that vary by a third is about a fifth. */
	assert_true(apart.variance > 0.03 && apart.variance < 0.05);
	assert_true(apart.degrees < 10);
	assert_true(together.variance < 0.001);
	assert_true(together.degrees > 50);
}

static void a_recording_as_long_as_advised_can_tell(void **unused)
{
	struct change changes[SITES];
	double advised;
	unsigned same = 0;

	(void)unused;
	pair_judge(server, 30, 1, 1, changes);
	assert_int_equal(changes[0].status, CHANGE_CANNOT_TELL);
	advised = changes[0].record_seconds;
	assert_true(advised > 60 && advised < MOST_SECONDS);
	for (unsigned pair = 1; pair <= 20; pair++) {
		pair_judge(server, (size_t)advised, pair, 1, changes);
		same += changes[0].status == CHANGE_UNCHANGED;
	}
	assert_true(same >= 16);
}

static void the_interval_says_what_the_status_says(void **unused)
{
	struct change changes[SITES];

	(void)unused;
	for (unsigned pair = 1; pair <= 20; pair++) {
		pair_judge(server, 60, pair, pair % 2 ? 1.3 : 1.0, changes);
		for (size_t i = 0; i < SITES; i++) {
			struct interval v = changes[i].interval;
			bool same = v.low >= -STATISTICS_SAME && v.high <= STATISTICS_SAME;

			assert_true(v.low <= v.high);
			assert_int_equal(changes[i].status == CHANGE_UNCHANGED, same);
			assert_int_equal(changes[i].status == CHANGE_WORSE, !same && v.low > 0);
			assert_int_equal(changes[i].status == CHANGE_BETTER, !same && v.high < 0);
		}
	}
}

static void no_change_is_claimed_of_what_cannot_be_compared(void **unused)
{
	struct change c = {.before = counted(120, 50), .after = counted(120, 500)};
	double seconds[] = {30, 30};

	(void)unused;
	assert_int_equal(changes_judge(&c, 1, seconds), 0);
	assert_int_equal(c.status, CHANGE_CANNOT_TELL);
	assert_true(c.record_seconds == 0);
}

/* From tables of the distribution. */
static void students_distribution_is_students(void **unused)
{
	(void)unused;
	assert_true(fabs(student_quantile(1, 0.05) - 12.706) < 0.01);
	assert_true(fabs(student_quantile(5, 0.05) - 2.5706) < 0.001);
	assert_true(fabs(student_quantile(29, 0.01) - 2.7564) < 0.001);
	assert_true(fabs(student_quantile(1e9, 0.05) - 1.96) < 0.02);
	assert_true(fabs(student_tails(10, 2.2281) - 0.05) < 0.0001);
	assert_true(student_tails(10, 0) > 0.9999);
}

static void a_percentile_of_few_blocks_has_no_upper_end(void **unused)
{
	int64_t ranks[2];

	(void)unused;
	quantile_ranks(50, 0.99, 0.05, ranks);
	assert_int_equal(ranks[1], 50);
	quantile_ranks(1000, 0.5, 0.05, ranks);
	assert_in_range(ranks[0], 460, 480);
	assert_in_range(ranks[1], 520, 540);
	/* From tables: the median of 20 lies between the 6th and the 15th with 95.9%. */
	quantile_ranks(20, 0.5, 0.05, ranks);
	assert_true(ranks[0] <= 5 && ranks[0] >= 3);
	assert_true(ranks[1] >= 14 && ranks[1] <= 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_least_95_of_100_pairs_of_the_same_service_claim_no_change),
		cmocka_unit_test(bursts_and_heavy_tails_are_not_taken_for_a_change),
		cmocka_unit_test(a_site_30_percent_worse_is_found_in_30_seconds),
		cmocka_unit_test(gone_and_new_need_more_than_a_few_blocks),
		cmocka_unit_test(the_p_value_takes_account_of_how_long_each_side_was_recorded),
		cmocka_unit_test(a_few_blocks_vary_as_a_poisson_process_does),
		cmocka_unit_test(one_burst_is_one_occurrence),
		cmocka_unit_test(windows_that_resemble_their_neighbours_widen_the_interval),
		cmocka_unit_test(captures_of_a_side_that_differ_widen_the_interval),
		cmocka_unit_test(a_recording_as_long_as_advised_can_tell),
		cmocka_unit_test(the_interval_says_what_the_status_says),
		cmocka_unit_test(no_change_is_claimed_of_what_cannot_be_compared),
		cmocka_unit_test(students_distribution_is_students),
		cmocka_unit_test(a_percentile_of_few_blocks_has_no_upper_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
