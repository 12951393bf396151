/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LEARN_TICK_H
#define HUD_ANALYZER_LEARN_TICK_H

#include "analyzer/learn/cores.h"

/*
 * The counter of a core that says whether it is still the same poll: 4 bytes that only grow, that
 * move between polls that follow each other without a sleep, and from park to park too, and stay
 * during a poll. A counter of parks fails the first, one of polls the second. In current_thread,
 * where each poll may follow a park, by no less than the polls and parks that were seen.
 */
struct learn_tick {
	bool proven;
	uint32_t offset; /* in the core */
	uint32_t moved;  /* pairs of polls between which it moved */
};

/* Of a proven group. 0 or -ENOMEM. */
int learn_tick_find(struct learn_tick *out, const struct learn_input *in,
		    const struct learn_group *g);

#endif
