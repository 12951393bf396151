/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_NAME_H
#define HUD_ANALYZER_DWARF_NAME_H

#include "analyzer/dwarf_index.h"
#include "analyzer/symbols_text.h"

/* The entry that declares what `die` is an instance of: abstract origin, specification. */
Dwarf_Die dwarf_declaration(Dwarf_Die *die);

/* The linker's name, or NULL. Valid as long as the Dwarf. */
const char *dwarf_linkage_name(Dwarf_Die *die);

/* Appends the name with those of the namespaces and types around it; nothing when it has none. */
void dwarf_qualified_name(struct dwarf_index *index, Dwarf_Die *die, struct text *out);

/* Appends the full path of the type that a generic function has for a parameter ("T"). */
void dwarf_type_parameter(struct dwarf_index *index, Dwarf_Die *function, const char *parameter,
			  struct text *out);

/*
 * Does the function have a type parameter or argument named __LIKE_THIS? Nobody writes such names;
 * derive macros do (__H, __S, __deserializer).
 */
bool dwarf_has_macro_names(Dwarf_Die *function);

/* Name of the file with this number in the entry's attribute (DW_AT_call_file), or NULL. */
const char *dwarf_call_file(Dwarf_Die *die);
uint32_t dwarf_number(Dwarf_Die *die, unsigned int attribute); /* 0: has none */
const char *dwarf_comp_dir(Dwarf_Die *die);
bool dwarf_is_rust(Dwarf_Die *die);

#endif
