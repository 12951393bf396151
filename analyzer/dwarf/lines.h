/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_LINES_H
#define HUD_ANALYZER_DWARF_LINES_H

#include "analyzer/dwarf/unit.h"
#include "analyzer/dwarf/wanted.h"

/* The line table of one unit: its source files, and the line of each range of code. */
struct dwarf_source {
	const char *directory; /* NULL: the unit's own, or `name` is an absolute path */
	const char *name;      /* NULL: not known */
	const char *path;      /* the caller's: the joined path; NULL: not made yet */
};

struct dwarf_line {
	uint64_t start, end;
	uint64_t reach; /* the largest end up to here */
	uint32_t source;
	uint32_t line;
	uint32_t column;
	uint32_t discriminator;
};

struct dwarf_lines {
	struct dwarf_source *sources;
	size_t source_count;
	struct dwarf_line *rows; /* by start */
	size_t row_count;
};

/*
 * Reads the source files of the unit's table, of a damaged one those before the damage. 0 or
 * -ENOMEM.
 */
int dwarf_lines_sources(struct dwarf_lines *lines, const struct dwarf_unit *unit);
/* Reads the rows that hold a wanted address. As above. */
int dwarf_lines_rows(struct dwarf_lines *lines, const struct dwarf_unit *unit,
		     const struct dwarf_wanted *wanted);
void dwarf_lines_close(struct dwarf_lines *lines);

/* The row that holds an address, the last one to start where several do; NULL: none. */
const struct dwarf_line *dwarf_lines_find(const struct dwarf_lines *lines, uint64_t address);

#endif
