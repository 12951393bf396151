/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/*
 * From windows to the spread of a figure, by a block bootstrap; from two figures to the confidence
 * interval of their change.
 */

/* Draws of the bootstrap: the spread is known to within 2%. */
#define DRAWS 2000
/* Blocks in one draw at most: more take longer and change nothing. */
#define MOST_BLOCKS 400
/* With this many windows or more, a block has two windows at least. */
#define PAIRS_FROM_WINDOWS 20
/* With fewer events the variance is that of a Poisson process at least. */
#define FEW_EVENTS 10
/* Variance among captures over that within one, above which captures are taken to differ. */
#define CLEARLY_APART 2.0
/* Degrees of freedom beyond which Student's distribution is taken to be the normal one. */
#define MOST_DEGREES 200.0
/* Steps of the integral of Student's density; even. */
#define TAIL_STEPS 400

/* splitmix64: one word of state, and good enough to draw windows. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static size_t random_below(uint64_t *state, size_t end)
{
	return (size_t)(((random_next(state) >> 32) * (uint64_t)end) >> 32);
}

/* The probability beyond t, by Simpson's rule over t = sqrt(degrees) tan(angle). */
static double student_tail(double degrees, double t)
{
	double from = atan(t / sqrt(degrees)), step = (M_PI_2 - from) / TAIL_STEPS, sum = 0;

	for (int i = 0; i <= TAIL_STEPS; i++) {
		double weight = i == 0 || i == TAIL_STEPS ? 1 : i % 2 ? 4 : 2;

		sum += weight * pow(cos(from + i * step), degrees - 1);
	}
	return sum * step / 3 / sqrt(M_PI) * exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2));
}

static double degrees_usable(double degrees)
{
	return degrees < 1 ? 1 : degrees > MOST_DEGREES ? MOST_DEGREES : degrees;
}

double student_tails(double degrees, double t)
{
	double tails = 2 * student_tail(degrees_usable(degrees), fabs(t));

	return tails > 1 ? 1 : tails;
}

