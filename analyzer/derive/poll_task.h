/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_POLL_TASK_H
#define HUD_ANALYZER_DERIVE_POLL_TASK_H

#include "analyzer/store/row_source.h"

/*
 * poll_task(capture): each poll (table poll), in the order of ids, with the type of its task where a
 * stack tells it, and whether half of the looks at it or more saw the runtime's own code between two
 * polls. Its context: struct sightings.
 */
extern const struct row_source poll_task;

#endif
