/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_LEARN_REPORT_H
#define HUD_RECORDER_LEARN_REPORT_H

#include "format/plan/plan.h"
#include "format/wire/recording.h"

#include <stdbool.h>

/* What is proven by an answer with an identity. */
void report_proof(struct hud_layout *layout, const struct plan *answer);

/*
 * From where the state of a process is known, for the capture: `last` is what learning came to, if
 * it was tried; `identity` NULL: it is not known.
 */
struct hud_layout report_layout(const struct hud_layout *last,
				const struct hud_plan_identity *identity, bool recalled);

/* Messages. `more`: what was proven before, without a tick, has been said. */
void report_learned(const char *path, const struct hud_layout *layout, bool more);
void report_undecided(const char *path, const struct hud_layout *layout);
void report_withdrawn(const char *path, uint64_t contradictions);

#endif
