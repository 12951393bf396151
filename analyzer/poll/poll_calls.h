/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POLL_POLL_CALLS_H
#define HUD_ANALYZER_POLL_POLL_CALLS_H

#include "analyzer/poll/poll.h"

/*
 * Adds what can be concluded from the code of functions beside the poll function in the task's
 * vtable, where the types are not known yet. 0 or -ENOMEM.
 */
int plan_polls_read_calls(struct plan_polls *polls, const struct plan_poll_source *source);

/* The table of the tasks that this function polls; NULL: none was found. */
const struct plan_vtable *plan_vtable_of(const struct plan_poll_source *source, uint64_t poll);

#endif
