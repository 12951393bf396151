/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_NAME_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_NAME_H

#include "analyzer/debuginfo/dwarf_entry.h"
#include "analyzer/base/text.h"

/* Namespaces and types of one unit, for the full names of what is in them. Item 0 is none. */
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

/* Where the containers of a unit are kept between calls; NULL: none can be had. */
typedef const struct dwarf_containers *(*dwarf_container_source)(void *context,
								 struct dwarf_unit *unit);

/* An attribute of the entry or, where it has none, of what it is an instance of. */
struct dwarf_found {
	struct dwarf_unit *unit; /* the value is of this unit */
	struct dwarf_value value;
};
struct dwarf_found dwarf_integrated(const struct dwarf_entry *entry, uint16_t name);

/* The entry this one is an instance of (abstract origin), or itself. */
struct dwarf_entry dwarf_instance(const struct dwarf_entry *entry);
/* The entry that declares what this one is an instance of: abstract origin, specification. */
struct dwarf_entry dwarf_declaration(const struct dwarf_entry *entry);

/* The linker's name, or NULL. */
const char *dwarf_linkage_name(const struct dwarf_entry *entry);

/*
 * Appends the name with those of the namespaces and types around it; nothing when it has none.
 * Returns how long those before its own are.
 */
size_t dwarf_qualified_name(const struct dwarf_entry *entry, dwarf_container_source source,
			    void *context, struct text *out);

/*
 * The type that a generic function or type has for a parameter ("T"; NULL: the first). False: it
 * has no such parameter.
 */
bool dwarf_parameter_type(const struct dwarf_entry *generic, const char *parameter,
			  struct dwarf_entry *type);
/* Appends the full path of the type that a generic function has for a parameter ("T"). */
void dwarf_type_parameter(const struct dwarf_entry *function, const char *parameter,
			  dwarf_container_source source, void *context, struct text *out);

/*
 * Does the function have a type parameter or argument named __LIKE_THIS? Nobody writes such names;
 * derive macros do (__H, __S, __deserializer).
 */
bool dwarf_has_macro_names(const struct dwarf_entry *function);

#endif
