/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POLL_CODE_H
#define HUD_ANALYZER_POLL_CODE_H

#include "analyzer/image/functions.h"
#include "analyzer/poll/poll.h"

/* The functions that are known by their shape and by what they refer to. */
struct plan_codes {
	struct hud_plan_code *item; /* by address; none overlaps another */
	size_t count;
};

/*
 * Finds the functions that the polls of `polls` run in, and those that refer to what only a part of
 * the runtime refers to. Marks the polls that are found to be of the blocking pool. 0 or -ENOMEM.
 */
int plan_codes_find(struct plan_codes *out, struct plan_polls *polls,
		    const struct plan_poll_source *source, const struct plan_functions *functions);
void plan_codes_close(struct plan_codes *codes);

#endif
