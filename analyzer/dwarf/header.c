/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/header.h"
#include "analyzer/dwarf/entry.h"

#include <dwarf.h>
#include <errno.h>

enum {
	ROOT_LOW,
	ROOT_HIGH,
	ROOT_RANGES,
	ROOT_LINE,
	ROOT_NAME,
	ROOT_COMP_DIR,
	ROOT_LANGUAGE,
	ROOT_STR_OFFSETS,
	ROOT_ADDR,
	ROOT_GNU_ADDR,
	ROOT_RNGLISTS,
	ROOT_GNU_RANGES,
	ROOT_LOCLISTS,
	ROOT_DWO_NAME,
	ROOT_GNU_DWO_NAME,
	ROOT_GNU_DWO_ID,
	ROOT_VALUES,
};

static const uint8_t root_slots[] = {
	[DW_AT_low_pc] = ROOT_LOW + 1,
	[DW_AT_high_pc] = ROOT_HIGH + 1,
	[DW_AT_ranges] = ROOT_RANGES + 1,
	[DW_AT_stmt_list] = ROOT_LINE + 1,
	[DW_AT_name] = ROOT_NAME + 1,
	[DW_AT_comp_dir] = ROOT_COMP_DIR + 1,
	[DW_AT_language] = ROOT_LANGUAGE + 1,
	[DW_AT_str_offsets_base] = ROOT_STR_OFFSETS + 1,
	[DW_AT_addr_base] = ROOT_ADDR + 1,
	[DW_AT_GNU_addr_base] = ROOT_GNU_ADDR + 1,
	[DW_AT_rnglists_base] = ROOT_RNGLISTS + 1,
	[DW_AT_GNU_ranges_base] = ROOT_GNU_RANGES + 1,
	[DW_AT_loclists_base] = ROOT_LOCLISTS + 1,
	[DW_AT_dwo_name] = ROOT_DWO_NAME + 1,
	[DW_AT_GNU_dwo_name] = ROOT_GNU_DWO_NAME + 1,
	[DW_AT_GNU_dwo_id] = ROOT_GNU_DWO_ID + 1,
};
static const struct dwarf_selection root_selection = {root_slots, sizeof(root_slots), ROOT_VALUES};

/* The header up to the first entry. False: its version or kind is not supported. */
static bool header_read(struct dwarf_unit *unit, struct byte_reader *at)
{
	uint64_t kind = DW_UT_compile;

	unit->encoding.version = (uint16_t)bytes_fixed(at, 2);
	if (unit->encoding.version < 2 || unit->encoding.version > 5)
		return false;
	if (unit->encoding.version == 5) {
		kind = bytes_fixed(at, 1);
		unit->encoding.address_bytes = (uint8_t)bytes_fixed(at, 1);
	}
	unit->abbreviation_offset += bytes_fixed(at, unit->encoding.offset_bytes);
	if (unit->encoding.version < 5)
		unit->encoding.address_bytes = (uint8_t)bytes_fixed(at, 1);
	if (kind == DW_UT_skeleton || kind == DW_UT_split_compile) {
		unit->id = bytes_fixed(at, 8);
		unit->has_id = true;
	}
	return !at->failed &&
	       (unit->encoding.address_bytes == 4 || unit->encoding.address_bytes == 8) &&
	       (kind == DW_UT_compile || kind == DW_UT_partial || kind == DW_UT_skeleton ||
		kind == DW_UT_split_compile);
}

/* Where tables begin whose place the unit does not say: right after their header. */
static void bases_default(struct dwarf_unit *unit, const struct dwarf_contribution *part)
{
	bool wide = unit->encoding.offset_bytes == 8;
	bool five = unit->encoding.version == 5;

	unit->str_offsets_base = part->str_offsets;
	unit->rnglists_base = part->rnglists;
	unit->ranges_base = part->ranges;
	if (five && unit->file->sections.split) {
		unit->str_offsets_base += wide ? 16 : 8;
		unit->rnglists_base += wide ? 20 : 12;
	}
	if (five)
		unit->addr_base = wide ? 16 : 8;
}

