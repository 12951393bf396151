/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_POOL_DWARF_H
#define HUD_ANALYZER_RUNTIME_POOL_DWARF_H

#include "analyzer/runtime/declarations.h"
#include "format/plan/plan.h"

/* The handle of a runtime that a thread in it has, in the thread-local of the whole runtime. */
struct plan_handle {
	int64_t place;               /* of the variable, from the thread pointer */
	struct hud_plan_tag variant; /* in it: any other value means a handle of another kind */
	uint32_t handle;             /* in it: address of the handle */
	struct dwarf_place target;   /* what that points to */
};

/*
 * The enum of handles, which an Option and a cell wrap, and its variant for this kind of scheduler.
 * False: there is none, or it is not known.
 */
bool plan_handle_place(const struct plan_declarations *declared, const struct plan_names *names,
		       const struct plan_tls *tls, const char *variant, struct plan_handle *out);

/*
 * Where the runtime keeps the queue of its blocking pool, from debug information of its types.
 * Without any root in `out` it was not found.
 */
void plan_pool_read_dwarf(struct hud_plan_pool *out, const struct plan_declarations *declared,
			  const struct plan_names *names, const struct plan_tls *tls);

#endif
