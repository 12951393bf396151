/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/ranges.h"
#include "analyzer/base/sorted.h"

#include <dwarf.h>
#include <stdlib.h>

/* The range list that is being read. */
struct range_walk {
	const struct dwarf_unit *unit;
	struct byte_reader at;
	uint64_t base;
	dwarf_range_sink each;
	void *context;
};

/* Code that the linker discarded begins at 0, or at the highest addresses. */
static bool is_code(const struct dwarf_unit *unit, uint64_t start, uint64_t end)
{
	uint64_t last = unit->encoding.address_bytes == 8 ? UINT64_MAX : UINT32_MAX;

	return start && start < last - 1 && end > start;
}

static bool range_give(struct range_walk *w, uint64_t start, uint64_t end)
{
	return !is_code(w->unit, start, end) || w->each(w->context, start, end);
}

/* .debug_ranges, up to DWARF 4. */
static bool walk_ranges(struct range_walk *w)
{
	unsigned int bytes = w->unit->encoding.address_bytes;
	uint64_t last = bytes == 8 ? UINT64_MAX : UINT32_MAX;

	for (;;) {
		uint64_t start = bytes_fixed(&w->at, bytes);
		uint64_t end = bytes_fixed(&w->at, bytes);

		if (w->at.failed || (!start && !end))
			return true;
		if (start == last)
			w->base = end;
		else if (start < end && !range_give(w, w->base + start, w->base + end))
			return false;
	}
}

static uint64_t indexed_address(struct range_walk *w)
{
	struct dwarf_value v = {.form = DW_FORM_addrx, .number = bytes_uleb(&w->at)};
	uint64_t address = 0;

	if (!dwarf_unit_address(w->unit, &v, &address))
		address = 0;
	return address;
}

/* One entry of .debug_rnglists. False: the list ends. */
static bool list_entry(struct range_walk *w, uint64_t *start, uint64_t *end)
{
	unsigned int bytes = w->unit->encoding.address_bytes;

	*start = *end = 0;
	switch (bytes_fixed(&w->at, 1)) {
	case DW_RLE_base_addressx:
		w->base = indexed_address(w);
		return true;
	case DW_RLE_startx_endx:
		*start = indexed_address(w);
		*end = indexed_address(w);
		return true;
	case DW_RLE_startx_length:
		*start = indexed_address(w);
		*end = *start + bytes_uleb(&w->at);
		return true;
	case DW_RLE_offset_pair:
		*start = w->base + bytes_uleb(&w->at);
		*end = w->base + bytes_uleb(&w->at);
		if (!is_code(w->unit, w->base, UINT64_MAX))
			*start = *end = 0;
		return true;
	case DW_RLE_base_address:
		w->base = bytes_fixed(&w->at, bytes);
		return true;
	case DW_RLE_start_end:
		*start = bytes_fixed(&w->at, bytes);
		*end = bytes_fixed(&w->at, bytes);
		return true;
	case DW_RLE_start_length:
		*start = bytes_fixed(&w->at, bytes);
		*end = *start + bytes_uleb(&w->at);
		return true;
	default:
		return false;
	}
}

static bool walk_rnglists(struct range_walk *w)
{
	uint64_t start;
	uint64_t end;

	while (list_entry(w, &start, &end) && !w->at.failed)
		if (!range_give(w, start, end))
			return false;
	return true;
}

/* Moves to the list that a DW_AT_ranges refers to. */
static bool range_list_find(struct range_walk *w, const struct dwarf_value *v)
{
	const struct dwarf_unit *unit = w->unit;
	const struct dwarf_unit *holder = unit;
	const struct dwarf_view *view = &unit->file->sections.view[DWARF_RNGLISTS];
	uint64_t offset = v->number;

	if (unit->encoding.version < 5) {
		/* The lists of GNU split units are in the skeleton's file. */
		holder = unit->skeleton ? unit->skeleton : unit;
		view = &holder->file->sections.view[DWARF_RANGES];
		offset += unit->skeleton ? holder->ranges_base : 0;
	} else if (v->form == DW_FORM_rnglistx) {
		if (!dwarf_view_number(view, unit->rnglists_base, offset,
				       unit->encoding.offset_bytes, &offset))
			return false;
		offset += unit->rnglists_base;
	}
	w->at = dwarf_view_from(view, offset);
	return !w->at.failed;
}

bool dwarf_ranges_each(const struct dwarf_unit *unit, const struct dwarf_value *low,
		       const struct dwarf_value *high, const struct dwarf_value *ranges,
		       dwarf_range_sink each, void *context)
{
	const struct dwarf_unit *holder = unit->skeleton ? unit->skeleton : unit;
	struct range_walk w = {
		.unit = unit, .base = holder->low_pc, .each = each, .context = context};
	uint64_t start;
	uint64_t end;

	if (ranges->form) {
		if (!range_list_find(&w, ranges))
			return true;
		return unit->encoding.version < 5 ? walk_ranges(&w) : walk_rnglists(&w);
	}
	if (!dwarf_unit_address(unit, low, &start) || !high->form)
		return true;
	if (!dwarf_unit_address(unit, high, &end))
		end = start + dwarf_value_number(high);
	return range_give(&w, start, end);
}

static int range_order(const void *a, const void *b)
{
	const struct dwarf_range *x = a;
	const struct dwarf_range *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

void dwarf_ranges_sort(struct dwarf_range *ranges, size_t count)
{
	uint64_t reach = 0;

	if (count)
		qsort(ranges, count, sizeof(*ranges), range_order);
	for (size_t i = 0; i < count; i++) {
		reach = ranges[i].end > reach ? ranges[i].end : reach;
		ranges[i].reach = reach;
	}
}

const struct dwarf_range *dwarf_ranges_find(const struct dwarf_range *ranges, size_t count,
					    uint64_t address)
{
	size_t after = SORTED_UP_TO(ranges, count, start, address);

	for (size_t i = after; i-- > 0 && ranges[i].reach > address;)
		if (ranges[i].end > address)
			return &ranges[i];
	return NULL;
}