static void set_base(uint64_t *base, const struct dwarf_value *v)
{
	if (v->form)
		*base = v->number;
}

static void root_take(struct dwarf_unit *unit, const struct dwarf_value *v,
		      const struct dwarf_contribution *part)
{
	set_base(&unit->str_offsets_base, &v[ROOT_STR_OFFSETS]);
	set_base(&unit->addr_base, &v[ROOT_ADDR]);
	set_base(&unit->addr_base, &v[ROOT_GNU_ADDR]);
	set_base(&unit->rnglists_base, &v[ROOT_RNGLISTS]);
	set_base(&unit->ranges_base, &v[ROOT_GNU_RANGES]);
	set_base(&unit->loclists_base, &v[ROOT_LOCLISTS]);
	unit->has_line = v[ROOT_LINE].form != 0;
	unit->line = v[ROOT_LINE].number + part->line;
	unit->language = (uint16_t)dwarf_value_number(&v[ROOT_LANGUAGE]);
	unit->low = v[ROOT_LOW];
	unit->high = v[ROOT_HIGH];
	unit->ranges = v[ROOT_RANGES];
	unit->name = dwarf_unit_text(unit, &v[ROOT_NAME]);
	unit->comp_dir = dwarf_unit_text(unit, &v[ROOT_COMP_DIR]);
	unit->dwo_name = dwarf_unit_text(unit, &v[ROOT_DWO_NAME]);
	if (!unit->dwo_name)
		unit->dwo_name = dwarf_unit_text(unit, &v[ROOT_GNU_DWO_NAME]);
	if (v[ROOT_GNU_DWO_ID].form) {
		unit->id = v[ROOT_GNU_DWO_ID].number;
		unit->has_id = true;
	}
	if (!dwarf_unit_address(unit, &unit->low, &unit->low_pc))
		unit->low_pc = 0;
}

static int root_read(struct dwarf_unit *unit, const struct dwarf_contribution *part)
{
	const struct dwarf_view *info = &unit->file->sections.view[DWARF_INFO];
	struct dwarf_entry root = {.unit = unit, .offset = unit->first};
	struct dwarf_value values[ROOT_VALUES];
	struct dwarf_abbreviations *table;
	uint64_t code;
	int error = -EBADMSG;

	root.values = bytes_of(info->start + unit->first, unit->end - unit->first);
	code = bytes_uleb(&root.values);
	if (!code || root.values.failed)
		return -EBADMSG;
	table = dwarf_abbreviations_read_one(&unit->file->sections.view[DWARF_ABBREV],
					     unit->abbreviation_offset, &unit->encoding, code);
	if (!table)
		return -ENOMEM;
	if (code < table->code_count && table->codes[code].known) {
		root.table = table;
		root.kind = &table->codes[code];
		if (dwarf_entry_values(&root, &root_selection, values)) {
			bases_default(unit, part);
			root_take(unit, values, part);
			error = 0;
		}
	}
	dwarf_abbreviations_close(table);
	return error;
}

int dwarf_unit_read(struct dwarf_file *f, uint64_t offset, const struct dwarf_contribution *part,
		    struct dwarf_unit *out)
{
	const struct dwarf_view *info = &f->sections.view[DWARF_INFO];
	struct byte_reader at;
	uint64_t length;

	*out = (struct dwarf_unit) {.file = f, .offset = offset, .encoding.offset_bytes = 4};
	at = dwarf_view_from(info, offset);
	length = bytes_fixed(&at, 4);
	if (length == UINT32_MAX) {
		out->encoding.offset_bytes = 8;
		length = bytes_fixed(&at, 8);
	}
	if (at.failed || length > bytes_left(&at))
		return -EBADMSG;
	at.end = at.at + length;
	out->end = (uint64_t)(at.end - info->start);
	out->abbreviation_offset = part->abbreviations;
	if (!header_read(out, &at))
		return -EBADMSG;
	out->first = (uint64_t)(at.at - info->start);
	return root_read(out, part);
}
