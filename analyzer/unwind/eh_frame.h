/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_EH_FRAME_H
#define HUD_ANALYZER_UNWIND_EH_FRAME_H

#include "format/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The call frame information of one section, .eh_frame or .debug_frame, and the rules that it gives
 * for every address of a function, all in one go. (libdw answers for one address at a time, from
 * the start of the function each time.) The section is hostile input: every read is bounded, and
 * what makes no sense becomes HUD_RULE_UNSUPPORTED.
 */

struct eh_section {
	const uint8_t *data;
	size_t bytes;
	uint64_t address;
	uint32_t machine; /* ELF e_machine: EM_X86_64 or EM_AARCH64 */
	bool debug_frame; /* its CIE ids and pointers are those of DWARF */
	bool unbounded;   /* `bytes` is only a bound: the section ends at a terminator */
};

/* Where the caller's value of a register is. */
struct eh_place {
	enum eh_place_kind {
		EH_UNSET,     /* not said: for what we follow, unchanged */
		EH_UNCHANGED, /* said to be */
		EH_UNDEFINED,
		EH_AT_CFA,     /* in memory at CFA + offset */
		EH_EXPRESSION, /* in memory at what the expression gives */
		EH_ELSEWHERE,  /* another register, or a computed value */
	} kind;
	int64_t offset;
	const uint8_t *expression;
	size_t expression_bytes;
};

/* The two registers that we follow, and the CFA. */
struct eh_state {
	uint64_t cfa_register;
	int64_t cfa_offset;
	const uint8_t *cfa_expression; /* NULL: register + offset */
	size_t cfa_expression_bytes;
	struct eh_place fp;
	struct eh_place ra;
};

/* What functions have in common. */
struct eh_cie {
	size_t offset; /* of its length field, in the section */
	uint64_t code_align;
	int64_t data_align;
	uint8_t pointer_encoding;
	bool has_augmentation; /* FDEs begin with the size of theirs */
	bool signal;
	bool broken; /* its functions are HUD_RULE_UNSUPPORTED */
	struct eh_state start;
};

/* One function, or part of one. */
struct eh_fde {
	uint64_t start;
	uint64_t end;
	uint32_t cie;
	uint32_t program; /* offset in the section */
	uint32_t program_bytes;
};

struct eh_frame {
	struct eh_section section;
	struct eh_cie *cie; /* by offset */
	size_t cies;
	struct eh_fde *fde; /* as they stand in the section */
	size_t fdes;
	uint64_t skipped; /* FDEs that could not be read */
	bool damaged;     /* the section ended in the middle of an entry */
};

/* Lists CIEs and FDEs; `section` is copied, its data is not. -ENOMEM; -EFBIG: a section over 4 GiB. */
int eh_frame_open(struct eh_frame *e, const struct eh_section *section);
void eh_frame_close(struct eh_frame *e);

/* Called for ranges that follow one another without gap from the start of the function. */
typedef void (*eh_frame_row)(void *context, uint64_t start, uint64_t end,
			     struct hud_plan_rule rule);

/* All rows of a function up to `end`, which may lie before its own. */
void eh_frame_rows(const struct eh_frame *e, const struct eh_fde *fde, uint64_t end,
		   eh_frame_row row, void *context);

/* Registers as DWARF numbers them. */
struct eh_registers {
	uint32_t machine;
	uint64_t sp;
	uint64_t fp;
	uint64_t ra;
};
/* NULL: a machine that hud does not know. */
const struct eh_registers *eh_registers(uint32_t machine);

/* What a state comes to, in the few words that the unwinder in the kernel understands. */
struct hud_plan_rule eh_rule(uint32_t machine, bool signal, const struct eh_state *state);

/*
 * Runs the program of a CIE into `cie->start`: 0, or -EBADMSG for one that makes no sense.
 */
int eh_program_start(const struct eh_section *section, struct eh_cie *cie, const uint8_t *program,
		     size_t bytes);

#endif
