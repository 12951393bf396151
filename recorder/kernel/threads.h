/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_THREADS_H
#define HUD_RECORDER_KERNEL_THREADS_H

#include "bpf/threads.h"

#include <linux/types.h>
#include <stddef.h>
#include <sys/types.h>

/* Lists the threads of a process, by a BPF program that visits all tasks (Linux 5.8). */
struct thread_lister;

/* 0 or a negative errno: -EPERM without the privileges. `*out` is the caller's. */
int thread_lister_open(struct thread_lister **out);
void thread_lister_close(struct thread_lister *l);
/* What a child needs of it: see recorder/base/child_call.h. */
int thread_lister_fd(const struct thread_lister *l);

/* All threads of `pid`; `*out` is to be freed. 0 or a negative errno. */
int thread_lister_read(struct thread_lister *l, pid_t pid, struct thread_of_process **out,
		       size_t *count);

#endif
