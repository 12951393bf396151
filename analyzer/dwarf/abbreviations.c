/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/abbreviations.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <stdlib.h>

/* Limits for hostile files: no compiler writes larger codes or more attributes. */
enum { CODES = 1 << 18, ATTRIBUTES = 256 };

int dwarf_form_bytes(const struct dwarf_encoding *encoding, unsigned int form)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return 0;
	case DW_FORM_data1:
	case DW_FORM_ref1:
	case DW_FORM_flag:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return 1;
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return 2;
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return 3;
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
	case DW_FORM_ref_sup4:
		return 4;
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return 8;
	case DW_FORM_data16:
		return 16;
	case DW_FORM_addr:
		return encoding->address_bytes;
	case DW_FORM_ref_addr:
		return encoding->version < 3 ? encoding->address_bytes : encoding->offset_bytes;
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_sec_offset:
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_GNU_strp_alt:
		return encoding->offset_bytes;
	default:
		return -1;
	}
}

/* Only numbers of lines and files are of interest, and those fit. */
static int32_t implicit_read(struct byte_reader *from)
{
	int64_t value = bytes_sleb(from);

	return value >= INT32_MIN && value <= INT32_MAX ? (int32_t)value : 0;
}

static bool attributes_read(struct dwarf_abbreviations *all, struct byte_reader *from, size_t *room,
			    struct dwarf_abbreviation *out)
{
	out->first = (uint32_t)all->attribute_count;
	out->fixed = true;
	for (;; out->count++) {
		uint64_t name = bytes_uleb(from);
		uint64_t form = bytes_uleb(from);
		int32_t implicit = form == DW_FORM_implicit_const ? implicit_read(from) : 0;
		int bytes;

		if (from->failed || name > UINT16_MAX || form > UINT16_MAX)
			return false;
		if (!name && !form)
			return true;
		bytes = dwarf_form_bytes(&all->encoding, (unsigned int)form);
		if (out->count == ATTRIBUTES || !array_grow(&all->attributes, all->attribute_count,
							    room, sizeof(*all->attributes)))
			return false;
		all->attributes[all->attribute_count++] = (struct dwarf_attribute) {
			.name = (uint16_t)name,
			.form = (uint16_t)form,
			.implicit = implicit,
			.bytes = (int8_t)bytes,
		};
		out->fixed = out->fixed && bytes >= 0;
		out->bytes += bytes > 0 ? (uint32_t)bytes : 0;
	}
}

static bool codes_room(struct dwarf_abbreviations *all, uint64_t code)
{
	size_t count = code < 64 ? 64 : (size_t)code * 2;
	struct dwarf_abbreviation *grown;

	if (code < all->code_count)
		return true;
	grown = reallocarray(all->codes, count, sizeof(*grown));
	if (!grown)
		return false;
	memset(grown + all->code_count, 0, (count - all->code_count) * sizeof(*grown));
	all->codes = grown;
	all->code_count = count;
	return true;
}

/* `only` not 0: reads up to this code, and keeps it alone. */
static bool table_read(struct dwarf_abbreviations *all, const struct dwarf_view *section,
		       uint64_t only)
{
	struct byte_reader from = dwarf_view_from(section, all->offset);
	size_t room = 0;

	for (;;) {
		uint64_t code = bytes_uleb(&from);
		struct dwarf_abbreviation one = {.known = true};

		if (from.failed || code > CODES)
			return false;
		if (!code)
			return true;
		one.tag = (uint16_t)bytes_uleb(&from);
		one.has_children = bytes_fixed(&from, 1) == DW_CHILDREN_yes;
		all->attribute_count = only ? 0 : all->attribute_count;
		if (!attributes_read(all, &from, &room, &one))
			return false;
		if (only && code != only)
			continue;
		if (!codes_room(all, code))
			return false;
		if (!all->codes[code].known)
			all->codes[code] = one;
		if (only)
			return true;
	}
}

static struct dwarf_abbreviations *table_new(uint64_t offset, const struct dwarf_encoding *encoding)
{
	struct dwarf_abbreviations *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->offset = offset;
	all->encoding = *encoding;
	return all;
}

struct dwarf_abbreviations *dwarf_abbreviations_read(const struct dwarf_view *section,
						     uint64_t offset,
						     const struct dwarf_encoding *encoding)
{
	struct dwarf_abbreviations *all = table_new(offset, encoding);

	if (all)
		table_read(all, section, 0);
	return all;
}

struct dwarf_abbreviations *dwarf_abbreviations_read_one(const struct dwarf_view *section,
							 uint64_t offset,
							 const struct dwarf_encoding *encoding,
							 uint64_t code)
{
	struct dwarf_abbreviations *all = table_new(offset, encoding);

	if (all)
		table_read(all, section, code);
	return all;
}

void dwarf_abbreviations_close(struct dwarf_abbreviations *all)
{
	for (struct dwarf_abbreviations *next; all; all = next) {
		next = all->next;
		free(all->codes);
		free(all->attributes);
		free(all);
	}
}
