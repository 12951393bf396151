/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_LINES_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_LINES_H

#include "analyzer/debuginfo/dwarf_file.h"

/* The line table of one unit: names of its source files, and which code is of which line. */
struct dwarf_source {
	const char *directory; /* NULL: the unit's own, or the name says it all */
	const char *name;      /* NULL: not known */
	const char *path;      /* for the caller: joined and kept; NULL: not yet */
};

struct dwarf_line {
	uint64_t start, end;
	uint64_t reach; /* largest end up to here */
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
 * Sources of the unit's table, and its rows: all of them, or, with `wanted` (sorted addresses),
 * those that hold one. Where the table ends in nonsense what came before is kept. 0 or -ENOMEM.
 */
struct dwarf_wanted {
	const uint64_t *address; /* NULL: all */
	size_t count;
};
int dwarf_lines_sources(struct dwarf_lines *lines, const struct dwarf_unit *unit);
int dwarf_lines_rows(struct dwarf_lines *lines, const struct dwarf_unit *unit,
		     const struct dwarf_wanted *wanted);
void dwarf_lines_close(struct dwarf_lines *lines);

/* The row of an address, the last to start where several hold it; NULL: none. */
const struct dwarf_line *dwarf_lines_find(const struct dwarf_lines *lines, uint64_t address);

/* Index of the first wanted address at or after this one. */
size_t dwarf_wanted_from(const struct dwarf_wanted *wanted, uint64_t address);
/* Is any wanted address in [start, end)? */
bool dwarf_wanted_in(const struct dwarf_wanted *wanted, uint64_t start, uint64_t end);

#endif
