/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POLL_TASK_VTABLE_H
#define HUD_ANALYZER_POLL_TASK_VTABLE_H

#include "analyzer/image/image.h"

/*
 * The table of functions that the runtime has for each type of task. It is recognized by its shape,
 * so in builds without symbols too: seven addresses of code, and then the offsets of three parts of
 * a task.
 */
enum { PLAN_VTABLE_FUNCTIONS = 7, PLAN_VTABLE_OFFSETS = 3 };

struct plan_vtable {
	uint64_t function[PLAN_VTABLE_FUNCTIONS]; /* poll, schedule, dealloc, … */
};
enum { PLAN_VTABLE_POLL = 0, PLAN_VTABLE_SCHEDULE = 1, PLAN_VTABLE_DEALLOC = 2 };

/* By address of the poll function, one table for each; `*out` is to be freed. 0 or -ENOMEM. */
int plan_vtables_find(const struct plan_image *image, struct plan_vtable **out, size_t *count);

#endif
