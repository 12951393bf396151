/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/entry.h"

#include <dwarf.h>

bool dwarf_entry_read(struct dwarf_unit *unit, uint64_t offset, struct dwarf_entry *out)
{
	const struct dwarf_view *info = &unit->file->sections.view[DWARF_INFO];
	uint64_t code;

	if (offset < unit->first || offset >= unit->end)
		return false;
	out->unit = unit;
	out->offset = offset;
	out->table = dwarf_unit_abbreviations(unit);
	out->values = bytes_of(info->start + offset, unit->end - offset);
	out->kind = NULL;
	code = bytes_uleb(&out->values);
	if (!out->table || out->values.failed)
		return false;
	if (!code)
		return true;
	if (code >= out->table->code_count || !out->table->codes[code].known)
		return false;
	out->kind = &out->table->codes[code];
	return true;
}

bool dwarf_entry_end(const struct dwarf_entry *e, uint64_t *end)
{
	const uint8_t *start = e->unit->file->sections.view[DWARF_INFO].start;
	struct byte_reader from = e->values;

	if (e->kind)
		dwarf_values_skip(e->table, e->kind, &from);
	*end = (uint64_t)(from.at - start);
	return !from.failed;
}

/* NULL: it has none. */
static const struct dwarf_attribute *attributes_of(const struct dwarf_entry *e)
{
	return e->kind && e->kind->count ? &e->table->attributes[e->kind->first] : NULL;
}

bool dwarf_entry_values(const struct dwarf_entry *e, const struct dwarf_selection *wanted,
			struct dwarf_value *out)
{
	struct byte_reader from = e->values;
	const struct dwarf_attribute *a = attributes_of(e);

	memset(out, 0, wanted->count * sizeof(*out));
	for (uint32_t i = 0; a && i < e->kind->count && !from.failed; i++, a++) {
		uint8_t slot = a->name < wanted->names ? wanted->slot[a->name] : 0;

		if (slot)
			out[slot - 1] = dwarf_value_read(&e->unit->encoding, &from, a);
		else
			dwarf_value_skip(&e->unit->encoding, &from, a);
	}
	return !from.failed;
}

struct dwarf_value dwarf_entry_value(const struct dwarf_entry *e, uint16_t name)
{
	const struct dwarf_attribute *a = attributes_of(e);
	const struct dwarf_attribute *end = a ? a + e->kind->count : NULL;
	struct byte_reader from = e->values;
	struct dwarf_value v = {0};

	for (; a < end && a->name != name; a++)
		dwarf_value_skip(&e->unit->encoding, &from, a);
	if (a < end)
		v = dwarf_value_read(&e->unit->encoding, &from, a);
	return from.failed ? (struct dwarf_value) {0} : v;
}

bool dwarf_entry_follow(const struct dwarf_entry *from, uint16_t name, struct dwarf_entry *to)
{
	struct dwarf_value v = dwarf_entry_value(from, name);
	struct dwarf_unit *unit;
	uint64_t offset;

	return v.form && dwarf_unit_reference(from->unit, &v, &unit, &offset) &&
	       dwarf_entry_read(unit, offset, to) && to->kind;
}

const char *dwarf_entry_name(const struct dwarf_entry *e)
{
	struct dwarf_value v = dwarf_entry_value(e, DW_AT_name);

	return v.form ? dwarf_unit_text(e->unit, &v) : NULL;
}

bool dwarf_entry_child(const struct dwarf_entry *e, struct dwarf_entry *child)
{
	uint64_t offset;

	return e->kind && e->kind->has_children && dwarf_entry_end(e, &offset) &&
	       dwarf_entry_read(e->unit, offset, child) && child->kind;
}

bool dwarf_entry_sibling(struct dwarf_entry *e)
{
	const struct dwarf_abbreviations *table = e->table;
	const struct dwarf_abbreviation *kind = e->kind;
	struct byte_reader at = e->values;
	int depth = 0;

	/* The entry may have many descendants: all are skipped without reading them as entries. */
	do {
		uint64_t code;

		if (kind)
			dwarf_values_skip(table, kind, &at);
		depth += kind ? kind->has_children : -1;
		if (!depth)
			break;
		code = bytes_uleb(&at);
		if (at.failed || code >= table->code_count || (code && !table->codes[code].known))
			return false;
		kind = code ? &table->codes[code] : NULL;
	} while (depth > 0);
	return !at.failed && !depth &&
	       dwarf_entry_read(e->unit,
				(uint64_t)(at.at - e->unit->file->sections.view[DWARF_INFO].start),
				e) &&
	       e->kind;
}
