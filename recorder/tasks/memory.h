/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TASKS_MEMORY_H
#define HUD_RECORDER_TASKS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The memory of a process that goes on running: what is read may change at any time, and none of it
 * is trusted. Nothing is ever written there.
 */
struct task_span {
	uint64_t address;
	size_t bytes;
};

#define TASK_SPANS_MAX 512u /* in one call */

struct task_memory {
	/* Copies spans, one after another. How many of them, from the first on, were whole. */
	size_t (*read)(void *context, const struct task_span *span, size_t count, void *out);
	void *context;
};

/* By process_vm_readv(). `*pid` must outlive it. */
struct task_memory task_memory_of_process(pid_t *pid);

/* Has the process ended? Also of one that nobody has waited for yet. */
bool task_memory_gone(pid_t pid);

#endif
