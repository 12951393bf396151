/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_THREAD_POINTER_BPF_H
#define HUD_BPF_THREAD_POINTER_BPF_H

#include "bpf/kernel_types.h"

/* From here the offsets of thread-local variables count: fs base, tpidr_el0. */
static __always_inline __u64 thread_pointer(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return task->thread.fsbase;
#else
	return task->thread.uw.tp_value;
#endif
}

#endif
