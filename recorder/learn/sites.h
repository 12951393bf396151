/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_LEARN_SITES_H
#define HUD_RECORDER_LEARN_SITES_H

#include "format/plan/plan.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Offsets in the file of functions to probe, `most` at most, and how many there are: from the site
 * of number `first` on, and from the beginning again after the last. `cheap`: those that cost
 * little; else the others.
 */
uint32_t sites_choose(const struct plan *plan, bool cheap, uint64_t first, uint32_t most,
		      unsigned long *offset);

/* Is there no task whose poll a probe would miss, if those that are cheap are probed? */
bool sites_are_cheap(const struct plan *plan);

#endif
