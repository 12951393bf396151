/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_REGISTERS_H
#define HUD_BPF_REGISTERS_H

#include <stdint.h>

/* The registers by which a walk goes up a stack. */
struct unwind_registers {
	uint64_t pc;
	uint64_t sp;
	uint64_t fp;
	uint64_t lr;          /* AArch64, innermost frame only; 0 afterwards */
	uint32_t machine_arm; /* 1: AArch64; 0: x86-64 */
	uint32_t exact;       /* pc is the next instruction, not a return address */
};

#endif
