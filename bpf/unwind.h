/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_UNWIND_H
#define HUD_BPF_UNWIND_H

/*
 * One step up a stack: from a frame's registers and the rule for its pc to its caller's registers.
 * Compiled for BPF, which walks live threads, and for the host, where tests/unit walks recorded
 * stacks.
 *
 * The includer defines before it includes this:
 *   UNWIND_READ(context, to, address)  read 8 bytes of the walked thread's memory; 0 or an error
 */

#include "bpf/registers.h"
#include "format/plan/plan.h"
#include "format/wire/definitions.h"

/* 0: the step was made. Else why the walk ends here: enum hud_stack_stop. */
typedef uint32_t unwind_result;

/* Fields of the signal frame (uapi headers), from the stack pointer at the signal trampoline. */
/* In ucontext: 8 flags, 8 link, 24 stack, then sigcontext.rbp at 80. */
#define UNWIND_X86_SIGNAL_FP 120
#define UNWIND_X86_SIGNAL_SP 160
#define UNWIND_X86_SIGNAL_PC 168
#define UNWIND_ARM_SIGNAL_FP (128 + 176 + 8 + 29 * 8) /* siginfo, ucontext up to regs[29] */
#define UNWIND_ARM_SIGNAL_LR (128 + 176 + 8 + 30 * 8)
#define UNWIND_ARM_SIGNAL_SP (128 + 176 + 8 + 31 * 8)
#define UNWIND_ARM_SIGNAL_PC (128 + 176 + 8 + 32 * 8)

/*
 * Pointer authentication signs return addresses in the bits above the address space, which has 48;
 * where the kernel was built with fewer, some of the signature stays, and the walk ends there.
 */
#define UNWIND_ARM_ADDRESS_MASK ((1ull << 48) - 1)

static inline __attribute__((always_inline)) unwind_result unwind_signal_frame(
	void *context, struct unwind_registers *r)
{
	uint64_t pc, sp, fp, base = r->sp;
	int arm = r->machine_arm != 0;

	if (UNWIND_READ(context, &pc, base + (arm ? UNWIND_ARM_SIGNAL_PC : UNWIND_X86_SIGNAL_PC)) ||
	    UNWIND_READ(context, &sp, base + (arm ? UNWIND_ARM_SIGNAL_SP : UNWIND_X86_SIGNAL_SP)) ||
	    UNWIND_READ(context, &fp, base + (arm ? UNWIND_ARM_SIGNAL_FP : UNWIND_X86_SIGNAL_FP)))
		return HUD_STOP_READ_FAILED;
	if (arm && UNWIND_READ(context, &r->lr, base + UNWIND_ARM_SIGNAL_LR))
		return HUD_STOP_READ_FAILED;
	r->pc = pc;
	r->sp = sp; /* may be anywhere: signals can have a stack of their own */
	r->fp = fp;
	r->exact = 1;
	return 0;
}

/* By the frame pointer: it points to the caller's, with the return address above that. */
static inline __attribute__((always_inline)) unwind_result unwind_frame_pointer(
	void *context, struct unwind_registers *r)
{
	uint64_t fp, pc;

	if (r->fp < r->sp || r->fp & 7)
		return HUD_STOP_NO_FRAME_POINTER;
	if (UNWIND_READ(context, &fp, r->fp) || UNWIND_READ(context, &pc, r->fp + 8))
		return HUD_STOP_READ_FAILED;
	r->sp = r->fp + 16;
	r->fp = fp;
	r->pc = r->machine_arm ? pc & UNWIND_ARM_ADDRESS_MASK : pc;
	r->lr = 0;
	r->exact = 0;
	return r->pc ? 0 : HUD_STOP_ROOT;
}

static inline __attribute__((always_inline)) unwind_result unwind_step(
	void *context, const struct hud_plan_rule *rule, struct unwind_registers *r)
{
	uint64_t cfa, pc, fp = r->fp, fp_slot = 0;

	switch (rule->type) {
	case HUD_RULE_CFA_SP:
		cfa = r->sp + (uint64_t)(int64_t)rule->cfa_offset;
		break;
	case HUD_RULE_CFA_FP:
		cfa = r->fp + (uint64_t)(int64_t)rule->cfa_offset;
		break;
	case HUD_RULE_PLT:
		cfa = r->sp + 8 + ((r->pc & 15) >= (uint64_t)rule->cfa_offset ? 8 : 0);
		break;
	case HUD_RULE_CFA_FP_DEREF:
		if (UNWIND_READ(context, &cfa, r->fp + (uint64_t)(int64_t)rule->cfa_offset))
			return HUD_STOP_READ_FAILED;
		fp_slot = r->fp;
		break;
	case HUD_RULE_CFA_SP_FAR:
		cfa = r->sp + 8 * (uint64_t)(uint16_t)rule->cfa_offset;
		break;
	case HUD_RULE_CFA_SP_DEREF:
		if (UNWIND_READ(context, &cfa, r->sp + (uint64_t)(int64_t)rule->cfa_offset))
			return HUD_STOP_READ_FAILED;
		cfa += 8;
		break;
	case HUD_RULE_SIGNAL:
		return unwind_signal_frame(context, r);
	case HUD_RULE_ROOT:
		return HUD_STOP_ROOT;
	case HUD_RULE_NONE:
		return unwind_frame_pointer(context, r);
	default:
		return HUD_STOP_UNSUPPORTED;
	}
	/* Frames lie below their callers'; only a leaf on AArch64 may have an empty frame. */
	if (cfa < r->sp || (cfa == r->sp && !r->lr))
		return HUD_STOP_NOT_ADVANCING;
	if (rule->ra_offset == HUD_RULE_UNCHANGED && !r->lr)
		return HUD_STOP_UNSUPPORTED; /* only the innermost frame's register is known */
	if (rule->ra_offset == HUD_RULE_UNCHANGED)
		pc = r->lr;
	else if (UNWIND_READ(context, &pc, cfa + (uint64_t)(int64_t)rule->ra_offset))
		return HUD_STOP_READ_FAILED;
	if (!fp_slot)
		fp_slot = cfa;
	if (rule->fp_offset != HUD_RULE_UNCHANGED &&
	    UNWIND_READ(context, &fp, fp_slot + (uint64_t)(int64_t)rule->fp_offset))
		return HUD_STOP_READ_FAILED;
	r->pc = r->machine_arm ? pc & UNWIND_ARM_ADDRESS_MASK : pc;
	r->sp = cfa;
	r->fp = fp;
	r->lr = 0;
	r->exact = 0;
	return r->pc ? 0 : HUD_STOP_ROOT;
}

#endif
