// SPDX-License-Identifier: MIT OR Apache-2.0
#include <dwarf.h>

#include "analyzer/debuginfo/dwarf_entry.h"

/* One range list being read. */
struct range_walk {
	const struct dwarf_unit *unit;
	struct dwarf_bytes at;
	uint64_t base;
	dwarf_range_sink each;
	void *context;
};

/* What the linker threw away begins at 0, or at the highest addresses. */
static bool is_code(const struct dwarf_unit *unit, uint64_t start, uint64_t end)
{
	uint64_t last = unit->address_bytes == 8 ? UINT64_MAX : UINT32_MAX;

	return start && start < last - 1 && end > start;
}

static bool tell(struct range_walk *w, uint64_t start, uint64_t end)
{
	return !is_code(w->unit, start, end) || w->each(w->context, start, end);
}

/* .debug_ranges, up to DWARF 4. */
static bool walk_ranges(struct range_walk *w)
{
	unsigned int bytes = w->unit->address_bytes;
	uint64_t last = bytes == 8 ? UINT64_MAX : UINT32_MAX;

	for (;;) {
		uint64_t start = dwarf_fixed(&w->at, bytes);
		uint64_t end = dwarf_fixed(&w->at, bytes);

		if (w->at.failed || (!start && !end))
			return true;
		if (start == last)
			w->base = end;
		else if (start < end && !tell(w, w->base + start, w->base + end))
			return false;
	}
}

static uint64_t indexed_address(struct range_walk *w)
{
	struct dwarf_value v = {.form = DW_FORM_addrx, .number = dwarf_uleb(&w->at)};
	uint64_t address = 0;

	if (!dwarf_value_address(w->unit, &v, &address))
		address = 0;
	return address;
}

/* One entry of .debug_rnglists. False: the end. */
static bool list_entry(struct range_walk *w, uint64_t *start, uint64_t *end)
{
	unsigned int bytes = w->unit->address_bytes;

	*start = *end = 0;
	switch (dwarf_fixed(&w->at, 1)) {
	case DW_RLE_base_addressx:
		w->base = indexed_address(w);
		return true;
	case DW_RLE_startx_endx:
		*start = indexed_address(w);
		*end = indexed_address(w);
		return true;
	case DW_RLE_startx_length:
		*start = indexed_address(w);
		*end = *start + dwarf_uleb(&w->at);
		return true;
	case DW_RLE_offset_pair:
		*start = w->base + dwarf_uleb(&w->at);
		*end = w->base + dwarf_uleb(&w->at);
		if (!is_code(w->unit, w->base, UINT64_MAX))
			*start = *end = 0;
		return true;
	case DW_RLE_base_address:
		w->base = dwarf_fixed(&w->at, bytes);
		return true;
	case DW_RLE_start_end:
		*start = dwarf_fixed(&w->at, bytes);
		*end = dwarf_fixed(&w->at, bytes);
		return true;
	case DW_RLE_start_length:
		*start = dwarf_fixed(&w->at, bytes);
		*end = *start + dwarf_uleb(&w->at);
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
		if (!tell(w, start, end))
			return false;
	return true;
}

/* Where the list is that a DW_AT_ranges speaks of. */
static bool list_find(struct range_walk *w, const struct dwarf_value *v)
{
	const struct dwarf_unit *unit = w->unit;
	const struct dwarf_unit *holder = unit;
	const struct dwarf_view *view = &unit->file->section[DWARF_RNGLISTS];
	uint64_t offset = v->number;

	if (unit->version < 5) {
		/* GNU's split units have theirs with the skeleton. */
		holder = unit->skeleton ? unit->skeleton : unit;
		view = &holder->file->section[DWARF_RANGES];
		offset += unit->skeleton ? holder->ranges_base : 0;
	} else if (v->form == DW_FORM_rnglistx) {
		uint64_t base = unit->rnglists_base;
		struct dwarf_bytes at;

		if (base > view->bytes || offset > (view->bytes - base) / unit->offset_bytes)
			return false;
		at = dwarf_bytes_of(view->start + base, view->bytes - base);
		dwarf_skip(&at, offset * unit->offset_bytes);
		offset = base + dwarf_fixed(&at, unit->offset_bytes);
		if (at.failed)
			return false;
	}
	if (offset >= view->bytes)
		return false;
	w->at = dwarf_bytes_of(view->start + offset, view->bytes - offset);
	return true;
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
		if (!list_find(&w, ranges))
			return true;
		return unit->version < 5 ? walk_ranges(&w) : walk_rnglists(&w);
	}
	if (!dwarf_value_address(unit, low, &start) || !high->form)
		return true;
	if (!dwarf_value_address(unit, high, &end))
		end = start + dwarf_value_number(high);
	return tell(&w, start, end);
}
