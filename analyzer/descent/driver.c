/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/driver.h"
#include "analyzer/dwarf/ranges.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where the future of a block_on lies, by debug information: a variable of this name, whose place
 * is a constant distance from a register of the frame, and the code in which it is in scope. Where
 * it is anywhere else, at times or always, it is not known.
 */

/* Scopes within one another in a function. */
enum { SCOPES = 32 };

/*
 * The registers' numbers in DWARF. On either machine the other one's are of registers that no scope
 * keeps its variables by.
 */
enum { X86_RBP = 6, X86_RSP = 7, ARM_FP = 29, ARM_SP = 31 };

struct reading {
	struct main_list *out;
	struct draft *d;
	const char *variable;
	uint64_t frame_base; /* a register; UINT64_MAX: none */
	struct hud_plan_task_main main;
	bool failed;
};

static bool base_of(uint64_t number, uint32_t *out)
{
	*out = number == X86_RBP || number == ARM_FP ? HUD_MAIN_BY_FP : HUD_MAIN_BY_SP;
	return *out == HUD_MAIN_BY_FP || number == X86_RSP || number == ARM_SP;
}

/* The register that is the frame's base. */
static uint64_t frame_base_read(const struct dwarf_entry *function)
{
	struct dwarf_value v = dwarf_entry_value(function, DW_AT_frame_base);
	struct byte_reader from = bytes_of(v.bytes, v.bytes ? v.number : 0);
	uint64_t operation = bytes_fixed(&from, 1);

	if (!v.bytes || v.number != 1 || operation < DW_OP_reg0 || operation > DW_OP_reg31)
		return UINT64_MAX;
	return operation - DW_OP_reg0;
}

/* One operation, and nothing else: a distance from a register. */
static bool location_read(struct reading *r, const struct dwarf_entry *variable)
{
	struct dwarf_value v = dwarf_entry_value(variable, DW_AT_location);
	struct byte_reader from;
	uint64_t operation, number;
	int64_t offset;

	if (!v.bytes || !v.number)
		return false;
	from = bytes_of(v.bytes, v.number);
	operation = bytes_fixed(&from, 1);
	offset = bytes_sleb(&from);
	number = operation == DW_OP_fbreg ? r->frame_base : operation - DW_OP_breg0;
	r->main.offset = (int32_t)offset;
	return !from.failed && from.at == from.end && offset == r->main.offset &&
	       (operation == DW_OP_fbreg ||
		(operation >= DW_OP_breg0 && operation <= DW_OP_breg31)) &&
	       base_of(number, &r->main.base);
}

static bool range_add(void *context, uint64_t start, uint64_t end)
{
	struct reading *r = context;
	struct main_list *l = r->out;

	if (start >= end)
		return true;
	if (!array_grow(&l->at, l->count, &l->room, sizeof(*l->at))) {
		r->failed = true;
		return false;
	}
	r->main.start = start;
	r->main.end = end;
	l->at[l->count++] = r->main;
	return true;
}

static void variable_read(struct reading *r, const struct dwarf_entry *variable,
			  const struct dwarf_entry *scope)
{
	const char *name = dwarf_entry_name(variable);
	struct dwarf_value low, high, ranges;
	struct dwarf_place future;

	if (!name || strcmp(name, r->variable) != 0 || !location_read(r, variable) ||
	    !dwarf_place_of(variable, 0, &future) || future.type.kind->tag != DW_TAG_structure_type)
		return;
	r->main.node = draft_node(r->d, &future.type, false);
	if (r->main.node == HUD_NO_NODE)
		return;
	r->d->node[r->main.node].awaited = true;
	low = dwarf_entry_value(scope, DW_AT_low_pc);
	high = dwarf_entry_value(scope, DW_AT_high_pc);
	ranges = dwarf_entry_value(scope, DW_AT_ranges);
	dwarf_ranges_each(scope->unit, &low, &high, &ranges, range_add, r);
}

/* Its own variables; those of functions that are inlined in it are other ones. */
static void scope_read(struct reading *r, const struct dwarf_entry *scope, int depth)
{
	struct dwarf_entry e;

	if (depth == SCOPES || !dwarf_entry_child(scope, &e))
		return;
	do {
		if (!e.kind)
			break;
		if (e.kind->tag == DW_TAG_lexical_block)
			scope_read(r, &e, depth + 1);
		else if (e.kind->tag == DW_TAG_variable && depth)
			variable_read(r, &e, scope);
	} while (!r->failed && dwarf_entry_sibling(&e));
}

int driver_read(struct main_list *out, struct draft *d, const struct descent_driver *driver)
{
	const char *path = draft_path(d, &driver->declaration);
	const struct rules_line *rule = descent_rules_line(&d->rules, WORD_MAIN, path);
	struct reading r = {.out = out, .d = d, .variable = rule ? rule->words[2] : NULL};
	struct dwarf_entry function;

	if (!rule || !dwarf_entry_read(driver->unit, driver->entry, &function) || !function.kind)
		return 0;
	r.frame_base = frame_base_read(&function);
	scope_read(&r, &function, 0);
	return r.failed ? -ENOMEM : 0;
}

static int main_order(const void *a, const void *b)
{
	const struct hud_plan_task_main *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

void main_list_sort(struct main_list *l)
{
	size_t kept = 0;

	if (l->count)
		qsort(l->at, l->count, sizeof(*l->at), main_order);
	for (size_t i = 0; i < l->count && kept < HUD_PLAN_TASK_MAINS_MAX; i++)
		if (!kept || l->at[kept - 1].end <= l->at[i].start)
			l->at[kept++] = l->at[i];
	l->count = kept;
}
