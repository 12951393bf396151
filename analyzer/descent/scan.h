/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DESCENT_SCAN_H
#define HUD_ANALYZER_DESCENT_SCAN_H

#include "analyzer/descent/rules.h"
#include "analyzer/dwarf/entry.h"

/*
 * What a table of descent begins with, from one pass over all units: the types that hold a task,
 * and the vtables of futures behind `dyn`.
 */
struct descent_cell {
	uint64_t entry; /* of the type, in .debug_info */
	struct dwarf_unit *unit;
	uint64_t name; /* hash of its name from the first "<" on: its type arguments */
};

struct descent_vtable {
	uint64_t address;
	uint64_t entry; /* of the type behind it */
	struct dwarf_unit *unit;
};

/* A function that may drive a future itself, or where one is inlined. */
struct descent_driver {
	uint64_t entry;
	uint64_t function; /* that it is inlined in; else `entry` */
	struct dwarf_unit *unit;
	struct dwarf_entry declaration; /* with its name */
};

/* The code that destroys values of a type. */
struct descent_drop {
	uint64_t address;
	uint64_t name; /* hash of its name from the first "<" on: "<TYPE>" */
};

struct descent_scan {
	struct descent_cell *cell; /* by name */
	size_t cells, cell_room;
	struct descent_vtable *vtable; /* by address */
	size_t vtables, vtable_room;
	struct descent_driver *driver;
	size_t drivers, driver_room;
	struct descent_drop *drop; /* by address */
	size_t drops, drop_room;
};

/* `holder`: path of the type that holds a task, without arguments. 0 or -ENOMEM. */
int descent_scan_read(struct descent_scan *out, struct dwarf_file *file,
		      const struct descent_rules *rules, const char *holder);
void descent_scan_close(struct descent_scan *s);

/* The hash of type arguments as they stand in a name: "<A, B>". */
uint64_t descent_name_hash(const char *arguments);
/* The first cell with these arguments; NULL: none. Others with the same ones follow it. */
const struct descent_cell *descent_scan_cell(const struct descent_scan *s, uint64_t name);
/* Is the code at the address what destroys values of the type that a name has as its argument? */
bool descent_scan_drops(const struct descent_scan *s, uint64_t address, uint64_t name);

#endif
