/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/*
 * What may be claimed of many figures at once.
 *
 * Claims of a change are corrected for their number (Holm's procedure, weighted): the error that all
 * claims may have together is shared out by how much each figure is of the whole, for both sides
 * together, which says nothing of how they differ. What is claimed hands its share to the others.
 * That nothing changed is claimed of each figure by itself.
 */

struct candidate {
	struct change *change;
	double chance;
	double share; /* of the family, 0 to 1 */
};

/* Half widths, as logarithms of a ratio, that tell: no change nine times in ten; this change so. */
#define SAME_WIDTH 0.06
#define CHANGE_PART 0.6

static int least_probable_first(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	double x = a->chance * b->share, y = b->chance * a->share;

	return (x > y) - (x < y);
}

static double amount(const struct change *c)
{
	return c->before.rate * c->before.exposure + c->after.rate * c->after.exposure;
}

/* Gives each change the error it may be claimed with. */
static void share_out(struct candidate *candidates, size_t count)
{
	double left = 0;
	bool over = false;

	for (size_t i = 0; i < count; i++)
		left += candidates[i].share;
	for (size_t i = 0; i < count; i++) {
		struct candidate *k = &candidates[i];

		k->change->error = left > 0 ? STATISTICS_ERROR * k->share / left : STATISTICS_ERROR;
		if (k->change->error > STATISTICS_ERROR)
			k->change->error = STATISTICS_ERROR;
		if (k->chance > k->change->error)
			over = true;
		if (!over)
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
	struct interval careful = change_interval(&c->before, &c->after, c->error);

	c->record_seconds = 0;
	if (plain.low >= -STATISTICS_SAME && plain.high <= STATISTICS_SAME) {
		c->interval = plain;
		c->status = CHANGE_UNCHANGED;
		return;
	}
	c->interval = careful;
	if (!holds_zero(careful)) {
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
	size_t told = 0;

	if (!candidates)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct change *c = &changes[i];

		c->status = CHANGE_CANNOT_TELL;
		c->error = STATISTICS_ERROR;
		c->record_seconds = 0;
		c->interval = (struct interval) {-1, INFINITY};
		if (!c->told)
			continue;
		candidates[told++] =
			(struct candidate) {c, change_chance(&c->before, &c->after), amount(c)};
		whole += amount(c);
	}
	for (size_t i = 0; i < told; i++)
		candidates[i].share = whole > 0 ? candidates[i].share / whole : 1 / (double)told;
	qsort(candidates, told, sizeof(*candidates), least_probable_first);
	share_out(candidates, told);
	for (size_t i = 0; i < told; i++)
		judge(candidates[i].change, seconds);
	free(candidates);
	return 0;
}
