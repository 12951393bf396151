/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_PLAN_VALID_H
#define HUD_FORMAT_PLAN_VALID_H

#include "format/plan/plan.h"

#include <stdbool.h>

/* Of a value that is read at once: none, 1, 2, 4 or 8 bytes. */
static inline bool plan_width_valid(uint32_t bytes)
{
	return bytes <= 8 && (bytes & (bytes - 1)) == 0;
}

static inline bool plan_count_valid(const struct hud_plan_count *c)
{
	return !c->bytes || c->bytes == 4 || c->bytes == 8;
}

#endif
