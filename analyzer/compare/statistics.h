/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_STATISTICS_H
#define HUD_ANALYZER_COMPARE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Has a figure changed between two recordings, and how sure is that? Pure arithmetic; docs/DIFF.md
 * says for people what is done here and why.
 *
 * A figure is a ratio (blocked time over worker time), watched in windows of about a second.
 */

#define STATISTICS_ERROR 0.05      /* of all claims about one family of figures together */
#define STATISTICS_SAME 0.10       /* a change within +-10% is none */
#define STATISTICS_LEAST_WINDOWS 5 /* fewer show no spread */

/* One side of one figure, window by window. */
struct window_series {
	const double *value;  /* what is compared */
	const double *weight; /* what it is divided by; never negative */
	const double *starts; /* how many events began there */
	const int64_t
		*capture; /* which one it is of; those of one stand together. NULL: all of one */
	size_t windows;
};

/* What a series says. */
struct estimate {
	double rate;        /* sum of values over sum of weights */
	double exposure;    /* sum of weights */
	double events;      /* sum of starts */
	double occurrences; /* independent ones: events that come in bursts count less */
	double variance;    /* of ln(rate), from the bootstrap; 0 where the rate is 0 */
	double degrees;     /* of freedom of that variance */
	size_t windows;
};

/* `seed` makes the draws of the bootstrap the same each time. -ENOMEM, or 0. */
int estimate_make(const struct window_series *series, uint64_t seed, struct estimate *out);

/* Relative changes: 0.1 is +10%, -1 is gone; infinity where there was nothing before. */
struct interval {
	double low, high;
};

/* Where the change lies but for `error`, half of it on either side. */
struct interval change_interval(const struct estimate *before, const struct estimate *after,
				double error);

/* How probable so great a difference is by chance, in either direction, where nothing changed. */
double change_chance(const struct estimate *before, const struct estimate *after);

enum change_status {
	CHANGE_UNCHANGED,
	CHANGE_BETTER,
	CHANGE_WORSE,
	CHANGE_NEW,
	CHANGE_GONE,
	CHANGE_CANNOT_TELL,
	CHANGE_STATUSES,
};

struct change {
	struct estimate before, after;
	bool told; /* false: the recordings, or this figure of them, cannot be compared */

	/* What changes_judge() finds. */
	enum change_status status;
	struct interval interval;
	double error;          /* what it may claim a change with */
	double record_seconds; /* on either side, so that it could be told; 0: it is told, or never */
};

/*
 * Judges a family of figures together, so that where nothing changed a change is claimed of any of
 * them with STATISTICS_ERROR at most. `seconds` recorded before and after.
 */
int changes_judge(struct change *changes, size_t count, const double seconds[2]);

/* The ends of the middle 1 - error of Student's distribution, as a positive number. */
double student_quantile(double degrees, double error);
/* The probability of |t| or more, in either direction. */
double student_tails(double degrees, double t);

/*
 * Where a quantile (0.5, 0.99) of durations lies but for `error`, by ranks from 0 among `count`
 * sorted ones; -1 or `count`: not bounded by any of them.
 */
void quantile_ranks(size_t count, double quantile, double error, int64_t ranks[2]);

#endif
