/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_LOCATIONS_H
#define HUD_ANALYZER_DWARF_LOCATIONS_H

#include "analyzer/dwarf/entry.h"

/*
 * Calls `each` for the expressions of an entry's DW_AT_location, of which a list has several, each
 * for a part of the code. False: `each` returned false, or the list is damaged or not at hand.
 */
typedef bool (*dwarf_location_sink)(void *context, struct byte_reader expression);
bool dwarf_locations_each(const struct dwarf_entry *entry, dwarf_location_sink each, void *context);

#endif
