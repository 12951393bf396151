/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LEARN_TICK_H
#define HUD_ANALYZER_LEARN_TICK_H

#include "analyzer/learn/cores.h"

/*
 * The counter of a core that says whether it is still the same poll: 4 bytes that only grow, that
 * move from each park to the next poll and from a poll to the next park, and stay during a poll. It
 * moves between polls without a park too, which tells it from a count of parks and wakeups: in
 * current_thread by no less than the polls that were seen, in multi_thread unless a task came out
 * of the LIFO slot. A count of polls does not move from a poll to the next park.
 */
struct learn_tick {
	bool proven;
	uint32_t offset; /* in the core */
	uint32_t moved;  /* pairs of parks and polls between which it moved */
};

/* Of a proven group. 0 or -ENOMEM. */
int learn_tick_find(struct learn_tick *out, const struct learn_input *in,
		    const struct learn_group *g);

#endif
