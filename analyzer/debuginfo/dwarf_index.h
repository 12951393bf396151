/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_INDEX_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_INDEX_H

#include "analyzer/debuginfo/dwarf_file.h"
#include "analyzer/debuginfo/elf_file.h"

/*
 * From an address to the unit that holds its code, and from a skeleton to the split unit (.dwo,
 * .dwp) that describes it. Everything but opening and closing may be called by many threads.
 */
struct dwarf_index;

struct dwarf_index_options {
	Elf *elf;                          /* must stay open */
	const char *path;                  /* of it: split units are looked for beside it; NULL */
	const struct elf_file *package;    /* .dwp, NULL: none */
	const struct elf_file *supplement; /* dwz, NULL: none */
};

/* -ENODATA: no unit that can be read. */
int dwarf_index_open(const struct dwarf_index_options *options, struct dwarf_index **out);
void dwarf_index_close(struct dwarf_index *index);

/* The file that was opened, with its units. */
struct dwarf_file *dwarf_index_file(const struct dwarf_index *index);

/* The unit whose code is at this address; NULL: none. Its lines are here. */
struct dwarf_unit *dwarf_index_unit(const struct dwarf_index *index, uint64_t address);

/* The unit that holds the entries of this one: itself, or its split unit; NULL: that is missing. */
struct dwarf_unit *dwarf_index_whole(struct dwarf_index *index, struct dwarf_unit *unit);

/* How many units are split, and, of those asked for so far, are missing, with one of their names. */
struct dwarf_split_state {
	size_t split;
	size_t missing;
	const char *example; /* file of one that is missing; NULL */
};
struct dwarf_split_state dwarf_index_split(struct dwarf_index *index);

/* What of it could not be read: one line, or NULL. */
const char *dwarf_index_problem(const struct dwarf_index *index);

#endif
