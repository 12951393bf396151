// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/dwarf_name.h"

#include <dwarf.h>
#include <string.h>

/* References and nesting of a hostile file may go in circles. */
enum { REFERENCES = 16, NESTING = 64, PARAMETERS = 64 };

Dwarf_Die dwarf_declaration(Dwarf_Die *die)
{
	Dwarf_Die at = *die;

	for (int i = 0; i < REFERENCES; i++) {
		Dwarf_Attribute attribute;
		Dwarf_Die next;

		if (!dwarf_attr(&at, DW_AT_abstract_origin, &attribute) &&
		    !dwarf_attr(&at, DW_AT_specification, &attribute))
			break;
		if (!dwarf_formref_die(&attribute, &next))
			break;
		at = next;
	}
	return at;
}

const char *dwarf_linkage_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;

	if (!dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) &&
	    !dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
		return NULL;
	return dwarf_formstring(&attribute);
}

static void container_name(struct dwarf_index *index, const struct dwarf_unit *unit, Dwarf *dwarf,
			   uint32_t container, int depth, struct text *out)
{
	const struct dwarf_container *c = &unit->containers[container];
	Dwarf_Die die;
	const char *name;

	if (c->parent && depth < NESTING)
		container_name(index, unit, dwarf, c->parent, depth + 1, out);
	name = dwarf_offdie(dwarf, c->offset, &die) ? dwarf_diename(&die) : NULL;
	if (!name)
		return;
	text_add_string(out, name);
	text_add(out, "::", 2);
}

void dwarf_qualified_name(struct dwarf_index *index, Dwarf_Die *die, struct text *out)
{
	Dwarf_Die declared = dwarf_declaration(die);
	const char *name = dwarf_diename(&declared);
	Dwarf_Off offset = dwarf_dieoffset(&declared);
	const struct dwarf_unit *unit;
	uint32_t container;

	if (!name || !*name)
		return;
	unit = dwarf_index_unit_of(index, offset);
	container = unit ? dwarf_unit_container(unit, offset) : 0;
	if (container && unit->containers[container].parent)
		container_name(index, unit, dwarf_cu_getdwarf(declared.cu),
			       unit->containers[container].parent, 0, out);
	text_add_string(out, name);
}

static bool parameter_find(Dwarf_Die *function, const char *parameter, Dwarf_Die *type)
{
	Dwarf_Attribute attribute;
	Dwarf_Die child;

	if (dwarf_child(function, &child))
		return false;
	for (int i = 0; i < PARAMETERS; i++) {
		const char *name;

		if (dwarf_tag(&child) == DW_TAG_template_type_parameter) {
			name = dwarf_diename(&child);
			if (name && !strcmp(name, parameter) &&
			    dwarf_attr(&child, DW_AT_type, &attribute))
				return dwarf_formref_die(&attribute, type) != NULL;
		}
		if (dwarf_siblingof(&child, &child))
			return false;
	}
	return false;
}

void dwarf_type_parameter(struct dwarf_index *index, Dwarf_Die *function, const char *parameter,
			  struct text *out)
{
	Dwarf_Die at = *function;
	Dwarf_Die type;

	for (int i = 0; i < REFERENCES; i++) {
		Dwarf_Attribute attribute;
		Dwarf_Die next;

		if (parameter_find(&at, parameter, &type)) {
			dwarf_qualified_name(index, &type, out);
			return;
		}
		if (!dwarf_attr(&at, DW_AT_abstract_origin, &attribute) &&
		    !dwarf_attr(&at, DW_AT_specification, &attribute))
			return;
		if (!dwarf_formref_die(&attribute, &next))
			return;
		at = next;
	}
}

static bool is_macro_name(Dwarf_Die *child)
{
	const char *name = NULL;

	switch (dwarf_tag(child)) {
	case DW_TAG_template_type_parameter:
	case DW_TAG_formal_parameter:
	case DW_TAG_variable:
		name = dwarf_diename(child);
		break;
	default:
		break;
	}
	return name && !strncmp(name, "__", 2);
}

bool dwarf_has_macro_names(Dwarf_Die *function)
{
	Dwarf_Die child;

	if (dwarf_child(function, &child))
		return false;
	for (int i = 0; i < PARAMETERS; i++) {
		if (is_macro_name(&child))
			return true;
		if (dwarf_siblingof(&child, &child))
			return false;
	}
	return false;
}

const char *dwarf_call_file(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;
	Dwarf_Files *files;
	Dwarf_Die unit;
	size_t count;

	if (!dwarf_attr(die, DW_AT_call_file, &attribute) || dwarf_formudata(&attribute, &number) ||
	    !dwarf_diecu(die, &unit, NULL, NULL) || dwarf_getsrcfiles(&unit, &files, &count) ||
	    number >= count)
		return NULL;
	return dwarf_filesrc(files, (size_t)number, NULL, NULL);
}

uint32_t dwarf_number(Dwarf_Die *die, unsigned int attribute)
{
	Dwarf_Attribute found;
	Dwarf_Word value;

	if (!dwarf_attr_integrate(die, attribute, &found) || dwarf_formudata(&found, &value))
		return 0;
	return value <= UINT32_MAX ? (uint32_t)value : 0;
}

const char *dwarf_comp_dir(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Die unit;

	if (!dwarf_diecu(die, &unit, NULL, NULL) || !dwarf_attr(&unit, DW_AT_comp_dir, &attribute))
		return NULL;
	return dwarf_formstring(&attribute);
}

bool dwarf_is_rust(Dwarf_Die *die)
{
	Dwarf_Die unit;

	return dwarf_diecu(die, &unit, NULL, NULL) && dwarf_srclang(&unit) == DW_LANG_Rust;
}
