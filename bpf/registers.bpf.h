/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_REGISTERS_BPF_H
#define HUD_BPF_REGISTERS_BPF_H

#include "bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/registers.h"

/* What a thread was about to do in user mode when it entered the kernel. */

/* The system call of a thread's user registers; -1 in exceptions and interrupts. */
static __always_inline __s32 registers_syscall(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return (__s32)BPF_CORE_READ(regs, orig_ax);
#else
	return BPF_CORE_READ(regs, syscallno);
#endif
}

/* The system call a task is in. */
static __always_inline __s32 task_syscall(struct task_struct *task)
{
	return registers_syscall((struct pt_regs *)bpf_task_pt_regs(task));
}

/* Its user registers, as it entered the kernel. */
static __always_inline void registers_read(struct task_struct *task, struct unwind_registers *out)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	out->exact = 1;
#if defined(__TARGET_ARCH_x86)
	out->pc = BPF_CORE_READ(regs, ip);
	out->sp = BPF_CORE_READ(regs, sp);
	out->fp = BPF_CORE_READ(regs, bp);
#else
	out->pc = BPF_CORE_READ(regs, pc);
	out->sp = BPF_CORE_READ(regs, sp);
	out->fp = BPF_CORE_READ(regs, regs[29]);
	out->lr = BPF_CORE_READ(regs, regs[30]);
	out->machine_arm = 1;
#endif
}

#endif
