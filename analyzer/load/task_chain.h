/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_TASK_CHAIN_H
#define HUD_ANALYZER_LOAD_TASK_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The chain of awaits that a task waits by, as a hash: tasks with the same one wait at the same
 * place. Of a set it counts which futures are in it, not how many of each, nor in which order.
 */
struct task_chain {
	uint64_t hash[2];
};

/* A frame, as far as it counts for that. */
struct chain_part {
	uint16_t depth;
	bool set;      /* it has a set of futures below it */
	uint64_t what; /* its kind, and what it waits for */
	uint64_t type;
};

/* 0 or -ENOMEM. */
int task_chain_read(struct task_chain *out, const struct chain_part *part, size_t parts);

#endif
