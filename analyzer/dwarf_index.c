// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/dwarf_index.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/dwarf_unit.h"
#include "analyzer/symbols_text.h"

struct dwarf_index {
	Dwarf *dwarf;
	struct dwarf_unit *units; /* by offset */
	size_t unit_count;
	struct dwarf_range *ranges; /* of the units, by start */
	size_t range_count;
	size_t range_room;
};

static int ranges_of_unit(struct dwarf_index *index, size_t unit)
{
	Dwarf_Addr base;
	Dwarf_Addr start;
	Dwarf_Addr end;
	ptrdiff_t at = 0;

	while ((at = dwarf_ranges(&index->units[unit].die, at, &base, &start, &end)) > 0) {
		if (!start || end <= start) /* thrown away by the linker */
			continue;
		if (!array_grow(&index->ranges, index->range_count, &index->range_room,
				sizeof(*index->ranges)))
			return -ENOMEM;
		index->ranges[index->range_count++] = (struct dwarf_range) {
			.start = start,
			.end = end,
			.item = (uint32_t)unit,
		};
	}
	return 0;
}

static int units_read(struct dwarf_index *index)
{
	Dwarf_CU *cu = NULL;
	size_t room = 0;
	uint8_t kind;
	Dwarf_Half version;
	Dwarf_Die die;
	int error = 0;

	while (!error && !dwarf_get_units(index->dwarf, cu, &cu, &version, &kind, &die, NULL)) {
		if (kind != DW_UT_compile && kind != DW_UT_partial)
			continue;
		if (!array_grow(&index->units, index->unit_count, &room, sizeof(*index->units)))
			return -ENOMEM;
		index->units[index->unit_count] = (struct dwarf_unit) {.die = die};
		error = ranges_of_unit(index, index->unit_count++);
	}
	return error ? error : index->unit_count ? 0 : -ENODATA;
}

int dwarf_index_open(Dwarf *dwarf, struct dwarf_index **out)
{
	struct dwarf_index *index = calloc(1, sizeof(*index));
	int error;

	if (!index)
		return -ENOMEM;
	index->dwarf = dwarf;
	error = units_read(index);
	if (error) {
		dwarf_index_close(index);
		return error;
	}
	dwarf_ranges_sort(index->ranges, index->range_count);
	*out = index;
	return 0;
}

void dwarf_index_close(struct dwarf_index *index)
{
	if (!index)
		return;
	for (size_t i = 0; i < index->unit_count; i++)
		dwarf_unit_clear(&index->units[i]);
	free(index->units);
	free(index->ranges);
	free(index);
}

static struct dwarf_unit *unit_built(struct dwarf_index *index, struct dwarf_unit *unit)
{
	if (!unit->built) {
		unit->built = true;
		dwarf_unit_build(index->dwarf, unit);
	}
	return unit;
}

struct dwarf_unit *dwarf_index_unit(struct dwarf_index *index, uint64_t vaddr)
{
	const struct dwarf_range *hit = dwarf_ranges_find(index->ranges, index->range_count, vaddr);

	return hit ? unit_built(index, &index->units[hit->item]) : NULL;
}

struct dwarf_unit *dwarf_index_unit_of(struct dwarf_index *index, Dwarf_Off entry)
{
	size_t low = 0;
	size_t high = index->unit_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dwarf_dieoffset(&index->units[middle].die) <= entry)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? unit_built(index, &index->units[low - 1]) : NULL;
}

static bool scope_holds(const struct dwarf_unit *unit, const struct dwarf_scope *scope,
			uint64_t vaddr)
{
	for (uint32_t i = 0; i < scope->range_count; i++) {
		const struct dwarf_range *span = &unit->spans[scope->first_range + i];

		if (vaddr >= span->start && vaddr < span->end)
			return true;
	}
	return false;
}

/* Walks down from the function: into what holds the address, past what does not. */
static size_t scopes_around(const struct dwarf_unit *unit, uint32_t function, uint64_t vaddr,
			    uint32_t *path)
{
	uint32_t end = unit->scopes[function].next;
	size_t count = 0;

	path[count++] = function;
	for (uint32_t at = function + 1; at < end;) {
		const struct dwarf_scope *scope = &unit->scopes[at];

		if (scope->function || !scope_holds(unit, scope, vaddr)) {
			at = scope->next;
			continue;
		}
		if (scope->inlined && count < DWARF_CHAIN)
			path[count++] = at;
		end = scope->next;
		at++;
	}
	return count;
}

size_t dwarf_unit_chain(struct dwarf_index *index, struct dwarf_unit *unit, uint64_t vaddr,
			Dwarf_Die *chain)
{
	const struct dwarf_range *hit =
		dwarf_ranges_find(unit->functions, unit->function_count, vaddr);
	uint32_t path[DWARF_CHAIN];
	size_t count;

	if (!hit)
		return 0;
	count = scopes_around(unit, hit->item, vaddr, path);
	for (size_t i = 0; i < count; i++)
		if (!dwarf_offdie(index->dwarf, unit->scopes[path[count - 1 - i]].offset,
				  &chain[i]))
			return 0;
	return count;
}

uint32_t dwarf_unit_container(const struct dwarf_unit *unit, Dwarf_Off offset)
{
	size_t low = 1;
	size_t high = unit->container_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unit->containers[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < unit->container_count && unit->containers[low].offset == offset ? (uint32_t)low
										     : 0;
}
