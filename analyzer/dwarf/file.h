/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_FILE_H
#define HUD_ANALYZER_DWARF_FILE_H

#include "analyzer/dwarf/unit.h"

/*
 * Opens a file with debug information. The file may be hostile: nothing in it is trusted. Once its
 * units are read all functions on it may be called by many threads at once.
 *
 * libdw is not used: it knows neither packages (.dwp) nor zstd, one Dwarf must not be read by two
 * threads, and its search for an address walks whole units (see docs/PERFORMANCE.md).
 */

/* As dwarf_sections_open(). */
int dwarf_file_open(Elf *elf, bool split, struct dwarf_file **out);
void dwarf_file_close(struct dwarf_file *f);

/* Reads all units; damaged ones are left out. 0 or -ENOMEM. */
int dwarf_units_read(struct dwarf_file *f);

#endif
