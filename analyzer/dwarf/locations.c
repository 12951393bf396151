/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/locations.h"

#include <dwarf.h>

/* Where the variables of a function lie: expressions, alone or in lists. */

struct location_walk {
	const struct dwarf_unit *unit;
	struct byte_reader at;
	dwarf_location_sink each;
	void *context;
};

static bool expression_give(struct location_walk *w, uint64_t bytes)
{
	const uint8_t *start = w->at.at;

	bytes_skip(&w->at, bytes);
	return !w->at.failed && w->each(w->context, bytes_of(start, bytes));
}

/* .debug_loc, up to DWARF 4. */
static bool walk_loc(struct location_walk *w)
{
	unsigned int bytes = w->unit->encoding.address_bytes;
	uint64_t last = bytes == 8 ? UINT64_MAX : UINT32_MAX;

	for (;;) {
		uint64_t start = bytes_fixed(&w->at, bytes);
		uint64_t end = bytes_fixed(&w->at, bytes);

		if (w->at.failed)
			return false;
		if (!start && !end)
			return true;
		if (start != last && !expression_give(w, bytes_fixed(&w->at, 2)))
			return false;
	}
}

/* Skips the code that an entry of .debug_loclists is for. False: it is for none. */
static bool entry_skip(struct location_walk *w, uint64_t kind)
{
	unsigned int bytes = w->unit->encoding.address_bytes;

	switch (kind) {
	case DW_LLE_startx_endx:
	case DW_LLE_startx_length:
	case DW_LLE_offset_pair:
		bytes_uleb(&w->at);
		bytes_uleb(&w->at);
		return true;
	case DW_LLE_start_end:
		bytes_skip(&w->at, 2 * (uint64_t)bytes);
		return true;
	case DW_LLE_start_length:
		bytes_skip(&w->at, bytes);
		bytes_uleb(&w->at);
		return true;
	case DW_LLE_base_addressx:
		bytes_uleb(&w->at);
		return false;
	case DW_LLE_base_address:
		bytes_skip(&w->at, bytes);
		return false;
	case DW_LLE_default_location:
		return true;
	default:
		w->at.failed = true;
		return false;
	}
}

static bool walk_loclists(struct location_walk *w)
{
	for (;;) {
		uint64_t kind = bytes_fixed(&w->at, 1);
		bool has_expression;

		if (!w->at.failed && kind == DW_LLE_end_of_list)
			return true;
		has_expression = !w->at.failed && entry_skip(w, kind);
		if (w->at.failed || (has_expression && !expression_give(w, bytes_uleb(&w->at))))
			return false;
	}
}

/* Moves to the list that a value refers to. Those of split units are not read. */
static bool location_list_find(struct location_walk *w, const struct dwarf_value *v)
{
	const struct dwarf_unit *unit = w->unit;
	bool five = unit->encoding.version >= 5;
	const struct dwarf_view *view =
		&unit->file->sections.view[five ? DWARF_LOCLISTS : DWARF_LOC];
	uint64_t offset = v->number;

	if (unit->skeleton)
		return false;
	if (v->form == DW_FORM_loclistx) {
		if (!dwarf_view_number(view, unit->loclists_base, offset,
				       unit->encoding.offset_bytes, &offset))
			return false;
		offset += unit->loclists_base;
	} else if (v->form != DW_FORM_sec_offset && v->form != DW_FORM_data4 &&
		   v->form != DW_FORM_data8) {
		return false;
	}
	w->at = dwarf_view_from(view, offset);
	return !w->at.failed;
}

bool dwarf_locations_each(const struct dwarf_entry *entry, dwarf_location_sink each, void *context)
{
	struct dwarf_value v = dwarf_entry_value(entry, DW_AT_location);
	struct location_walk w = {.unit = entry->unit, .each = each, .context = context};

	if (v.bytes)
		return each(context, bytes_of(v.bytes, v.number));
	if (!location_list_find(&w, &v))
		return false;
	return entry->unit->encoding.version < 5 ? walk_loc(&w) : walk_loclists(&w);
}
