/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_ENTRY_H
#define HUD_ANALYZER_DWARF_ENTRY_H

#include "analyzer/dwarf/unit.h"

/* One entry (DIE) of a unit: its attributes, its children, and the entry after it. */
struct dwarf_entry {
	struct dwarf_unit *unit;
	uint64_t offset; /* in .debug_info */
	const struct dwarf_abbreviations *table;
	const struct dwarf_abbreviation
		*kind;             /* NULL: a null entry, which ends a list of children */
	struct byte_reader values; /* from its attributes to the end of the unit */
};

/* The entry at an offset of .debug_info. False: there is none. */
bool dwarf_entry_read(struct dwarf_unit *unit, uint64_t offset, struct dwarf_entry *out);
/* The offset of the next entry in the file, which is the first child where there is one. */
bool dwarf_entry_end(const struct dwarf_entry *e, uint64_t *end);

/* Which attributes a caller wants: by name, the index of its value + 1; 0: not wanted. */
struct dwarf_selection {
	const uint8_t *slot;
	uint16_t names; /* items of `slot` */
	uint16_t count; /* values */
};

/* All wanted values in one pass; absent ones have form 0. False: the entry is damaged. */
bool dwarf_entry_values(const struct dwarf_entry *e, const struct dwarf_selection *wanted,
			struct dwarf_value *out);
/* The value of one attribute; form 0: the entry does not have it. */
struct dwarf_value dwarf_entry_value(const struct dwarf_entry *e, uint16_t name);

/* The entry that an attribute refers to. False: there is none. */
bool dwarf_entry_follow(const struct dwarf_entry *from, uint16_t name, struct dwarf_entry *to);
/* The entry's own DW_AT_name, or NULL. */
const char *dwarf_entry_name(const struct dwarf_entry *e);

/* `child`: the first one. False: it has none. */
bool dwarf_entry_child(const struct dwarf_entry *e, struct dwarf_entry *child);
/* Moves `e` to the next entry of the same depth. False: there is none. */
bool dwarf_entry_sibling(struct dwarf_entry *e);

#endif
