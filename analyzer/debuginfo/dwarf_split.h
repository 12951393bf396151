/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_SPLIT_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_SPLIT_H

#include "analyzer/debuginfo/dwarf_file.h"
#include "analyzer/debuginfo/elf_file.h"

/* A split unit, found for a skeleton. */
struct dwarf_split {
	struct elf_file elf;     /* of a .dwo; not open where the unit is of a package */
	struct dwarf_file *file; /* of a .dwo; NULL: of a package */
	struct dwarf_unit unit;
	bool found;
};

/* In a package (.dwp) that is open. 0, -ENOENT: not in it, -ENOMEM. */
int dwarf_split_in_package(struct dwarf_split *out, struct dwarf_file *package,
			   struct dwarf_unit *skeleton);
/* In a file by itself: `directory` is that of the file with the skeleton. As above. */
int dwarf_split_in_file(struct dwarf_split *out, const char *directory,
			struct dwarf_unit *skeleton);
void dwarf_split_close(struct dwarf_split *s);

#endif
