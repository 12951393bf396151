// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/debuginfo/dwarf_entry.h"

#include <dwarf.h>

bool dwarf_entry_read(struct dwarf_unit *unit, uint64_t offset, struct dwarf_entry *out)
{
	const struct dwarf_view *info = &unit->file->section[DWARF_INFO];
	uint64_t code;

	if (offset < unit->first || offset >= unit->end)
		return false;
	out->unit = unit;
	out->offset = offset;
	out->table = dwarf_unit_abbreviations(unit);
	out->values = dwarf_bytes_of(info->start + offset, unit->end - offset);
	out->kind = NULL;
	code = dwarf_uleb(&out->values);
	if (!out->table || out->values.failed)
		return false;
	if (!code)
		return true;
	if (code >= out->table->code_count || !out->table->codes[code].known)
		return false;
	out->kind = &out->table->codes[code];
	return true;
}

static struct dwarf_value block_read(struct dwarf_bytes *from, uint16_t form, uint64_t bytes)
{
	struct dwarf_value v = {.form = form, .number = bytes, .bytes = from->at};

	dwarf_skip(from, bytes);
	return v;
}

static struct dwarf_value number_read(struct dwarf_bytes *from, uint16_t form, int bytes)
{
	if (bytes < 0) {
		dwarf_fail(from);
		return (struct dwarf_value) {0};
	}
	if (bytes > 8)
		return block_read(from, form, (uint64_t)bytes);
	return (struct dwarf_value) {
		.form = form,
		.number = bytes ? dwarf_fixed(from, (unsigned int)bytes) : 1, /* flag_present */
	};
}

struct dwarf_value dwarf_value_read(const struct dwarf_unit *unit, struct dwarf_bytes *from,
				    const struct dwarf_attribute *attribute)
{
	uint16_t form = attribute->form;
	const char *text;
	uint64_t actual;

	if (attribute->bytes > 0)
		return number_read(from, form, attribute->bytes);
	if (form == DW_FORM_indirect) { /* one step only, or a file could send us round for ever */
		actual = dwarf_uleb(from);
		form = actual < UINT16_MAX ? (uint16_t)actual : DW_FORM_indirect;
	}
	switch (form) {
	case DW_FORM_implicit_const:
		return (struct dwarf_value) {.form = form,
					     .number = (uint64_t)(int64_t)attribute->implicit};
	case DW_FORM_string:
		text = dwarf_text(from);
		return (struct dwarf_value) {.form = form, .bytes = (const uint8_t *)text};
	case DW_FORM_sdata:
		return (struct dwarf_value) {.form = form, .number = (uint64_t)dwarf_sleb(from)};
	case DW_FORM_udata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		return (struct dwarf_value) {.form = form, .number = dwarf_uleb(from)};
	case DW_FORM_block1:
		return block_read(from, form, dwarf_fixed(from, 1));
	case DW_FORM_block2:
		return block_read(from, form, dwarf_fixed(from, 2));
	case DW_FORM_block4:
		return block_read(from, form, dwarf_fixed(from, 4));
	case DW_FORM_block:
	case DW_FORM_exprloc:
		return block_read(from, form, dwarf_uleb(from));
	default:
		return number_read(from, form, dwarf_form_bytes(unit, form));
	}
}

static void value_skip(const struct dwarf_unit *unit, struct dwarf_bytes *from,
		       const struct dwarf_attribute *attribute)
{
	if (attribute->bytes >= 0) {
		dwarf_skip(from, (uint64_t)attribute->bytes);
		return;
	}
	switch (attribute->form) {
	case DW_FORM_exprloc:
		dwarf_skip(from, dwarf_uleb(from));
		break;
	case DW_FORM_block1:
		dwarf_skip(from, dwarf_fixed(from, 1));
		break;
	case DW_FORM_udata:
	case DW_FORM_sdata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
		dwarf_uleb(from);
		break;
	default:
		dwarf_value_read(unit, from, attribute);
		break;
	}
}

