/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_SCAN_H
#define HUD_ANALYZER_DWARF_SCAN_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One pass over the entries (DIEs) of a compilation unit in the order they lie in the file.
 *
 * libdw steps over an entry by walking everything below it, so that visiting a tree of depth n
 * reads each entry up to n times. Here each is read once: its bytes are measured by the forms of
 * its abbreviation, and what an entry says is asked of libdw only where the caller wants it.
 */
struct dwarf_scan;

struct dwarf_entry {
	Dwarf_Off offset;
	int tag;
	int depth; /* 0: the unit itself */
};

int dwarf_scan_open(Dwarf *dwarf, Dwarf_Die *unit, struct dwarf_scan **out);
void dwarf_scan_close(struct dwarf_scan *s);
/* False: the end of the unit, or entries that make no sense. */
bool dwarf_scan_next(struct dwarf_scan *s, struct dwarf_entry *out);

#endif
