// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/dwarf_unit.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/dwarf_scan.h"
#include "analyzer/symbols_text.h"

enum { OPEN = 512 };

/* The entries that the current one lies in. */
struct open_entries {
	int depth[OPEN];
	uint32_t item[OPEN]; /* index of the scope or container */
	size_t count;
};

struct builder {
	Dwarf *dwarf;
	struct dwarf_unit *unit;
	size_t scope_room;
	size_t span_room;
	size_t function_room;
	size_t container_room;
	struct open_entries scopes;
	struct open_entries containers;
};

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
					    uint64_t vaddr)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges[middle].start <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i-- > 0 && ranges[i].reach > vaddr;)
		if (ranges[i].end > vaddr)
			return &ranges[i];
	return NULL;
}

static void entries_leave(struct open_entries *open, int depth)
{
	while (open->count && open->depth[open->count - 1] >= depth)
		open->count--;
}

static void entries_enter(struct open_entries *open, int depth, uint32_t item)
{
	if (open->count == OPEN)
		return;
	open->depth[open->count] = depth;
	open->item[open->count++] = item;
}

/* Scopes are closed when an entry beside or above them comes: only then their end is known. */
static void scopes_leave(struct builder *b, int depth)
{
	struct open_entries *open = &b->scopes;

	while (open->count && open->depth[open->count - 1] >= depth)
		b->unit->scopes[open->item[--open->count]].next = (uint32_t)b->unit->scope_count;
}

static bool span_add(struct builder *b, uint64_t start, uint64_t end, bool function)
{
	struct dwarf_unit *unit = b->unit;
	struct dwarf_range range = {
		.start = start,
		.end = end,
		.item = (uint32_t)unit->scope_count - 1,
	};

	if (!array_grow(&unit->spans, unit->span_count, &b->span_room, sizeof(*unit->spans)))
		return false;
	unit->spans[unit->span_count++] = range;
	if (!function)
		return true;
	if (!array_grow(&unit->functions, unit->function_count, &b->function_room,
			sizeof(*unit->functions)))
		return false;
	unit->functions[unit->function_count++] = range;
	return true;
}

static bool scope_add(struct builder *b, const struct dwarf_entry *entry, Dwarf_Die *die)
{
	struct dwarf_unit *unit = b->unit;
	struct dwarf_scope *scope;
	Dwarf_Addr base;
	Dwarf_Addr start;
	Dwarf_Addr end;
	ptrdiff_t at = 0;

	if (!array_grow(&unit->scopes, unit->scope_count, &b->scope_room, sizeof(*unit->scopes)))
		return false;
	scope = &unit->scopes[unit->scope_count++];
	*scope = (struct dwarf_scope) {
		.offset = entry->offset,
		.first_range = (uint32_t)unit->span_count,
		.next = (uint32_t)unit->scope_count,
		.function = entry->tag == DW_TAG_subprogram,
		.inlined = entry->tag == DW_TAG_inlined_subroutine,
	};
	while ((at = dwarf_ranges(die, at, &base, &start, &end)) > 0)
		if (start && end > start && !span_add(b, start, end, scope->function))
			return false;
	scope->range_count = (uint32_t)unit->span_count - scope->first_range;
	if (b->scopes.count < OPEN)
		entries_enter(&b->scopes, entry->depth, (uint32_t)unit->scope_count - 1);
	return true;
}

static bool container_add(struct builder *b, const struct dwarf_entry *entry)
{
	struct dwarf_unit *unit = b->unit;
	const struct open_entries *open = &b->containers;

	if (!array_grow(&unit->containers, unit->container_count, &b->container_room,
			sizeof(*unit->containers)))
		return false;
	unit->containers[unit->container_count++] = (struct dwarf_container) {
		.offset = entry->offset,
		.parent = open->count ? open->item[open->count - 1] : 0,
	};
	entries_enter(&b->containers, entry->depth, (uint32_t)unit->container_count - 1);
	return true;
}

/* False: no memory. */
static bool entry_add(struct builder *b, const struct dwarf_entry *entry)
{
	Dwarf_Die die;

	scopes_leave(b, entry->depth);
	entries_leave(&b->containers, entry->depth);
	switch (entry->tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		return container_add(b, entry);
	case DW_TAG_subprogram:
		/* Also a container, for functions inside functions; code only where it has any. */
		if (!container_add(b, entry))
			return false;
		break;
	case DW_TAG_inlined_subroutine:
	case DW_TAG_lexical_block:
		if (!b->scopes.count)
			return true;
		break;
	default:
		return true;
	}
	if (!dwarf_offdie(b->dwarf, entry->offset, &die))
		return true;
	if (entry->tag == DW_TAG_subprogram && !dwarf_hasattr(&die, DW_AT_low_pc) &&
	    !dwarf_hasattr(&die, DW_AT_ranges))
		return true;
	return scope_add(b, entry, &die);
}

void dwarf_unit_build(Dwarf *dwarf, struct dwarf_unit *unit)
{
	struct builder *b = calloc(1, sizeof(*b));
	struct dwarf_entry entry;
	struct dwarf_scan *scan = NULL;

	if (!b || dwarf_scan_open(dwarf, &unit->die, &scan))
		goto out;
	b->dwarf = dwarf;
	b->unit = unit;
	if (!container_add(b, &(struct dwarf_entry) {.depth = -1})) /* index 0 is none */
		goto out;
	entries_leave(&b->containers, -1);
	while (dwarf_scan_next(scan, &entry) && entry_add(b, &entry))
		;
	scopes_leave(b, -1);
	dwarf_ranges_sort(unit->functions, unit->function_count);
out:
	dwarf_scan_close(scan);
	free(b);
}

void dwarf_unit_clear(struct dwarf_unit *unit)
{
	free(unit->scopes);
	free(unit->spans);
	free(unit->functions);
	free(unit->containers);
}
