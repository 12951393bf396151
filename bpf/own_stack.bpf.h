/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_OWN_STACK_BPF_H
#define HUD_BPF_OWN_STACK_BPF_H

#include "bpf/kernel_types.h"

#include <bpf/bpf_helpers.h>

/*
 * From Linux 6.13 on the kernel may give a program one stack for each CPU (bpf_enable_priv_stack()
 * in kernel/bpf/verifier.c). That is no stack for a uprobe: on a preemptible kernel its thread may
 * lose the CPU there, to another one that runs the same program. A program that has a tail call
 * stays on the stack of its thread. This one is never taken, and the verifier removes it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} no_programs SEC(".maps");

/* `task`: current, which the compiler does not know to be there. */
static __always_inline void stay_on_own_stack(void *ctx, const struct task_struct *task)
{
	if (!task)
		bpf_tail_call(ctx, &no_programs, 0);
}

#endif
