/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_POLL_TASK_H
#define HUD_ANALYZER_DERIVE_POLL_TASK_H

#include "analyzer/store/row_source.h"

/*
 * poll_task(capture): for each row of poll, ordered by id, the type of its task where a stack shows
 * it, whether at least half of its samples saw the runtime's own code between two polls, and
 * whether any sample was taken or sleep recorded in it. Its context is struct observations.
 */
extern const struct row_source poll_task;

#endif
