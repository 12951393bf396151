/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_STATISTICS_H
#define HUD_ANALYZER_COMPARE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Estimates of a figure, and how sure a difference of two is. Pure arithmetic; docs/DIFF.md
 * explains what is done here and why.
 *
 * A figure is a ratio, for instance blocked time over worker time, watched in windows of about a
 * second.
 */

#define STATISTICS_ERROR 0.05      /* chance that any claim about a family of figures is wrong */
#define STATISTICS_SAME 0.10       /* a change within ±10% counts as none */
#define STATISTICS_LEAST_WINDOWS 5 /* with fewer the spread cannot be estimated */

struct window {
	double value;    /* numerator of the ratio */
	double weight;   /* denominator; never negative */
	double starts;   /* events that began in the window */
	int64_t capture; /* which capture it is part of; windows of one are adjacent */
};

/* What a series of windows says of the ratio. */
struct estimate {
	double rate;        /* sum of values over sum of weights */
	double exposure;    /* sum of weights */
	double events;      /* sum of starts */
	double occurrences; /* events, bursts counted as one */
	double variance;    /* of ln(rate), from the bootstrap; 0 where the rate is 0 */
	double degrees;     /* of freedom of that variance */
	size_t windows;
};

/* `seed` makes the draws of the bootstrap the same each time. -ENOMEM, or 0. */
int estimate_make(const struct window *windows, size_t count, uint64_t seed, struct estimate *out);

/* Relative changes: 0.1 is +10%, -1 is gone; infinity where there was nothing before. */
struct interval {
	double low, high;
};

/* The confidence interval of the change; with probability `error` the change is outside. */
struct interval change_interval(const struct estimate *before, const struct estimate *after,
				double error);

/* p-value: the probability of so large a difference, in either direction, if nothing changed. */
double change_chance(const struct estimate *before, const struct estimate *after);

/* The t > 0 for which |t| is exceeded with probability `error` in Student's distribution. */
double student_quantile(double degrees, double error);
/* The probability that |t| is exceeded in Student's distribution. */
double student_tails(double degrees, double t);

/*
 * The confidence interval of a quantile (0.5, 0.99), as ranks from 0 among `count` sorted values;
 * -1 or `count`: none of them bounds it.
 */
void quantile_ranks(size_t count, double quantile, double error, int64_t ranks[2]);

#endif
