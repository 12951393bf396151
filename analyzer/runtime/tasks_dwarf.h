/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_TASKS_DWARF_H
#define HUD_ANALYZER_RUNTIME_TASKS_DWARF_H

#include "analyzer/runtime/declarations.h"
#include "format/plan/plan.h"

/*
 * The lists of tasks: from a thread's handle of its runtime to the list, and the links of a task,
 * from debug information of the runtime's types. Without any root in `out` they were not found.
 */
void plan_tasks_read_dwarf(struct hud_plan_tasks *out, const struct plan_declarations *declared,
			   const struct plan_names *names, const struct plan_tls *tls);

/*
 * Without debug information: what is the same in all versions. The recorder searches the lists.
 * False: the program has no thread-local variables.
 */
bool plan_tasks_by_layout(struct hud_plan_tasks *out, const struct plan_names *names,
			  const struct plan_tls *tls);

#endif
