/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_X86_INSTRUCTION_H
#define HUD_ANALYZER_UNWIND_X86_INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one x86-64 instruction does to the stack pointer, and where it goes on. */
enum x86_flow {
	X86_NEXT,   /* with the next instruction, calls too */
	X86_BRANCH, /* there or at the target */
	X86_JUMP,   /* at the target */
	X86_END,    /* returns, traps, or jumps to where a register or memory says */
};

struct x86_instruction {
	size_t length;
	enum x86_flow flow;
	int64_t distance; /* of the target, from the end of the instruction */
	int32_t push;     /* the stack grows by so many bytes */
	bool loses_sp;    /* the stack pointer gets a value that is not known */
	bool saves_fp;    /* pushes the frame pointer */
	bool restores_fp; /* pops it */
	bool clears_fp;   /* sets it to 0, as the outermost function of a thread does */
};

/* False: it is none, or none that is known here, or it does not end in `bytes`. */
bool x86_instruction_read(const uint8_t *code, size_t bytes, struct x86_instruction *out);

#endif
