/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_VALUE_H
#define HUD_ANALYZER_DWARF_VALUE_H

#include "analyzer/dwarf/abbreviations.h"

/* An attribute's value as it is stored. What it means depends on the unit: dwarf/unit.h. */
struct dwarf_value {
	uint16_t form; /* 0: no such attribute */
	uint64_t number;
	const uint8_t *bytes; /* of a string or block that is stored in the entry itself */
};

struct dwarf_value dwarf_value_read(const struct dwarf_encoding *encoding, struct byte_reader *from,
				    const struct dwarf_attribute *attribute);
/* Skips a value whose size its bytes say. */
void dwarf_value_skip_sized(const struct dwarf_encoding *encoding, struct byte_reader *from,
			    const struct dwarf_attribute *attribute);
static inline void dwarf_value_skip(const struct dwarf_encoding *encoding, struct byte_reader *from,
				    const struct dwarf_attribute *attribute)
{
	if (attribute->bytes >= 0)
		bytes_skip(from, (uint64_t)attribute->bytes);
	else
		dwarf_value_skip_sized(encoding, from, attribute);
}
/* Skips all values of an entry of this kind. */
void dwarf_values_skip(const struct dwarf_abbreviations *table,
		       const struct dwarf_abbreviation *kind, struct byte_reader *from);

/* 0 for anything but a number. */
uint64_t dwarf_value_number(const struct dwarf_value *v);

#endif
