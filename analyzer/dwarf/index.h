/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_INDEX_H
#define HUD_ANALYZER_DWARF_INDEX_H

#include "analyzer/dwarf/file.h"
#include "analyzer/elf/file.h"

/*
 * Finds the unit that holds the code at an address, and for a skeleton its split unit (.dwo, .dwp).
 * All but opening and closing may be called by many threads at once.
 */
struct dwarf_index;

struct dwarf_index_options {
	Elf *elf; /* must stay open */
	/* of that file, beside which split units are searched; NULL */
	const char *path;
	const struct elf_file *package;    /* .dwp, NULL: none */
	const struct elf_file *supplement; /* dwz, NULL: none */
};

/* 0, -ENOMEM or -ENODATA: no unit could be read. */
int dwarf_index_open(const struct dwarf_index_options *options, struct dwarf_index **out);
void dwarf_index_close(struct dwarf_index *index);

/* The file that was opened, with its units. */
struct dwarf_file *dwarf_index_file(const struct dwarf_index *index);

/* The unit whose code is at this address, and which has its line table; NULL: none. */
struct dwarf_unit *dwarf_index_unit(const struct dwarf_index *index, uint64_t address);

/* The unit with the entries: this one, or of a skeleton its split unit; NULL: that is missing. */
struct dwarf_unit *dwarf_index_whole(struct dwarf_index *index, struct dwarf_unit *unit);

/* How many units are split, and how many of those asked for so far could not be found. */
struct dwarf_split_state {
	size_t split;
	size_t missing;
	const char *example; /* the file name of one that is missing; NULL */
};
struct dwarf_split_state dwarf_index_split(struct dwarf_index *index);

/* Why some of it could not be read, in one line; NULL: all of it could. */
const char *dwarf_index_problem(const struct dwarf_index *index);

#endif
