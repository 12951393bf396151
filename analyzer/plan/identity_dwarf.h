/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_IDENTITY_H
#define HUD_ANALYZER_PLAN_IDENTITY_H

#include "analyzer/debuginfo/dwarf_file.h"
#include "analyzer/plan/runtime_names.h"
#include "analyzer/plan/tls.h"
#include "format/plan.h"

/*
 * Where the runtime keeps what it does on a thread, by what debug information says of its types.
 * Fills in all but the version, with room for HUD_PLAN_SCHEDULERS_MAX of them behind `out`. No
 * scheduler: nothing of it could be found.
 */
void plan_identity_read_dwarf(struct hud_plan_identity *out, struct dwarf_file *file,
			      const struct plan_names *names, const struct plan_tls *tls);

#endif
