/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/*
 * From windows to the spread of a figure, by a block bootstrap; from two figures to the interval of
 * their change.
 */

#define DRAWS 2000          /* the spread is then known to within 2% */
#define MOST_BLOCKS 400     /* drawn at once: more make nothing better, only slower */
#define PAIRS_OF_WINDOWS 20 /* from so many on they are drawn in pairs at least */
#define FEW_EVENTS 10       /* below, chance alone is as Poisson has it */
#define CLEARLY_APART 2.0   /* variance among captures, over that of one: less is chance */
#define MOST_DEGREES 200.0  /* of freedom; beyond, Student's is the normal distribution */
#define TAIL_STEPS 400      /* of the integral, even */

/* splitmix64: a generator as small as its state, good enough to draw windows. */
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

static double ratio_of(const struct window_series *s, double *exposure, double *events)
{
	double value = 0, weight = 0, starts = 0;

	for (size_t i = 0; i < s->windows; i++) {
		value += s->value[i];
		weight += s->weight[i];
		starts += s->starts[i];
	}
	*exposure = weight;
	*events = starts;
	return weight > 0 ? value / weight : 0;
}

/* How alike windows are that lie `lag` apart, -1 to 1. */
static double correlation(const struct window_series *s, double rate, size_t lag)
{
	double at_lag = 0, at_zero = 0;

	for (size_t i = 0; i < s->windows; i++) {
		double here = s->value[i] - rate * s->weight[i];

		at_zero += here * here;
		if (i >= lag)
			at_lag += here * (s->value[i - lag] - rate * s->weight[i - lag]);
	}
	return at_zero > 0 ? at_lag / at_zero : 0;
}

/*
 * Windows drawn together: twice as many as resemble their neighbours; bursts of minutes need many. At
 * least two, where there are enough: of a regular load each window has what the one before it did not,
 * and window by window it would look more erratic than it is. At least five blocks must be left.
 */
static size_t block_length(const struct window_series *s, double rate)
{
	double chance = 1.645 / sqrt((double)s->windows);
	size_t most = s->windows / 5, alike = 0, length;
	size_t least = s->windows >= PAIRS_OF_WINDOWS ? 2 : 1;

	while (2 * (alike + 1) < most && correlation(s, rate, alike + 1) > chance)
		alike++;
	length = alike ? 2 * (alike + 1) : least;
	if (length > most)
		length = most ? most : 1;
	return length * MOST_BLOCKS < s->windows ? s->windows / MOST_BLOCKS + 1 : length;
}

/* Running sums over the series twice in a row, so that a block may reach over its end. */
static double *running_sums(const double *of, size_t count)
{
	double *sums = calloc(2 * count + 1, sizeof(*sums));

	for (size_t i = 0; sums && i < 2 * count; i++)
		sums[i + 1] = sums[i] + of[i % count];
	return sums;
}

/* The variance of the ratio among draws of blocks, relative to its square. */
static double draw_variance(const double *values, const double *weights, size_t windows,
			    size_t length, double rate, uint64_t seed)
{
	size_t blocks = (windows + length - 1) / length;
	double sum = 0;

	for (int draw = 0; draw < DRAWS; draw++) {
		double value = 0, weight = 0, off;

		for (size_t i = 0; i < blocks; i++) {
			size_t at = random_below(&seed, windows);

			value += values[at + length] - values[at];
			weight += weights[at + length] - weights[at];
		}
		off = weight > 0 ? value / weight / rate - 1 : -1;
		sum += off * off;
	}
	return sum / DRAWS * (double)blocks / (double)(blocks > 1 ? blocks - 1 : 1);
}

/* The variance of the number of events in a block, over what it is where each comes by chance. */
static double burstiness(const double *starts, size_t windows, size_t length)
{
	size_t blocks = windows / length;
	double sum = 0, squares = 0, mean;

	for (size_t i = 0; i < blocks; i++) {
		double events = starts[(i + 1) * length] - starts[i * length];

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
 * How much captures of one side differ beyond what their windows explain: the variance of their
 * ratios, relative to the whole one's square, less what a single capture's own spread is. 0 where they
 * do not clearly differ: few captures vary widely by chance.
 */
static double between_captures(const struct window_series *s, double rate, double within,
			       size_t *captures)
{
	double squares = 0;
	size_t begin = 0;

	*captures = 0;
	for (size_t i = 0; i < s->windows; i++) {
		double value = 0, weight = 0;

		if (i + 1 < s->windows && (!s->capture || s->capture[i] == s->capture[i + 1]))
			continue;
		for (; begin <= i; begin++) {
			value += s->value[begin];
			weight += s->weight[begin];
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

/* Adds it to the spread, with the few degrees of freedom that a few captures have. */
static void estimate_widen(struct estimate *out, const struct window_series *s)
{
	size_t captures;
	double extra = between_captures(s, out->rate, out->variance, &captures);
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
 * As many independent ones would tell as much of the spread as these overlapping blocks: all windows
 * where each is drawn by itself, three for two blocks where they are long.
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

int estimate_make(const struct window_series *s, uint64_t seed, struct estimate *out)
{
	double *values = NULL, *weights = NULL, *starts = NULL;
	size_t length;
	int err = -ENOMEM;

	*out = (struct estimate) {.windows = s->windows};
	out->rate = ratio_of(s, &out->exposure, &out->events);
	if (out->rate <= 0)
		return 0;
	values = running_sums(s->value, s->windows);
	weights = running_sums(s->weight, s->windows);
	starts = running_sums(s->starts, s->windows);
	if (!values || !weights || !starts)
		goto out;
	length = block_length(s, out->rate);
	/* What began before the recording is one event as well. */
	out->events = fmax(out->events, 1);
	out->occurrences = fmax(1, out->events / burstiness(starts, s->windows, length));
	out->variance = draw_variance(values, weights, s->windows, length, out->rate, seed);
	estimate_spread(out, length);
	estimate_widen(out, s);
	err = 0;
out:
	free(values);
	free(weights);
	free(starts);
	return err;
}

static double change_degrees(const struct estimate *a, const struct estimate *b)
{
	double all = a->variance + b->variance;
	double parts =
		a->variance * a->variance / a->degrees + b->variance * b->variance / b->degrees;

	return parts > 0 ? all * all / parts : MOST_DEGREES;
}

/*
 * The most that the ratio nothing : something can be: nothing was seen where `seen` occurrences
 * fell on the other side, by chance with probability error / 2.
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
