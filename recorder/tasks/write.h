/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TASKS_WRITE_H
#define HUD_RECORDER_TASKS_WRITE_H

#include "format/capture/writer.h"
#include "recorder/tasks/dump.h"

/* Writes dumps into a capture. Addresses in the process's memory go through a keyed hash. */
struct task_writer {
	struct capture_writer *writer;
	uint64_t key[2]; /* random */
	uint32_t dumps;  /* written so far */
};

/* `process`: id in the capture. 0 or a negative errno. */
int task_dump_write(struct task_writer *w, const struct task_dump *d, uint32_t process);

/* SipHash-2-4 of a number; 0 stays 0. */
uint64_t task_scramble(const uint64_t key[2], uint64_t number);

#endif
