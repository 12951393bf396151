/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_UNIT_H
#define HUD_ANALYZER_DWARF_UNIT_H

#include "analyzer/dwarf_index.h"

/*
 * Fills a unit's tables in one pass over its entries. Where memory or sense runs out the unit stays
 * with what was found, which is less, never wrong.
 */
void dwarf_unit_build(Dwarf *dwarf, struct dwarf_unit *unit);
void dwarf_unit_clear(struct dwarf_unit *unit);

/* Sorts by start and fills in `reach`. */
void dwarf_ranges_sort(struct dwarf_range *ranges, size_t count);
/* The range that holds the address, the last to start where several do; NULL: none. */
const struct dwarf_range *dwarf_ranges_find(const struct dwarf_range *ranges, size_t count,
					    uint64_t vaddr);

#endif
