/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_THREAD_POINTER_BPF_H
#define HUD_BPF_THREAD_POINTER_BPF_H

#include "bpf/kernel_types.h"
#include "bpf/user_memory.bpf.h"

/* From here the offsets of thread-local variables count: fs base, tpidr_el0. */
static __always_inline __u64 thread_pointer(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return task->thread.fsbase;
#else
	return task->thread.uw.tp_value;
#endif
}

/*
 * The thread-local block of a module, by the array that glibc has for each thread: pairs of words,
 * block and another, of which the one before the array is its length. 0: the thread has none.
 */
static __always_inline __u64 module_block(struct task_struct *sleeper, __u64 pointer, __u32 module)
{
	__u64 array = 0, length = 0, block = 0;
#if defined(__TARGET_ARCH_x86)
	__u64 place = pointer + 8;
#else
	__u64 place = pointer;
#endif

	if (user_word(sleeper, &array, place) || !array ||
	    user_word(sleeper, &length, array - 16) || module > length ||
	    user_word(sleeper, &block, array + 16 * (__u64)module))
		return 0;
	return block == ~0ull ? 0 : block;
}

#endif
