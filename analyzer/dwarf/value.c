/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/value.h"

#include <dwarf.h>

static struct dwarf_value block_read(struct byte_reader *from, uint16_t form, uint64_t bytes)
{
	struct dwarf_value v = {.form = form, .number = bytes, .bytes = from->at};

	bytes_skip(from, bytes);
	return v;
}

static struct dwarf_value number_read(struct byte_reader *from, uint16_t form, int bytes)
{
	if (bytes < 0) {
		bytes_fail(from);
		return (struct dwarf_value) {0};
	}
	if (bytes > 8)
		return block_read(from, form, (uint64_t)bytes);
	return (struct dwarf_value) {
		.form = form,
		.number = bytes ? bytes_fixed(from, (unsigned int)bytes) : 1, /* flag_present */
	};
}

struct dwarf_value dwarf_value_read(const struct dwarf_encoding *encoding, struct byte_reader *from,
				    const struct dwarf_attribute *attribute)
{
	uint16_t form = attribute->form;
	const char *text;
	uint64_t actual;

	if (attribute->bytes > 0)
		return number_read(from, form, attribute->bytes);
	if (form == DW_FORM_indirect) { /* one step only, or a file could make this endless */
		actual = bytes_uleb(from);
		form = actual < UINT16_MAX ? (uint16_t)actual : DW_FORM_indirect;
	}
	switch (form) {
	case DW_FORM_implicit_const:
		return (struct dwarf_value) {.form = form,
					     .number = (uint64_t)(int64_t)attribute->implicit};
	case DW_FORM_string:
		text = bytes_text(from);
		return (struct dwarf_value) {.form = form, .bytes = (const uint8_t *)text};
	case DW_FORM_sdata:
		return (struct dwarf_value) {.form = form, .number = (uint64_t)bytes_sleb(from)};
	case DW_FORM_udata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		return (struct dwarf_value) {.form = form, .number = bytes_uleb(from)};
	case DW_FORM_block1:
		return block_read(from, form, bytes_fixed(from, 1));
	case DW_FORM_block2:
		return block_read(from, form, bytes_fixed(from, 2));
	case DW_FORM_block4:
		return block_read(from, form, bytes_fixed(from, 4));
	case DW_FORM_block:
	case DW_FORM_exprloc:
		return block_read(from, form, bytes_uleb(from));
	default:
		return number_read(from, form, dwarf_form_bytes(encoding, form));
	}
}

void dwarf_value_skip_sized(const struct dwarf_encoding *encoding, struct byte_reader *from,
			    const struct dwarf_attribute *attribute)
{
	switch (attribute->form) {
	case DW_FORM_exprloc:
		bytes_skip(from, bytes_uleb(from));
		break;
	case DW_FORM_block1:
		bytes_skip(from, bytes_fixed(from, 1));
		break;
	case DW_FORM_udata:
	case DW_FORM_sdata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
		bytes_uleb(from);
		break;
	default:
		dwarf_value_read(encoding, from, attribute);
		break;
	}
}

void dwarf_values_skip(const struct dwarf_abbreviations *table,
		       const struct dwarf_abbreviation *kind, struct byte_reader *from)
{
	if (kind->fixed) {
		bytes_skip(from, kind->bytes);
		return;
	}
	for (uint32_t i = 0; i < kind->count; i++)
		dwarf_value_skip(&table->encoding, from, &table->attributes[kind->first + i]);
}

uint64_t dwarf_value_number(const struct dwarf_value *v)
{
	return v->form && !v->bytes ? v->number : 0;
}
