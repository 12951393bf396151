/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DESCENT_DRIVER_H
#define HUD_ANALYZER_DESCENT_DRIVER_H

#include "analyzer/descent/draft.h"
#include "analyzer/descent/scan.h"

/* Futures that functions drive themselves, in their frames on the stack. */
struct main_list {
	struct hud_plan_task_main *at;
	size_t count, room;
};

/* Adds those of a function, with a node of their type. 0 or -ENOMEM. */
int driver_read(struct main_list *out, struct draft *d, const struct descent_driver *driver);
/* By address, as a plan has them: what would overlap is left out. */
void main_list_sort(struct main_list *l);

#endif
