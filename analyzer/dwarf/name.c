/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/name.h"
#include "analyzer/base/sorted.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

/* Limits for hostile files, whose references and nesting may be circular. */
enum { REFERENCES = 16, NESTING = 64, CHILDREN = 64, DEPTH = 4096 };

/* One step towards the declaration of the entry. */
static bool origin_of_entry(const struct dwarf_entry *from, struct dwarf_entry *to)
{
	return dwarf_entry_follow(from, DW_AT_abstract_origin, to) ||
	       dwarf_entry_follow(from, DW_AT_specification, to);
}

struct dwarf_entry dwarf_instance(const struct dwarf_entry *entry)
{
	struct dwarf_entry at;

	return dwarf_entry_follow(entry, DW_AT_abstract_origin, &at) ? at : *entry;
}

struct dwarf_entry dwarf_declaration(const struct dwarf_entry *entry)
{
	struct dwarf_entry at = *entry;
	struct dwarf_entry next;

	for (int i = 0; i < REFERENCES && origin_of_entry(&at, &next); i++)
		at = next;
	return at;
}

struct dwarf_found dwarf_integrated(const struct dwarf_entry *entry, uint16_t name)
{
	struct dwarf_entry at = *entry;
	struct dwarf_entry next;

	for (int i = 0; i < REFERENCES; i++) {
		struct dwarf_value v = dwarf_entry_value(&at, name);

		if (v.form)
			return (struct dwarf_found) {at.unit, v};
		if (!origin_of_entry(&at, &next))
			break;
		at = next;
	}
	return (struct dwarf_found) {0};
}

const char *dwarf_linkage_name(const struct dwarf_entry *entry)
{
	struct dwarf_found found = dwarf_integrated(entry, DW_AT_linkage_name);

	if (!found.unit)
		found = dwarf_integrated(entry, DW_AT_MIPS_linkage_name);
	return found.unit ? dwarf_unit_text(found.unit, &found.value) : NULL;
}

static bool is_container(unsigned int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_subprogram: /* functions may be inside functions */
		return true;
	default:
		return false;
	}
}

struct nesting {
	uint32_t item[DEPTH]; /* index of the innermost container of entries at this depth */
};

static int container_add(struct dwarf_containers *out, size_t *room, uint64_t offset,
			 uint32_t parent)
{
	if (!array_grow(&out->items, out->count, room, sizeof(*out->items)))
		return -ENOMEM;
	out->items[out->count++] = (struct dwarf_container) {offset, parent};
	return 0;
}

/* Walks all entries of the unit in the order of the file. */
static int containers_walk(struct dwarf_containers *out, struct dwarf_unit *unit,
			   struct nesting *around, size_t *room)
{
	const uint8_t *info = unit->file->sections.view[DWARF_INFO].start;
	const struct dwarf_abbreviations *table = dwarf_unit_abbreviations(unit);
	struct byte_reader at = bytes_of(info + unit->first, unit->end - unit->first);
	int depth = 0;
	int error = 0;

	while (table && !error && at.at < at.end && depth + 1 < DEPTH) {
		uint64_t offset = (uint64_t)(at.at - info);
		uint64_t code = bytes_uleb(&at);
		const struct dwarf_abbreviation *kind;
		uint32_t inside = around->item[depth];

		if (!code && --depth <= 0)
			break;
		if (!code)
			continue;
		if (code >= table->code_count || !table->codes[code].known)
			break;
		kind = &table->codes[code];
		if (is_container(kind->tag)) {
			error = container_add(out, room, offset, inside);
			inside = (uint32_t)out->count - 1;
		}
		dwarf_values_skip(table, kind, &at);
		if (kind->has_children)
			around->item[++depth] = inside;
		if (!depth)
			break;
	}
	return error;
}

int dwarf_containers_read(struct dwarf_containers *out, struct dwarf_unit *unit)
{
	struct nesting *around = calloc(1, sizeof(*around));
	size_t room = 0;
	int error = around ? container_add(out, &room, 0, 0) : -ENOMEM;

	if (!error)
		error = containers_walk(out, unit, around, &room);
	free(around);
	return error;
}

void dwarf_containers_close(struct dwarf_containers *c)
{
	free(c->items);
	memset(c, 0, sizeof(*c));
}

