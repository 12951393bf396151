/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POLL_HOOKS_H
#define HUD_ANALYZER_POLL_HOOKS_H

#include "analyzer/poll/poll.h"

/*
 * Finds the functions that the runtime calls for every task when it is spawned, woken or has ended:
 * by their names, so only where there are symbols. 0 or -ENOMEM.
 */
int plan_hooks_find(struct plan_polls *polls, const struct plan_poll_source *source);

#endif
