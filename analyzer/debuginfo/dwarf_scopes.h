/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_SCOPES_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_SCOPES_H

#include "analyzer/debuginfo/dwarf_entry.h"
#include "analyzer/debuginfo/dwarf_ranges.h"
#include "analyzer/debuginfo/dwarf_wanted.h"

/*
 * The functions of one unit with what is inlined into them, built in one pass over its entries in
 * the order they lie in the file.
 */
/* A function, or a call or block inside one. */
struct dwarf_scope {
	uint64_t offset;
	uint32_t first_range; /* of spans */
	uint32_t range_count;
	uint32_t next; /* behind everything inside this one */
	uint32_t call_file, call_line, call_column;
	bool function; /* not inlined */
	bool inlined;  /* neither: a block */
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
 * With `wanted` addresses: only functions that hold one. Where sense runs out what was found stays,
 * which is less, never wrong. 0 or -ENOMEM.
 */
int dwarf_scopes_read(struct dwarf_scopes *out, struct dwarf_unit *unit,
		      const struct dwarf_wanted *wanted);
void dwarf_scopes_close(struct dwarf_scopes *s);

enum { DWARF_CHAIN = 256 };
/*
 * Indexes of the function at this address and of the calls inlined there, innermost first, at most
 * DWARF_CHAIN; 0: no function known.
 */
size_t dwarf_scopes_chain(const struct dwarf_scopes *s, uint64_t address, uint32_t *chain);

#endif
