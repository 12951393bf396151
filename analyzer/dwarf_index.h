/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_INDEX_H
#define HUD_ANALYZER_DWARF_INDEX_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From an address to the function entries around it: a table of the units' ranges, and for each
 * unit that was hit once its functions with what is inlined into them, and its namespaces and
 * types, built in one pass.
 */
struct dwarf_index;

struct dwarf_range {
	uint64_t start;
	uint64_t end;
	uint64_t reach; /* largest end up to here in a sorted table */
	uint32_t item;  /* unit or scope */
};

/* A function, or a call or block inside one. */
struct dwarf_scope {
	Dwarf_Off offset;
	uint32_t first_range; /* of unit->spans */
	uint32_t range_count;
	uint32_t next; /* behind everything inside this one */
	bool function; /* not inlined */
	bool inlined;  /* neither: a block */
};

/* A namespace or type, for the full names of what is in it. Index 0 is none. */
struct dwarf_container {
	Dwarf_Off offset;
	uint32_t parent;
};

struct dwarf_unit {
	Dwarf_Die die;
	bool built;
	struct dwarf_scope *scopes; /* in the order of the file */
	size_t scope_count;
	struct dwarf_range *spans; /* of the scopes */
	size_t span_count;
	struct dwarf_range *functions; /* sorted by start */
	size_t function_count;
	struct dwarf_container *containers; /* sorted by offset */
	size_t container_count;
};

/* -ENODATA: no unit that can be read. */
int dwarf_index_open(Dwarf *dwarf, struct dwarf_index **out);
void dwarf_index_close(struct dwarf_index *index);

/* The unit whose code is at this address, built; NULL: none. */
struct dwarf_unit *dwarf_index_unit(struct dwarf_index *index, uint64_t vaddr);
/* The unit an entry lies in, built; NULL: none. */
struct dwarf_unit *dwarf_index_unit_of(struct dwarf_index *index, Dwarf_Off entry);

enum { DWARF_CHAIN = 256 };
/*
 * Entries of the function at this address and of the calls inlined there, innermost first, at most
 * DWARF_CHAIN; 0: no function known.
 */
size_t dwarf_unit_chain(struct dwarf_index *index, struct dwarf_unit *unit, uint64_t vaddr,
			Dwarf_Die *chain);

/* Container with this very entry; 0: none. */
uint32_t dwarf_unit_container(const struct dwarf_unit *unit, Dwarf_Off offset);

#endif