static uint32_t container_find(const struct dwarf_containers *c, uint64_t offset)
{
	size_t at = SORTED_BELOW(c->items, c->count, offset, offset);

	return at < c->count && c->items[at].offset == offset ? (uint32_t)at : 0;
}

static const char *integrated_name(const struct dwarf_entry *e)
{
	struct dwarf_found found = dwarf_integrated(e, DW_AT_name);

	return found.unit ? dwarf_unit_text(found.unit, &found.value) : NULL;
}

static void container_name(const struct dwarf_containers *c, struct dwarf_unit *unit, uint32_t item,
			   int depth, struct text *out)
{
	struct dwarf_entry e;
	const char *name;

	if (c->items[item].parent && depth < NESTING)
		container_name(c, unit, c->items[item].parent, depth + 1, out);
	name = dwarf_entry_read(unit, c->items[item].offset, &e) && e.kind ? integrated_name(&e)
									   : NULL;
	if (!name)
		return;
	text_add_string(out, name);
	text_add(out, "::", 2);
}

/* C has no namespaces or member functions, so that their containers need not be read. */
static bool has_no_containers(const struct dwarf_unit *unit)
{
	switch (unit->language) {
	case DW_LANG_C:
	case DW_LANG_C89:
	case DW_LANG_C99:
	case DW_LANG_C11:
	case DW_LANG_Mips_Assembler:
		return true;
	default:
		return false;
	}
}

size_t dwarf_qualified_name(const struct dwarf_entry *entry, dwarf_container_source source,
			    void *context, struct text *out)
{
	struct dwarf_entry declared = dwarf_declaration(entry);
	const char *name = integrated_name(&declared);
	const struct dwarf_containers *c;
	size_t start = out->length;
	uint32_t item;

	if (!name || !*name)
		return 0;
	c = has_no_containers(declared.unit) ? NULL : source(context, declared.unit);
	item = c ? container_find(c, declared.offset) : 0;
	if (item && c->items[item].parent)
		container_name(c, declared.unit, c->items[item].parent, 0, out);
	start = out->length - start;
	text_add_string(out, name);
	return start;
}

static bool parameter_find(const struct dwarf_entry *function, const char *parameter,
			   struct dwarf_entry *type)
{
	struct dwarf_entry child;
	bool more = dwarf_entry_child(function, &child);

	for (int i = 0; more && i < CHILDREN; i++, more = dwarf_entry_sibling(&child)) {
		const char *name;

		if (child.kind->tag != DW_TAG_template_type_parameter)
			continue;
		name = dwarf_entry_name(&child);
		if (!parameter || (name && !strcmp(name, parameter)))
			return dwarf_entry_follow(&child, DW_AT_type, type);
	}
	return false;
}

bool dwarf_parameter_type(const struct dwarf_entry *function, const char *parameter,
			  struct dwarf_entry *type)
{
	struct dwarf_entry at = *function;
	struct dwarf_entry next;

	for (int i = 0; i < REFERENCES; i++) {
		if (parameter_find(&at, parameter, type))
			return true;
		if (!origin_of_entry(&at, &next))
			return false;
		at = next;
	}
	return false;
}

void dwarf_type_parameter(const struct dwarf_entry *function, const char *parameter,
			  dwarf_container_source source, void *context, struct text *out)
{
	struct dwarf_entry type;

	if (dwarf_parameter_type(function, parameter, &type))
		dwarf_qualified_name(&type, source, context, out);
}

static bool is_macro_name(const struct dwarf_entry *child)
{
	const char *name = NULL;

	switch (child->kind->tag) {
	case DW_TAG_template_type_parameter:
	case DW_TAG_formal_parameter:
	case DW_TAG_variable:
		name = dwarf_entry_name(child);
		break;
	default:
		break;
	}
	return name && !strncmp(name, "__", 2);
}

bool dwarf_has_macro_names(const struct dwarf_entry *function)
{
	struct dwarf_entry child;
	bool more = dwarf_entry_child(function, &child);

	for (int i = 0; more && i < CHILDREN; i++, more = dwarf_entry_sibling(&child))
		if (is_macro_name(&child))
			return true;
	return false;
}
