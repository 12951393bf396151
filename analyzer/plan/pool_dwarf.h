/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_POOL_DWARF_H
#define HUD_ANALYZER_PLAN_POOL_DWARF_H

#include "analyzer/plan/declarations.h"
#include "format/plan.h"

/*
 * Where the runtime keeps the queue of its blocking pool, from debug information of its types.
 * Without any root in `out` it was not found.
 */
void plan_pool_read_dwarf(struct hud_plan_pool *out, const struct plan_declarations *declared,
			  const struct plan_names *names, const struct plan_tls *tls);

#endif
