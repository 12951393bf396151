/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TASKS_TRANSFER_H
#define HUD_RECORDER_TASKS_TRANSFER_H

#include "recorder/tasks/dump.h"

/*
 * A dump as bytes: it is read in a child (recorder/base/child_call.h), and written to the capture
 * by its parent, the same program.
 */

/* Writes what was read, and the threads. 0 or a negative errno. */
int task_dump_send(const struct task_dump *d, int out);

/*
 * Takes what was sent, in place of what `d` has, whose first fields stay. `d->thread` is to be
 * freed too. 0 or a negative errno: -EBADMSG if it is not whole.
 */
int task_dump_receive(struct task_dump *d, const uint8_t *data, size_t bytes);

#endif
