/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_LEARNED_H
#define HUD_RECORDER_PLAN_LEARNED_H

#include "format/plan.h"

/*
 * A copy of a learned identity. What it cannot have, the queues, is taken from one that was guessed
 * (or NULL), for each scheduler of which both say the same. NULL: no memory.
 */
struct hud_plan_identity *learned_identity(const struct hud_plan_identity *learned,
					   const struct hud_plan_identity *guessed);

#endif
