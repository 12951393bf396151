/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_EH_PROGRAM_H
#define HUD_ANALYZER_UNWIND_EH_PROGRAM_H

#include "analyzer/unwind/eh_pointer.h"
#include "analyzer/unwind/eh_rule.h"

/* Runs call frame programs: the instructions (DW_CFA_*) in CIEs and FDEs. */

/* A CIE: what several functions have in common. */
struct eh_cie {
	size_t offset; /* of its length field, in the section */
	uint64_t code_align;
	int64_t data_align;
	uint8_t pointer_encoding;
	bool has_augmentation; /* its FDEs have augmentation data, with its size before it */
	bool signal;           /* its functions are signal trampolines */
	bool broken;           /* could not be read: its functions are HUD_RULE_UNSUPPORTED */
	struct eh_state start; /* at the first instruction of each of its functions */
};

/* The code of a function, and its part of the section. */
struct eh_function {
	uint64_t start;
	uint64_t end;
	const uint8_t *program;
	size_t program_bytes;
};

/* Called for consecutive ranges from the start of the function to its end, without gaps. */
typedef void (*eh_row_sink)(void *context, uint64_t start, uint64_t end, struct hud_plan_rule rule);

/* Runs the program of a CIE and fills in `cie->start`. 0, or -EBADMSG: the program is invalid. */
int eh_program_start(const struct eh_section *section, struct eh_cie *cie, const uint8_t *program,
		     size_t bytes);

/* All rows of a function. Where its program is invalid the rest is HUD_RULE_UNSUPPORTED. */
void eh_program_rows(const struct eh_section *section, const struct eh_cie *cie,
		     const struct eh_function *function, eh_row_sink each, void *context);

#endif
