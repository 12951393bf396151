/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LEARN_TASK_H
#define HUD_ANALYZER_LEARN_TASK_H

#include "analyzer/learn/input.h"

/*
 * The thread-local word with the id of the task being polled: during a poll it equals the id in the
 * task's header, which the probe at the poll's beginning saw.
 */
struct learn_task {
	bool proven;
	bool tagged;    /* the word before it is 1 where there is an id, and else 0 */
	int64_t offset; /* from the thread pointer */
	uint32_t agreed;
};

void learn_task_find(struct learn_task *out, const struct learn_input *in);

#endif
