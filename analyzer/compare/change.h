/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_CHANGE_H
#define HUD_ANALYZER_COMPARE_CHANGE_H

#include "analyzer/compare/statistics.h"

enum change_status {
	CHANGE_UNCHANGED,
	CHANGE_BETTER,
	CHANGE_WORSE,
	CHANGE_NEW,
	CHANGE_GONE,
	CHANGE_CANNOT_TELL,
	CHANGE_STATUSES,
};

/* "better", "cannot tell", … */
const char *change_word(enum change_status status);

/* One figure before and after, and what is claimed of it. */
struct change {
	struct estimate before, after;
	bool comparable; /* false: nothing can be claimed, whatever the figures are */

	/* What changes_judge() finds. */
	enum change_status status;
	struct interval interval;
	double error;          /* the chance of being wrong that a claim of a change may have */
	double record_seconds; /* to record on either side for a claim; 0: there is one, or never */
};

/*
 * Judges a family of figures together: where nothing changed, the chance that a change is claimed
 * of any of them is STATISTICS_ERROR at most. `seconds` recorded before and after. -ENOMEM, or 0.
 */
int changes_judge(struct change *changes, size_t count, const double seconds[2]);

#endif
