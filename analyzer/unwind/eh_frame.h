/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_EH_FRAME_H
#define HUD_ANALYZER_UNWIND_EH_FRAME_H

#include "analyzer/unwind/eh_program.h"

/*
 * The call frame information of one section, .eh_frame or .debug_frame: its functions, and for each
 * the unwind rule of every address. (libdw answers for one address at a time, and runs the program
 * of the function from its start each time.) The section may come from a hostile file: every read
 * is checked, and what cannot be understood becomes HUD_RULE_UNSUPPORTED.
 */

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
	size_t cies, cie_room;
	struct eh_fde *fde; /* in the order of the section */
	size_t fdes, fde_room;
	uint64_t skipped; /* FDEs that could not be read */
	bool damaged;     /* the section ended in the middle of an entry */
};

/*
 * Lists CIEs and FDEs. `section` is copied; its data is not, and must stay. -ENOMEM; -EFBIG: a
 * section of 4 GiB or more.
 */
int eh_frame_open(struct eh_frame *e, const struct eh_section *section);
void eh_frame_close(struct eh_frame *e);

/* All rows of a function up to `end`, which may lie before the function's own end. */
void eh_frame_rows(const struct eh_frame *e, const struct eh_fde *fde, uint64_t end,
		   eh_row_sink each, void *context);

#endif