void dwarf_values_skip(const struct dwarf_unit *unit, const struct dwarf_abbreviations *table,
		       const struct dwarf_abbreviation *kind, struct dwarf_bytes *from)
{
	const struct dwarf_attribute *a = &table->attributes[kind->first];

	if (kind->fixed) {
		dwarf_skip(from, kind->bytes);
		return;
	}
	for (const struct dwarf_attribute *end = a + kind->count; a < end; a++) {
		value_skip(unit, from, a);
	}
}

bool dwarf_entry_end(const struct dwarf_entry *e, uint64_t *end)
{
	const uint8_t *start = e->unit->file->section[DWARF_INFO].start;
	struct dwarf_bytes from = e->values;

	if (e->kind)
		dwarf_values_skip(e->unit, e->table, e->kind, &from);
	*end = (uint64_t)(from.at - start);
	return !from.failed;
}

bool dwarf_entry_values(const struct dwarf_entry *e, const struct dwarf_wishes *wishes,
			struct dwarf_value *out)
{
	struct dwarf_bytes from = e->values;
	const struct dwarf_attribute *a = e->kind ? &e->table->attributes[e->kind->first] : NULL;

	memset(out, 0, wishes->count * sizeof(*out));
	for (uint32_t i = 0; e->kind && i < e->kind->count && !from.failed; i++, a++) {
		uint8_t slot = a->name < wishes->names ? wishes->slot[a->name] : 0;

		if (slot)
			out[slot - 1] = dwarf_value_read(e->unit, &from, a);
		else
			value_skip(e->unit, &from, a);
	}
	return !from.failed;
}

struct dwarf_value dwarf_entry_value(const struct dwarf_entry *e, uint16_t name)
{
	const struct dwarf_attribute *a = e->kind ? &e->table->attributes[e->kind->first] : NULL;
	const struct dwarf_attribute *end = a ? a + e->kind->count : NULL;
	struct dwarf_bytes from = e->values;
	struct dwarf_value v = {0};

	for (; a < end && a->name != name; a++)
		value_skip(e->unit, &from, a);
	if (a < end)
		v = dwarf_value_read(e->unit, &from, a);
	return from.failed ? (struct dwarf_value) {0} : v;
}

static const char *text_at(const struct dwarf_file *f, enum dwarf_section s, uint64_t offset)
{
	const struct dwarf_view *view = f ? &f->section[s] : NULL;

	if (!view || offset >= view->bytes ||
	    !memchr(view->start + offset, 0, view->bytes - offset))
		return NULL;
	return (const char *)view->start + offset;
}

static const char *text_indexed(const struct dwarf_unit *unit, uint64_t index)
{
	const struct dwarf_view *offsets = &unit->file->section[DWARF_STR_OFFSETS];
	uint64_t base = unit->str_offsets_base;
	struct dwarf_bytes at;
	uint64_t offset;

	if (base > offsets->bytes || index > (offsets->bytes - base) / unit->offset_bytes)
		return NULL;
	base += index * unit->offset_bytes;
	at = dwarf_bytes_of(offsets->start + base, offsets->bytes - base);
	offset = dwarf_fixed(&at, unit->offset_bytes);
	return at.failed ? NULL : text_at(unit->file, DWARF_STR, offset);
}

const char *dwarf_value_text(const struct dwarf_unit *unit, const struct dwarf_value *v)
{
	switch (v->form) {
	case DW_FORM_string:
		return (const char *)v->bytes;
	case DW_FORM_strp:
		return text_at(unit->file, DWARF_STR, v->number);
	case DW_FORM_line_strp:
		return text_at(unit->file, DWARF_LINE_STR, v->number);
	case DW_FORM_GNU_strp_alt:
	case DW_FORM_strp_sup:
		return text_at(unit->file->supplement, DWARF_STR, v->number);
	case DW_FORM_strx:
	case DW_FORM_strx1:
	case DW_FORM_strx2:
	case DW_FORM_strx3:
	case DW_FORM_strx4:
	case DW_FORM_GNU_str_index:
		return text_indexed(unit, v->number);
	default:
		return NULL;
	}
}

