/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_SCOPES_H
#define HUD_ANALYZER_DWARF_SCOPES_H

#include "analyzer/dwarf/entry.h"
#include "analyzer/dwarf/ranges.h"
#include "analyzer/dwarf/wanted.h"

/*
 * The functions of one unit, and the calls that are inlined into them. They are read in one pass
 * over the entries.
 */
/* A function, or an inlined call or a block inside of one. */
struct dwarf_scope {
	uint64_t offset;
	uint32_t first_range; /* index in `spans` */
	uint32_t range_count;
	uint32_t next; /* index of the first scope that is not inside this one */
	uint32_t call_file, call_line, call_column;
	bool function; /* a function, not an inlined call */
	bool inlined;  /* neither of both: a block */
};

struct dwarf_scopes {
	struct dwarf_scope *scopes; /* in the order of the file */
	size_t scope_count;
	struct dwarf_range *spans; /* of the scopes */
	size_t span_count;
	struct dwarf_range *functions; /* sorted by start */
	size_t function_count;
};

/*
 * Reads the functions that hold a wanted address. In a damaged unit those before the damage are
 * found. 0 or -ENOMEM.
 */
int dwarf_scopes_read(struct dwarf_scopes *out, struct dwarf_unit *unit,
		      const struct dwarf_wanted *wanted);
void dwarf_scopes_close(struct dwarf_scopes *s);

enum { DWARF_CHAIN = 256 };
/*
 * The indexes of the function at this address and of the calls inlined there, innermost first, at
 * most DWARF_CHAIN. Returns how many; 0: no function is known.
 */
size_t dwarf_scopes_chain(const struct dwarf_scopes *s, uint64_t address, uint32_t *chain);

#endif
