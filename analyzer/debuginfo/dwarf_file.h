/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_FILE_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_FILE_H

#include <libelf.h>
#include <pthread.h>
#include <stdatomic.h>

#include "analyzer/debuginfo/dwarf_bytes.h"

/*
 * Debug information (DWARF 2 to 5) as it lies in one file: a binary, a separate debug file, a dwz
 * supplement, a .dwo or a .dwp. Read where it lies, without a copy; what is compressed is unpacked.
 *
 * libdw is not used here: it knows neither packages (.dwp) nor zstd, one Dwarf must not be read by
 * two threads, and its look-up of an address walks whole units (see docs/PERFORMANCE.md).
 *
 * Nothing is taken on trust. After opening, all functions may be called by many threads at once.
 */
enum dwarf_section {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_LINE,
	DWARF_STR,
	DWARF_LINE_STR,
	DWARF_STR_OFFSETS,
	DWARF_ADDR,
	DWARF_RANGES,
	DWARF_RNGLISTS,
	DWARF_CU_INDEX,
	DWARF_SECTIONS,
};

struct dwarf_view {
	const uint8_t *start;
	size_t bytes;
};

struct dwarf_file {
	struct dwarf_view section[DWARF_SECTIONS];
	void *unpacked[DWARF_SECTIONS]; /* ours to free */
	bool split;                     /* sections are .dwo's */
	const char *problem;            /* a section that could not be unpacked: why; NULL */
	struct dwarf_file *supplement;  /* dwz; not owned; NULL */
	struct dwarf_unit *units;       /* by offset */
	size_t unit_count;
	pthread_mutex_t lock; /* of the tables below */
	struct dwarf_abbreviations *abbreviations;
};

/* An attribute's value as it stands there. */
struct dwarf_value {
	uint16_t form; /* 0: no such attribute */
	uint64_t number;
	const uint8_t *bytes; /* of strings and blocks that stand in the entry itself */
};

struct dwarf_attribute {
	uint16_t name;
	uint16_t form;
	int32_t implicit;
	int8_t bytes; /* of a value; -1: has to be read */
};

struct dwarf_abbreviation {
	bool known;
	bool has_children;
	bool fixed; /* all attributes together are `bytes` long */
	uint16_t tag;
	uint32_t bytes;
	uint32_t first; /* attribute */
	uint32_t count;
};

struct dwarf_abbreviations {
	struct dwarf_abbreviations *next;
	uint64_t offset;
	uint16_t version;
	uint8_t address_bytes, offset_bytes; /* sizes were computed for these */
	struct dwarf_abbreviation *codes;    /* by code */
	size_t code_count;
	struct dwarf_attribute *attributes;
	size_t attribute_count;
};

/* A unit and what its first entry says. */
struct dwarf_unit {
	struct dwarf_file *file;
	struct dwarf_unit *skeleton; /* of a split unit: the one in the main file; else NULL */
	uint64_t offset;             /* of the header in .debug_info */
	uint64_t first;              /* of the first entry */
	uint64_t end;
	uint64_t abbreviation_offset;
	uint64_t id; /* that joins a skeleton and its split unit */
	uint16_t version;
	uint8_t address_bytes;
	uint8_t offset_bytes;
	bool has_id;
	bool has_line;
	uint16_t language;
	uint64_t line; /* in .debug_line */
	uint64_t low_pc;
	uint64_t addr_base, str_offsets_base, rnglists_base, ranges_base;
	struct dwarf_value low, high, ranges;                    /* of the unit's code */
	const char *name, *comp_dir, *dwo_name;                  /* in the file; NULL */
	const struct dwarf_abbreviations *_Atomic abbreviations; /* NULL: not read yet */
};

/*
 * Sections of an open file, which must stay open; of an object that has both skeletons and split
 * units those that `split` says. -ENODATA: no .debug_info.
 */
int dwarf_file_open(Elf *elf, bool split, struct dwarf_file **out);
void dwarf_file_close(struct dwarf_file *f);

/* The unit an offset into .debug_info lies in; NULL: none. */
struct dwarf_unit *dwarf_file_unit(const struct dwarf_file *f, uint64_t offset);

/*
 * The unit has been read, and will hardly be again soon: of a large file its pages are given back, so
 * that a walk over all units takes the memory of one. What is read again comes from the page cache.
 */
void dwarf_unit_forget(const struct dwarf_unit *unit);

/* Reads headers and first entries; where they make no sense the rest is left out. 0 or -ENOMEM. */
int dwarf_units_read(struct dwarf_file *f);
/* The unit at `offset`, with the parts of other sections that belong to it (.dwp); -EBADMSG. */
struct dwarf_contribution {
	uint64_t abbreviations, line, str_offsets, rnglists, ranges;
};
int dwarf_unit_read(struct dwarf_file *f, uint64_t offset, const struct dwarf_contribution *part,
		    struct dwarf_unit *out);

/* The unit's abbreviations, read once; NULL: they make no sense. */
const struct dwarf_abbreviations *dwarf_unit_abbreviations(struct dwarf_unit *unit);
/* A table with one code only, which is all that a unit's first entry takes; NULL: no memory. */
struct dwarf_abbreviations *dwarf_abbreviation_one(const struct dwarf_unit *unit, uint64_t code);
void dwarf_abbreviations_close(struct dwarf_abbreviations *all);
/* Bytes of a form, or -1 where they have to be read. */
int dwarf_form_bytes(const struct dwarf_unit *unit, unsigned int form);

#endif
