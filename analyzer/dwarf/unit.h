/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_UNIT_H
#define HUD_ANALYZER_DWARF_UNIT_H

#include "analyzer/dwarf/value.h"

#include <pthread.h>
#include <stdatomic.h>

/* A file's units, and what the values of their entries mean: texts, addresses, references. */

struct dwarf_file {
	struct dwarf_sections sections;
	struct dwarf_file *supplement; /* dwz; not owned; NULL */
	struct dwarf_unit *units;      /* by offset */
	size_t unit_count;
	pthread_mutex_t lock; /* of `abbreviations` */
	struct dwarf_abbreviations *abbreviations;
};

/* A unit, and what its first entry says. */
struct dwarf_unit {
	struct dwarf_file *file;
	struct dwarf_unit *skeleton; /* of a split unit: its skeleton in the main file; else NULL */
	uint64_t offset;             /* of the header in .debug_info */
	uint64_t first;              /* offset of the first entry */
	uint64_t end;
	uint64_t abbreviation_offset;
	uint64_t id; /* the same in a skeleton and its split unit */
	struct dwarf_encoding encoding;
	bool has_id;
	bool has_line;
	uint16_t language;
	uint64_t line; /* in .debug_line */
	uint64_t low_pc;
	uint64_t addr_base, str_offsets_base, rnglists_base, ranges_base, loclists_base;
	struct dwarf_value low, high, ranges;                    /* of the unit's code */
	const char *name, *comp_dir, *dwo_name;                  /* in the file; NULL */
	const struct dwarf_abbreviations *_Atomic abbreviations; /* NULL: not read yet */
};

/* The unit's abbreviations, which are read once. NULL: no memory. */
const struct dwarf_abbreviations *dwarf_unit_abbreviations(struct dwarf_unit *unit);

/*
 * Gives the unit's pages of a large file back, since it will hardly be read again soon: a walk over
 * all units then takes the memory of one. What is read again comes from the page cache.
 */
void dwarf_unit_forget(const struct dwarf_unit *unit);

/* The text that a value stands for; NULL: it is none, or is damaged. */
const char *dwarf_unit_text(const struct dwarf_unit *unit, const struct dwarf_value *v);
/* The address that a value stands for. False: it is none, or is damaged. */
bool dwarf_unit_address(const struct dwarf_unit *unit, const struct dwarf_value *v, uint64_t *out);
/* The unit and offset of the entry that a value refers to. False: it refers to none. */
bool dwarf_unit_reference(struct dwarf_unit *unit, const struct dwarf_value *v,
			  struct dwarf_unit **out_unit, uint64_t *out_offset);

#endif
