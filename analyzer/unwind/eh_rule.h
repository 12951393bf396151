/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_EH_RULE_H
#define HUD_ANALYZER_UNWIND_EH_RULE_H

#include "format/plan/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What call frame information says at one address, and its translation into the few rules that the
 * unwinder in the kernel can follow.
 */

/* Register numbers of DWARF. */
struct eh_registers {
	uint32_t machine; /* ELF e_machine */
	uint64_t sp;
	uint64_t fp;
	uint64_t ra;
};
/* NULL: hud does not support this machine. */
const struct eh_registers *eh_registers(uint32_t machine);

/* Where the caller's value of a register is. */
struct eh_place {
	enum eh_place_kind {
		EH_UNSET,     /* not mentioned: unchanged, for the registers used here */
		EH_UNCHANGED, /* stated to be unchanged */
		EH_UNDEFINED,
		EH_AT_CFA,     /* in memory at CFA + offset */
		EH_EXPRESSION, /* in memory at the address that the expression computes */
		EH_ELSEWHERE,  /* in another register, or a computed value */
	} kind;
	int64_t offset;
	const uint8_t *expression;
	size_t expression_bytes;
};

/* The CFA, and the two registers that unwinding needs. */
struct eh_state {
	uint64_t cfa_register;
	int64_t cfa_offset;
	const uint8_t *cfa_expression; /* NULL: the CFA is register + offset */
	size_t cfa_expression_bytes;
	struct eh_place fp;
	struct eh_place ra;
};

/* The plan's rule for a state; `signal`: the function is a signal trampoline. */
struct hud_plan_rule eh_rule(uint32_t machine, bool signal, const struct eh_state *state);

#endif
