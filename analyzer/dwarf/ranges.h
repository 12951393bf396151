/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_RANGES_H
#define HUD_ANALYZER_DWARF_RANGES_H

#include "analyzer/dwarf/unit.h"

/* Ranges of code: those of an entry, and a sorted table of them. */
struct dwarf_range {
	uint64_t start;
	uint64_t end;
	uint64_t reach; /* in a sorted table: the largest end up to here */
	uint32_t item;  /* the caller's: a unit or a scope */
};

/*
 * Calls `each` for the ranges of code that an entry has by its DW_AT_low_pc, DW_AT_high_pc and
 * DW_AT_ranges. False: `each` returned false, which ends it.
 */
typedef bool (*dwarf_range_sink)(void *context, uint64_t start, uint64_t end);
bool dwarf_ranges_each(const struct dwarf_unit *unit, const struct dwarf_value *low,
		       const struct dwarf_value *high, const struct dwarf_value *ranges,
		       dwarf_range_sink each, void *context);

/* Sorts by start and fills in `reach`. */
void dwarf_ranges_sort(struct dwarf_range *ranges, size_t count);
/* The range that holds the address, the last one to start where several do; NULL: none. */
const struct dwarf_range *dwarf_ranges_find(const struct dwarf_range *ranges, size_t count,
					    uint64_t address);

#endif
