/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/scopes.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN = 512, DEPTH = 4096 };

enum {
	VALUE_LOW,
	VALUE_HIGH,
	VALUE_RANGES,
	VALUE_FILE,
	VALUE_LINE,
	VALUE_COLUMN,
	VALUE_SIBLING,
	VALUES,
};

static const uint8_t value_slots[] = {
	[DW_AT_low_pc] = VALUE_LOW + 1,      [DW_AT_high_pc] = VALUE_HIGH + 1,
	[DW_AT_ranges] = VALUE_RANGES + 1,   [DW_AT_call_file] = VALUE_FILE + 1,
	[DW_AT_call_line] = VALUE_LINE + 1,  [DW_AT_call_column] = VALUE_COLUMN + 1,
	[DW_AT_sibling] = VALUE_SIBLING + 1,
};
static const struct dwarf_selection scope_selection = {value_slots, sizeof(value_slots), VALUES};

struct builder {
	struct dwarf_scopes *out;
	struct dwarf_unit *unit;
	const struct dwarf_wanted *wanted;
	size_t scope_room, span_room, function_room;
	bool hit;        /* a range of the current function holds a wanted address */
	uint64_t jump;   /* offset of the entry after a function that is skipped; 0: not known */
	int skipped;     /* depth of the function that is being skipped; -1: none */
	int depth[OPEN]; /* of the scopes that contain the current entry */
	uint32_t at[OPEN];
	size_t open;
	bool no_memory;
};

/* Skips the current function, which holds no wanted address. */
static void function_skip(struct builder *b, const struct dwarf_value *next, int depth)
{
	struct dwarf_unit *unit;

	b->skipped = depth;
	if (!dwarf_unit_reference(b->unit, next, &unit, &b->jump) || unit != b->unit)
		b->jump = 0;
}

/* Closes all scopes at this depth or deeper. */
static void scopes_leave(struct builder *b, int depth)
{
	while (b->open && b->depth[b->open - 1] >= depth)
		b->out->scopes[b->at[--b->open]].next = (uint32_t)b->out->scope_count;
	if (b->skipped >= depth)
		b->skipped = -1;
}

static bool span_add(void *context, uint64_t start, uint64_t end)
{
	struct builder *b = context;
	struct dwarf_scopes *out = b->out;

	b->no_memory =
		!array_grow(&out->spans, out->span_count, &b->span_room, sizeof(*out->spans));
	if (b->no_memory)
		return false;
	b->hit = b->hit || dwarf_wanted_in(b->wanted, start, end);
	out->spans[out->span_count++] = (struct dwarf_range) {.start = start, .end = end};
	return true;
}

static void functions_add(struct builder *b, const struct dwarf_scope *scope, uint32_t index)
{
	struct dwarf_scopes *out = b->out;

	for (uint32_t i = 0; i < scope->range_count && !b->no_memory; i++) {
		b->no_memory = !array_grow(&out->functions, out->function_count, &b->function_room,
					   sizeof(*out->functions));
		if (b->no_memory)
			return;
		out->functions[out->function_count] = out->spans[scope->first_range + i];
		out->functions[out->function_count++].item = index;
	}
}

static void scope_add(struct builder *b, const struct dwarf_entry *e, int depth)
{
	struct dwarf_scopes *out = b->out;
	struct dwarf_value v[VALUES];
	bool function = e->kind->tag == DW_TAG_subprogram;
	size_t spans = out->span_count;
	struct dwarf_scope scope;

	if (!dwarf_entry_values(e, &scope_selection, v))
		return;
	if (function && !v[VALUE_LOW].form && !v[VALUE_RANGES].form)
		return;
	b->hit = false;
	dwarf_ranges_each(b->unit, &v[VALUE_LOW], &v[VALUE_HIGH], &v[VALUE_RANGES], span_add, b);
	if (function && !b->hit) {
		out->span_count = spans;
		function_skip(b, &v[VALUE_SIBLING], depth);
		return;
	}
	scope = (struct dwarf_scope) {
		.offset = e->offset,
		.first_range = (uint32_t)spans,
		.range_count = (uint32_t)(out->span_count - spans),
		.next = (uint32_t)out->scope_count + 1,
		.call_file = (uint32_t)dwarf_value_number(&v[VALUE_FILE]),
		.call_line = (uint32_t)dwarf_value_number(&v[VALUE_LINE]),
		.call_column = (uint32_t)dwarf_value_number(&v[VALUE_COLUMN]),
		.function = function,
		.inlined = e->kind->tag == DW_TAG_inlined_subroutine,
	};
	if (b->no_memory ||
	    !array_grow(&out->scopes, out->scope_count, &b->scope_room, sizeof(*out->scopes))) {
		b->no_memory = true;
		return;
	}
	out->scopes[out->scope_count++] = scope;
	if (function)
		functions_add(b, &scope, (uint32_t)out->scope_count - 1);
	if (b->open < OPEN) {
		b->depth[b->open] = depth;
		b->at[b->open++] = (uint32_t)out->scope_count - 1;
	}
}

