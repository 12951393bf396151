/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POLL_POLL_DWARF_H
#define HUD_ANALYZER_POLL_POLL_DWARF_H

#include "analyzer/poll/poll.h"

/* Adds what debug information says: types, and where the task is written. 0 or -ENOMEM. */
int plan_polls_read_dwarf(struct plan_polls *polls, const struct plan_poll_source *source);

#endif
