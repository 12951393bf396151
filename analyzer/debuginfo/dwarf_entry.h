/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_ENTRY_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_ENTRY_H

#include "analyzer/debuginfo/dwarf_file.h"

/* One entry (DIE) of a unit, and what its attributes say. */
struct dwarf_entry {
	struct dwarf_unit *unit;
	uint64_t offset; /* in .debug_info */
	const struct dwarf_abbreviations *table;
	const struct dwarf_abbreviation
		*kind;             /* NULL: a null entry, which ends a list of children */
	struct dwarf_bytes values; /* of its attributes, up to the end of the unit */
};

/* The entry at an offset of .debug_info. False: none there. */
bool dwarf_entry_read(struct dwarf_unit *unit, uint64_t offset, struct dwarf_entry *out);
/* An entry's end is the next entry's offset: that of its first child where it has any. */
bool dwarf_entry_end(const struct dwarf_entry *e, uint64_t *end);

/* One value of the form, from the bytes. */
struct dwarf_value dwarf_value_read(const struct dwarf_unit *unit, struct dwarf_bytes *from,
				    const struct dwarf_attribute *attribute);

/* Passes over the values of an entry of this kind. */
void dwarf_values_skip(const struct dwarf_unit *unit, const struct dwarf_abbreviations *table,
		       const struct dwarf_abbreviation *kind, struct dwarf_bytes *from);

/* Which attributes are wanted, and where their values go: by name, index + 1; 0: not wanted. */
struct dwarf_wishes {
	const uint8_t *slot;
	uint16_t names; /* entries of `slot` */
	uint16_t count; /* of values */
};

/* The values of all that is wanted, in one pass; absent ones have form 0. False: nonsense. */
bool dwarf_entry_values(const struct dwarf_entry *e, const struct dwarf_wishes *wishes,
			struct dwarf_value *out);
struct dwarf_value dwarf_entry_value(const struct dwarf_entry *e, uint16_t name);

/* What a value means. NULL, 0 or false: nothing that makes sense. */
const char *dwarf_value_text(const struct dwarf_unit *unit, const struct dwarf_value *v);
uint64_t dwarf_value_number(const struct dwarf_value *v);
bool dwarf_value_address(const struct dwarf_unit *unit, const struct dwarf_value *v, uint64_t *out);
/* Where a reference leads: another entry's unit and offset. */
bool dwarf_value_reference(struct dwarf_unit *unit, const struct dwarf_value *v,
			   struct dwarf_unit **out_unit, uint64_t *out_offset);
bool dwarf_form_is_address(uint16_t form);

/* The entry that an attribute refers to. False: there is none. */
bool dwarf_entry_follow(const struct dwarf_entry *from, uint16_t name, struct dwarf_entry *to);
/* The entry's own DW_AT_name, or NULL. */
const char *dwarf_entry_name(const struct dwarf_entry *e);

/* `child`: the first one. False: it has none. */
bool dwarf_entry_child(const struct dwarf_entry *e, struct dwarf_entry *child);
/* Steps to the entry behind `e` at the same depth. False: that was the last. */
bool dwarf_entry_sibling(struct dwarf_entry *e);

/* Calls `each` for the ranges of code that an entry has. False once `each` said so. */
typedef bool (*dwarf_range_sink)(void *context, uint64_t start, uint64_t end);
bool dwarf_ranges_each(const struct dwarf_unit *unit, const struct dwarf_value *low,
		       const struct dwarf_value *high, const struct dwarf_value *ranges,
		       dwarf_range_sink each, void *context);

#endif
