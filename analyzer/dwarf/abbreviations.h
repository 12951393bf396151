/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_ABBREVIATIONS_H
#define HUD_ANALYZER_DWARF_ABBREVIATIONS_H

#include "analyzer/dwarf/sections.h"

/* Tables of .debug_abbrev: which attributes the entries of a unit have, and in which form. */

/* How the numbers of a unit are stored. */
struct dwarf_encoding {
	uint16_t version;
	uint8_t address_bytes;
	uint8_t offset_bytes; /* 4; 8: 64-bit DWARF */
};

struct dwarf_attribute {
	uint16_t name;
	uint16_t form;
	int32_t implicit; /* the value of DW_FORM_implicit_const */
	int8_t bytes;     /* size of the value; -1: it has to be read */
};

struct dwarf_abbreviation {
	bool known;
	bool has_children;
	bool fixed; /* all its attributes together take `bytes` */
	uint16_t tag;
	uint32_t bytes;
	uint32_t first; /* index of its first attribute */
	uint32_t count;
};

struct dwarf_abbreviations {
	struct dwarf_abbreviations *next; /* for the owner's list */
	uint64_t offset;                  /* in .debug_abbrev */
	struct dwarf_encoding encoding;   /* which sizes were computed for */
	struct dwarf_abbreviation *codes; /* by code */
	size_t code_count;
	struct dwarf_attribute *attributes;
	size_t attribute_count;
};

/* The table at an offset; of a damaged one what comes before the damage. NULL: no memory. */
struct dwarf_abbreviations *dwarf_abbreviations_read(const struct dwarf_view *section,
						     uint64_t offset,
						     const struct dwarf_encoding *encoding);
/* The same with one code only, which is all that a unit's first entry takes. */
struct dwarf_abbreviations *dwarf_abbreviations_read_one(const struct dwarf_view *section,
							 uint64_t offset,
							 const struct dwarf_encoding *encoding,
							 uint64_t code);
/* Closes a list of tables. */
void dwarf_abbreviations_close(struct dwarf_abbreviations *all);

/* Size of a value of this form; -1: its bytes say so. */
int dwarf_form_bytes(const struct dwarf_encoding *encoding, unsigned int form);

#endif
