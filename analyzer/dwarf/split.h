/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_SPLIT_H
#define HUD_ANALYZER_DWARF_SPLIT_H

#include "analyzer/dwarf/file.h"
#include "analyzer/elf/file.h"

/* The split unit of a skeleton. */
struct dwarf_split {
	struct elf_file elf;     /* a .dwo; not open where the unit is in a package */
	struct dwarf_file *file; /* a .dwo; NULL: the unit is in a package */
	struct dwarf_unit unit;
	bool found;
};

/* Searches a package (.dwp) that is open. 0, -ENOENT: it is not there, or -ENOMEM. */
int dwarf_split_in_package(struct dwarf_split *out, struct dwarf_file *package,
			   struct dwarf_unit *skeleton);
/* Searches its .dwo file. `directory`: where the file with the skeleton is. As above. */
int dwarf_split_in_file(struct dwarf_split *out, const char *directory,
			struct dwarf_unit *skeleton);
void dwarf_split_close(struct dwarf_split *s);

#endif
