/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_LEARNED_H
#define HUD_RECORDER_PLAN_LEARNED_H

#include "format/plan/plan.h"

#include <stdbool.h>

/*
 * A copy of a learned identity. What it cannot have, the queues, is taken from one that was guessed
 * (or NULL), for each scheduler of which both say the same. NULL: no memory.
 */
struct hud_plan_identity *learned_identity(const struct hud_plan_identity *learned,
					   const struct hud_plan_identity *guessed);

/*
 * Can it be of an object with this thread-local block? A file may have been given another's
 * build-id. NULL does not.
 */
bool learned_fits(const struct hud_plan_identity *learned, const struct hud_plan_block *block);

/* Is there more that snapshots might prove: a tick, the task's id? */
bool learned_lacks(const struct hud_plan_identity *identity);

/* Does `more` say all that `known` says, and more? */
bool learned_extends(const struct hud_plan_identity *more, const struct hud_plan_identity *known);

/*
 * Do both say where the same is kept, and not the same of it: of one core another word of the park
 * or another tick, or another word of the task's id?
 */
bool learned_contradicts(const struct hud_plan_identity *a, const struct hud_plan_identity *b);

#endif
