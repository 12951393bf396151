/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/change.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/*
 * What may be claimed of many figures at once.
 *
 * Claims of a change are corrected for their number by Holm's procedure, weighted: the error that
 * all claims together may have is divided among the figures by their size, both sides added up,
 * which does not depend on how the sides differ. A figure of which a change is claimed leaves its
 * share to the others. That nothing changed is claimed of each figure by itself.
 */

struct candidate {
	struct change *change;
	double chance; /* p-value */
	double share;  /* of the family's size, 0 to 1 */
};

/*
 * Half widths of an interval of ln(ratio) that suffice nine times in ten: SAME_WIDTH to claim that
 * nothing changed, CHANGE_PART of the change to claim a change.
 */
#define SAME_WIDTH 0.06
#define CHANGE_PART 0.6

const char *change_word(enum change_status status)
{
	static const char *const words[CHANGE_STATUSES] = {
		[CHANGE_UNCHANGED] = "unchanged", [CHANGE_BETTER] = "better",
		[CHANGE_WORSE] = "worse",         [CHANGE_NEW] = "new",
		[CHANGE_GONE] = "gone",           [CHANGE_CANNOT_TELL] = "cannot tell",
	};

	return words[status];
}

static int least_probable_first(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	double x = a->chance * b->share, y = b->chance * a->share;

	return (x > y) - (x < y);
}

static double size_of(const struct change *c)
{
	return c->before.rate * c->before.exposure + c->after.rate * c->after.exposure;
}

/* Gives each figure its part of the error. The most improbable figure comes first. */
static void error_divide(struct candidate *candidates, size_t count)
{
	double left = 0;
	bool claimed = true; /* so are all figures up to this one */

	for (size_t i = 0; i < count; i++)
		left += candidates[i].share;
	for (size_t i = 0; i < count; i++) {
		struct candidate *k = &candidates[i];

		k->change->error = left > 0 ? STATISTICS_ERROR * k->share / left : STATISTICS_ERROR;
		if (k->change->error > STATISTICS_ERROR)
			k->change->error = STATISTICS_ERROR;
		if (k->chance > k->change->error)
			claimed = false;
		if (claimed)
			left -= k->share;
	}
}

static bool holds_zero(struct interval i)
{
	return i.low <= 0 && i.high >= 0;
}

static enum change_status direction(const struct change *c)
{
	if (c->before.rate <= 0)
		return CHANGE_NEW;
	if (c->after.rate <= 0)
		return CHANGE_GONE;
	return c->interval.high < 0 ? CHANGE_BETTER : CHANGE_WORSE;
}

static double seconds_needed(const struct change *c, const double seconds[2])
{
	const struct estimate *a = &c->before, *b = &c->after;
	double size, z, width;

	if (a->rate <= 0 || b->rate <= 0) {
		bool after = a->rate <= 0;
		double seen = after ? b->occurrences : a->occurrences;

		return seconds[after] * log(c->error / 2) / log(0.5) / seen;
	}
	size = fabs(log(b->rate / a->rate));
	z = student_quantile(1e9, size < STATISTICS_SAME ? STATISTICS_ERROR : c->error);
	width = fmax(SAME_WIDTH, size < STATISTICS_SAME ? 0 : CHANGE_PART * size);
	return z * z * (a->variance * seconds[0] + b->variance * seconds[1]) / (width * width);
}

static void judge(struct change *c, const double seconds[2])
{
	struct interval plain = change_interval(&c->before, &c->after, STATISTICS_ERROR);
	struct interval corrected = change_interval(&c->before, &c->after, c->error);

	c->record_seconds = 0;
	if (plain.low >= -STATISTICS_SAME && plain.high <= STATISTICS_SAME) {
		c->interval = plain;
		c->status = CHANGE_UNCHANGED;
		return;
	}
	c->interval = corrected;
	if (!holds_zero(corrected)) {
		c->status = direction(c);
		return;
	}
	if (holds_zero(plain))
		c->interval = plain;
	c->status = CHANGE_CANNOT_TELL;
	c->record_seconds = seconds_needed(c, seconds);
}

int changes_judge(struct change *changes, size_t count, const double seconds[2])
{
	struct candidate *candidates = calloc(count ? count : 1, sizeof(*candidates));
	double whole = 0;
	size_t comparable = 0;

	if (!candidates)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct change *c = &changes[i];

		c->status = CHANGE_CANNOT_TELL;
		c->error = STATISTICS_ERROR;
		c->record_seconds = 0;
		c->interval = (struct interval) {-1, INFINITY};
		if (!c->comparable)
			continue;
		candidates[comparable++] =
			(struct candidate) {c, change_chance(&c->before, &c->after), size_of(c)};
		whole += size_of(c);
	}
	for (size_t i = 0; i < comparable; i++)
		candidates[i].share =
			whole > 0 ? candidates[i].share / whole : 1 / (double)comparable;
	qsort(candidates, comparable, sizeof(*candidates), least_probable_first);
	error_divide(candidates, comparable);
	for (size_t i = 0; i < comparable; i++)
		judge(candidates[i].change, seconds);
	free(candidates);
	return 0;
}
