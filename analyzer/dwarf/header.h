/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_HEADER_H
#define HUD_ANALYZER_DWARF_HEADER_H

#include "analyzer/dwarf/unit.h"

/* Where the parts of other sections begin that belong to a unit of a package (.dwp); else all 0. */
struct dwarf_contribution {
	uint64_t abbreviations, line, str_offsets, rnglists, ranges;
};

/*
 * Reads the unit at an offset: its header and its first entry. 0, -ENOMEM or -EBADMSG: damaged, or
 * of a kind that is not supported; `out->end` is 0 then, or where the next unit begins.
 */
int dwarf_unit_read(struct dwarf_file *f, uint64_t offset, const struct dwarf_contribution *part,
		    struct dwarf_unit *out);

#endif
