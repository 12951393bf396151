/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_NAME_H
#define HUD_ANALYZER_DWARF_NAME_H

#include "analyzer/base/text.h"
#include "analyzer/dwarf/entry.h"

/*
 * The namespaces, types and functions that contain others, for full names. Item 0 is no container.
 */
struct dwarf_container {
	uint64_t offset;
	uint32_t parent;
};
struct dwarf_containers {
	struct dwarf_container *items; /* by offset */
	size_t count;
};
int dwarf_containers_read(struct dwarf_containers *out, struct dwarf_unit *unit);
void dwarf_containers_close(struct dwarf_containers *c);

/* Gives the containers of a unit, which the caller keeps between calls; NULL: not available. */
typedef const struct dwarf_containers *(*dwarf_container_source)(void *context,
								 struct dwarf_unit *unit);

/* An attribute of the entry, or of the entries that it refers to as its origin or specification. */
struct dwarf_found {
	struct dwarf_unit *unit; /* the unit that the value belongs to; NULL: not found */
	struct dwarf_value value;
};
struct dwarf_found dwarf_integrated(const struct dwarf_entry *entry, uint16_t name);

/* The entry that this one is an instance of (DW_AT_abstract_origin), or itself. */
struct dwarf_entry dwarf_instance(const struct dwarf_entry *entry);
/* The entry that declares this one, through abstract origins and specifications; or itself. */
struct dwarf_entry dwarf_declaration(const struct dwarf_entry *entry);

/* The mangled name; NULL: none. */
const char *dwarf_linkage_name(const struct dwarf_entry *entry);

/*
 * Appends the name after those of the namespaces and types that contain it; nothing where it has no
 * name. Returns the length of what comes before its own name.
 */
size_t dwarf_qualified_name(const struct dwarf_entry *entry, dwarf_container_source source,
			    void *context, struct text *out);

/*
 * The type of a type parameter ("T"; NULL: the first one) of a generic function or type. False: it
 * has no such parameter.
 */
bool dwarf_parameter_type(const struct dwarf_entry *generic, const char *parameter,
			  struct dwarf_entry *type);
/* Appends the full path of that type. */
void dwarf_type_parameter(const struct dwarf_entry *function, const char *parameter,
			  dwarf_container_source source, void *context, struct text *out);

/*
 * Does the function have a type parameter or argument whose name begins with two underscores?
 * Derive macros generate those (__H, __S, __deserializer), and people do not write them.
 */
bool dwarf_has_macro_names(const struct dwarf_entry *function);

#endif