uint64_t dwarf_value_number(const struct dwarf_value *v)
{
	return v->form && !v->bytes ? v->number : 0;
}

bool dwarf_form_is_address(uint16_t form)
{
	return form == DW_FORM_addr || form == DW_FORM_addrx || form == DW_FORM_addrx1 ||
	       form == DW_FORM_addrx2 || form == DW_FORM_addrx3 || form == DW_FORM_addrx4 ||
	       form == DW_FORM_GNU_addr_index;
}

bool dwarf_value_address(const struct dwarf_unit *unit, const struct dwarf_value *v, uint64_t *out)
{
	/* A split unit's addresses stand in the file of its skeleton. */
	const struct dwarf_unit *holder = unit->skeleton ? unit->skeleton : unit;
	const struct dwarf_view *view = &holder->file->section[DWARF_ADDR];
	uint64_t base = holder->addr_base;
	struct dwarf_bytes at;

	if (!dwarf_form_is_address(v->form))
		return false;
	*out = v->number;
	if (v->form == DW_FORM_addr)
		return true;
	if (base > view->bytes || v->number > (view->bytes - base) / holder->address_bytes)
		return false;
	base += v->number * holder->address_bytes;
	at = dwarf_bytes_of(view->start + base, view->bytes - base);
	*out = dwarf_fixed(&at, holder->address_bytes);
	return !at.failed;
}

bool dwarf_value_reference(struct dwarf_unit *unit, const struct dwarf_value *v,
			   struct dwarf_unit **out_unit, uint64_t *out_offset)
{
	struct dwarf_file *f = unit->file;

	*out_offset = v->number;
	switch (v->form) {
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
	case DW_FORM_ref_udata:
		*out_offset += unit->offset;
		*out_unit = unit;
		return *out_offset >= unit->first && *out_offset < unit->end;
	case DW_FORM_ref_addr:
		break;
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_ref_sup4:
	case DW_FORM_ref_sup8:
		f = f->supplement;
		break;
	default:
		return false;
	}
	*out_unit = f ? dwarf_file_unit(f, *out_offset) : NULL;
	if (!*out_unit && f == unit->file && *out_offset >= unit->first && *out_offset < unit->end)
		*out_unit = unit;
	return *out_unit != NULL;
}

bool dwarf_entry_follow(const struct dwarf_entry *from, uint16_t name, struct dwarf_entry *to)
{
	struct dwarf_value v = dwarf_entry_value(from, name);
	struct dwarf_unit *unit;
	uint64_t offset;

	return v.form && dwarf_value_reference(from->unit, &v, &unit, &offset) &&
	       dwarf_entry_read(unit, offset, to) && to->kind;
}

const char *dwarf_entry_name(const struct dwarf_entry *e)
{
	struct dwarf_value v = dwarf_entry_value(e, DW_AT_name);

	return v.form ? dwarf_value_text(e->unit, &v) : NULL;
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
	struct dwarf_bytes at = e->values;
	int depth = 0;

	/* Below the entry there may be much: all of it is passed over in place. */
	do {
		uint64_t code;

		if (kind)
			dwarf_values_skip(e->unit, table, kind, &at);
		depth += kind ? kind->has_children : -1;
		if (!depth)
			break;
		code = dwarf_uleb(&at);
		if (at.failed || code >= table->code_count || (code && !table->codes[code].known))
			return false;
		kind = code ? &table->codes[code] : NULL;
	} while (depth > 0);
	return !at.failed && !depth &&
	       dwarf_entry_read(e->unit,
				(uint64_t)(at.at - e->unit->file->section[DWARF_INFO].start), e) &&
	       e->kind;
}
