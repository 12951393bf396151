/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POLL_POLL_FIND_H
#define HUD_ANALYZER_POLL_POLL_FIND_H

#include "analyzer/poll/poll.h"

/*
 * Finds all poll sites, by their symbols, or without symbols by the vtables of tasks; and what
 * debug information and code say of each. 0 or -ENOMEM.
 */
int plan_polls_find(struct plan_polls *out, const struct plan_poll_source *source);

#endif