double student_quantile(double degrees, double error)
{
	double low = 0, high = 1;

	while (student_tails(degrees, high) > error && high < 1e9)
		high *= 2;
	for (int i = 0; i < 60 && high - low > 1e-9 * high; i++) {
		double middle = (low + high) / 2;

		if (student_tails(degrees, middle) > error)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* Sums of the first windows of a series. */
struct sums {
	double value, weight, starts;
};

static struct sums sums_between(const struct sums *sums, size_t begin, size_t end)
{
	return (struct sums) {sums[end].value - sums[begin].value,
			      sums[end].weight - sums[begin].weight,
			      sums[end].starts - sums[begin].starts};
}

/* Running sums over the series twice in a row, so that a block may reach over its end. */
static struct sums *running_sums(const struct window *windows, size_t count)
{
	struct sums *sums = calloc(2 * count + 1, sizeof(*sums));

	for (size_t i = 0; sums && i < 2 * count; i++) {
		const struct window *w = &windows[i % count];

		sums[i + 1] = (struct sums) {sums[i].value + w->value, sums[i].weight + w->weight,
					     sums[i].starts + w->starts};
	}
	return sums;
}

/* The autocorrelation of the windows at a distance of `lag` windows, -1 to 1. */
static double correlation(const struct window *windows, size_t count, double rate, size_t lag)
{
	double at_lag = 0, at_zero = 0;

	for (size_t i = 0; i < count; i++) {
		double here = windows[i].value - rate * windows[i].weight;

		at_zero += here * here;
		if (i >= lag)
			at_lag += here * (windows[i - lag].value - rate * windows[i - lag].weight);
	}
	return at_zero > 0 ? at_lag / at_zero : 0;
}

/*
 * How many windows make a block, that is, are drawn together: twice as many as resemble their
 * neighbours, since the spread of bursts that last minutes shows in long blocks only. At least two,
 * where there are enough windows: under a regular load what began late falls into the next window,
 * so neighbours vary against each other, and windows drawn one by one would vary too much. At most
 * a fifth of the series.
 */
static size_t block_length(const struct window *windows, size_t count, double rate)
{
	double chance = 1.645 / sqrt((double)count);
	size_t most = count / 5, alike = 0, length;
	size_t least = count >= PAIRS_FROM_WINDOWS ? 2 : 1;

	while (2 * (alike + 1) < most && correlation(windows, count, rate, alike + 1) > chance)
		alike++;
	length = alike ? 2 * (alike + 1) : least;
	if (length > most)
		length = most ? most : 1;
	return length * MOST_BLOCKS < count ? count / MOST_BLOCKS + 1 : length;
}

/* The variance of the ratio among draws of blocks, relative to its square. */
static double draw_variance(const struct sums *sums, size_t windows, size_t length, double rate,
			    uint64_t seed)
{
	size_t blocks = (windows + length - 1) / length;
	double sum = 0;

	for (int draw = 0; draw < DRAWS; draw++) {
		double value = 0, weight = 0, off;

		for (size_t i = 0; i < blocks; i++) {
			size_t at = random_below(&seed, windows);
			struct sums block = sums_between(sums, at, at + length);

			value += block.value;
			weight += block.weight;
		}
		off = weight > 0 ? value / weight / rate - 1 : -1;
		sum += off * off;
	}
	return sum / DRAWS * (double)blocks / (double)(blocks > 1 ? blocks - 1 : 1);
}

/* The variance of the number of events in a block, over that of a Poisson process; at least 1. */
static double burstiness(const struct sums *sums, size_t windows, size_t length)
{
	size_t blocks = windows / length;
	double sum = 0, squares = 0, mean;

	for (size_t i = 0; i < blocks; i++) {
		double events = sums_between(sums, i * length, (i + 1) * length).starts;

		sum += events;
		squares += events * events;
	}
	mean = sum / (double)blocks;
	if (blocks < 2 || mean <= 0)
		return 1;
	return fmax(1, (squares / (double)blocks - mean * mean) * (double)blocks /
			       (double)(blocks - 1) / mean);
}

/*
 * How much the captures of one side differ beyond what the spread of their windows explains: the
 * variance of their ratios, relative to the square of the whole ratio, less the spread within one
 * capture. 0 where they do not clearly differ: a few captures vary widely by chance.
 */
static double between_captures(const struct window *windows, size_t count, double rate,
			       double within, size_t *captures)
{
	double squares = 0;
	size_t begin = 0;

	*captures = 0;
	for (size_t i = 0; i < count; i++) {
		double value = 0, weight = 0;

		if (i + 1 < count && windows[i].capture == windows[i + 1].capture)
			continue;
		for (; begin <= i; begin++) {
			value += windows[begin].value;
			weight += windows[begin].weight;
		}
		if (weight <= 0)
			continue;
		squares += (value / weight / rate - 1) * (value / weight / rate - 1);
		++*captures;
	}
	if (*captures < 2)
		return 0;
	squares /= (double)(*captures - 1);
	within *= (double)*captures;
	return squares > CLEARLY_APART * within ? squares - within : 0;
}

/* Adds the variance between captures, with the few degrees of freedom that a few captures have. */
static void estimate_widen(struct estimate *out, const struct window *windows)
{
	size_t captures;
	double extra = between_captures(windows, out->windows, out->rate, out->variance, &captures);
	double part, all;

	if (extra <= 0)
		return;
	part = extra / (double)captures;
	all = out->variance + part;
	out->degrees = all * all /
		       (out->variance * out->variance / out->degrees +
			part * part / (double)(captures - 1));
	out->variance = all;
}

/*
 * How many independent blocks would give as exact a spread as these overlapping ones: the number of
 * windows where a block is one window, three for every two blocks where blocks are long.
 */
static double blocks_worth(size_t windows, size_t length)
{
	double m = (double)length;

	return (double)windows / (1 + (m - 1) * (2 * m - 1) / (3 * m));
}

static void estimate_spread(struct estimate *out, size_t length)
{
	double blocks = blocks_worth(out->windows, length);

	if (out->events < FEW_EVENTS)
		out->variance = fmax(out->variance, 1 / out->occurrences);
	out->degrees = fmax(1, fmin(blocks, out->events) - 1);
}

int estimate_make(const struct window *windows, size_t count, uint64_t seed, struct estimate *out)
{
	struct sums *sums = running_sums(windows, count), all;
	size_t length;

	*out = (struct estimate) {.windows = count};
	if (!sums)
		return -ENOMEM;
	all = sums[count];
	out->exposure = all.weight;
	out->events = all.starts;
	out->rate = all.weight > 0 ? all.value / all.weight : 0;
	if (out->rate > 0) {
		length = block_length(windows, count, out->rate);
		/* An event that began before the recording is one as well. */
		out->events = fmax(out->events, 1);
		out->occurrences = fmax(1, out->events / burstiness(sums, count, length));
		out->variance = draw_variance(sums, count, length, out->rate, seed);
		estimate_spread(out, length);
		estimate_widen(out, windows);
	}
	free(sums);
	return 0;
}

static double change_degrees(const struct estimate *a, const struct estimate *b)
{
	double all = a->variance + b->variance;
	double parts =
		a->variance * a->variance / a->degrees + b->variance * b->variance / b->degrees;

	return parts > 0 ? all * all / parts : MOST_DEGREES;
}

/*
 * The largest ratio nothing : something with which it would still happen, with probability error /
 * 2, that nothing is seen on one side while the other side has its occurrences.
 */
static double most_of_nothing(const struct estimate *nothing, const struct estimate *something,
			      double error)
{
	return something->exposure / nothing->exposure *
	       (pow(error / 2, -1 / something->occurrences) - 1);
}

struct interval change_interval(const struct estimate *before, const struct estimate *after,
				double error)
{
	double centre, half;

	if (before->rate <= 0 && after->rate <= 0)
		return (struct interval) {0, 0};
	if (before->rate <= 0)
		return (struct interval) {1 / most_of_nothing(before, after, error) - 1, INFINITY};
	if (after->rate <= 0)
		return (struct interval) {-1, most_of_nothing(after, before, error) - 1};
	centre = log(after->rate / before->rate);
	half = student_quantile(change_degrees(before, after), error) *
	       sqrt(before->variance + after->variance);
	return (struct interval) {expm1(centre - half), expm1(centre + half)};
}

double change_chance(const struct estimate *before, const struct estimate *after)
{
	const struct estimate *seen = after->rate > 0 ? after : before;
	double spread = sqrt(before->variance + after->variance);

	if (before->rate <= 0 && after->rate <= 0)
		return 1;
	if (before->rate <= 0 || after->rate <= 0)
		return fmin(1, 2 * pow(seen->exposure / (before->exposure + after->exposure),
				       seen->occurrences));
	if (spread <= 0)
		return before->rate == after->rate ? 1 : 0;
	return student_tails(change_degrees(before, after),
			     log(after->rate / before->rate) / spread);
}

void quantile_ranks(size_t count, double quantile, double error, int64_t ranks[2])
{
	double n = (double)count, middle = n * quantile;
	double half = student_quantile(MOST_DEGREES, error) * sqrt(n * quantile * (1 - quantile));

	ranks[0] = (int64_t)floor(middle - half) - 1;
	ranks[1] = (int64_t)ceil(middle + half);
	if (ranks[0] < 0)
		ranks[0] = -1;
	if (ranks[1] > (int64_t)count)
		ranks[1] = (int64_t)count;
}
