/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_IDENTITY_DWARF_H
#define HUD_ANALYZER_RUNTIME_IDENTITY_DWARF_H

#include "analyzer/runtime/declarations.h"
#include "analyzer/runtime/tls.h"
#include "format/plan/plan.h"

/*
 * Where the runtime keeps the state of a thread, from debug information of its types. Fills in all
 * but the version; `out` has room for HUD_PLAN_SCHEDULERS_MAX schedulers. Without any scheduler in
 * `out` the state was not found.
 */
void plan_identity_read_dwarf(struct hud_plan_identity *out,
			      const struct plan_declarations *declared,
			      const struct plan_names *names, const struct plan_tls *tls);

#endif