static bool is_scope(uint16_t tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_lexical_block;
}

/* Called for scopes only: most entries are types and variables, and those are skipped. */
static void entry_take(struct builder *b, const struct dwarf_entry *e, int depth)
{
	bool function = e->kind->tag == DW_TAG_subprogram;

	if (function || (b->open && b->skipped < 0))
		scope_add(b, e, depth);
}

/* Walks all entries of the unit in the order of the file. */
static void entries_walk(struct builder *b)
{
	const struct dwarf_view *info = &b->unit->file->sections.view[DWARF_INFO];
	struct dwarf_entry e = {.unit = b->unit, .table = dwarf_unit_abbreviations(b->unit)};
	struct byte_reader at =
		bytes_of(info->start + b->unit->first, b->unit->end - b->unit->first);
	int depth = 0;

	while (e.table && at.at < at.end && !b->no_memory) {
		uint64_t offset = (uint64_t)(at.at - info->start);
		uint64_t code = bytes_uleb(&at);
		bool inside;

		if (!code) {
			if (--depth <= 0)
				break;
			scopes_leave(b, depth);
			continue;
		}
		if (code >= e.table->code_count || !e.table->codes[code].known)
			break;
		e.kind = &e.table->codes[code];
		e.offset = offset;
		e.values = at;
		b->jump = 0;
		if (is_scope(e.kind->tag))
			entry_take(b, &e, depth);
		dwarf_values_skip(e.table, e.kind, &at);
		inside = e.kind->has_children;
		if (b->jump > offset && b->jump < b->unit->end) {
			at.at = info->start + b->jump;
			inside = false;
		}
		if (inside)
			depth++;
		else
			scopes_leave(b, depth);
		if (!depth || depth >= DEPTH)
			break;
	}
}

int dwarf_scopes_read(struct dwarf_scopes *out, struct dwarf_unit *unit,
		      const struct dwarf_wanted *wanted)
{
	struct builder *b = calloc(1, sizeof(*b));
	int error;

	if (!b)
		return -ENOMEM;
	b->out = out;
	b->unit = unit;
	b->wanted = wanted;
	b->skipped = -1;
	entries_walk(b);
	scopes_leave(b, -1);
	dwarf_ranges_sort(out->functions, out->function_count);
	error = b->no_memory ? -ENOMEM : 0;
	free(b);
	return error;
}

void dwarf_scopes_close(struct dwarf_scopes *s)
{
	free(s->scopes);
	free(s->spans);
	free(s->functions);
	memset(s, 0, sizeof(*s));
}

static bool scope_holds(const struct dwarf_scopes *s, const struct dwarf_scope *scope,
			uint64_t address)
{
	for (uint32_t i = 0; i < scope->range_count; i++) {
		const struct dwarf_range *span = &s->spans[scope->first_range + i];

		if (address >= span->start && address < span->end)
			return true;
	}
	return false;
}

/* Walks down from the function into the scopes that hold the address. */
size_t dwarf_scopes_chain(const struct dwarf_scopes *s, uint64_t address, uint32_t *chain)
{
	const struct dwarf_range *hit = dwarf_ranges_find(s->functions, s->function_count, address);
	uint32_t end = hit ? s->scopes[hit->item].next : 0;
	size_t count = 0;

	if (!hit)
		return 0;
	chain[count++] = hit->item;
	for (uint32_t at = hit->item + 1; at < end;) {
		const struct dwarf_scope *scope = &s->scopes[at];

		if (scope->function || !scope_holds(s, scope, address)) {
			at = scope->next;
			continue;
		}
		if (scope->inlined && count < DWARF_CHAIN)
			chain[count++] = at;
		end = scope->next;
		at++;
	}
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t swap = chain[i];

		chain[i] = chain[count - 1 - i];
		chain[count - 1 - i] = swap;
	}
	return count;
}
