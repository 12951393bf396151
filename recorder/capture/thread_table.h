/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_THREAD_TABLE_H
#define HUD_RECORDER_CAPTURE_THREAD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the recorder must remember of a watched thread between two events. */
struct thread_entry {
	uint32_t tid;
	/* The last wakeup from a long sleep; it is of the span that contains `wake_ns`. */
	uint64_t wake_ns;
	uint32_t waker_pid;
	uint32_t waker_tid;
	uint32_t waker_process;
	uint32_t waker_stack;
	/* The open span whose stack was already received. */
	uint64_t open_start_ns;
	uint32_t open_user_stack;
	uint32_t open_kernel_stack;
	uint64_t window_start_ns; /* of the last window */
};

struct thread_table {
	struct thread_entry *slot; /* tid 0: free */
	size_t room;               /* a power of two, or 0 */
	size_t count;
};

/* The entry of a thread, made when there is none. NULL: no memory. Valid until the next call. */
struct thread_entry *thread_table_entry(struct thread_table *t, uint32_t tid);
void thread_table_remove(struct thread_table *t, uint32_t tid);
void thread_table_free(struct thread_table *t);

#endif
