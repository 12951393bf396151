/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/driver.h"
#include "analyzer/dwarf/ranges.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where the future of a block_on lies: a variable of this name, whose place is a constant distance
 * from a register of the frame, and the code in which it is in scope. Where it is anywhere else, at
 * times or always, it is not known.
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
	struct driver_search search;
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

bool driver_place_read(struct byte_reader *from, uint64_t frame_base, struct driver_place *out)
{
	uint64_t operation = bytes_fixed(from, 1), number;
	int64_t offset = bytes_sleb(from);

	number = operation == DW_OP_fbreg ? frame_base : operation - DW_OP_breg0;
	out->offset = (int32_t)offset;
	return !from->failed && offset == out->offset &&
	       (operation == DW_OP_fbreg ||
		(operation >= DW_OP_breg0 && operation <= DW_OP_breg31)) &&
	       base_of(number, &out->base);
}

/* One operation, and nothing else. */
static bool location_read(struct reading *r, const struct dwarf_value *v, struct driver_place *out)
{
	struct byte_reader from = bytes_of(v->bytes, v->bytes ? v->number : 0);

	return driver_place_read(&from, r->search.frame_base, out) && from.at == from.end;
}

/*
 * The place of a variable in a scope: its own, or where it has none, what else tells it. NULL: it
 * is inlined.
 */
static bool place_read(struct reading *r, const struct dwarf_entry *variable,
		       const struct dwarf_entry *scope, const struct dwarf_entry *type)
{
	struct dwarf_value v = {0};
	struct driver_place place;

	if (variable)
		v = dwarf_entry_value(variable, DW_AT_location);
	r->search.scope = *scope;
	r->search.type = *type;
	r->search.path = draft_path(r->d, type);
	if (v.form ? !location_read(r, &v, &place) : !driver_place_search(&r->search, &place))
		return false;
	r->main.base = place.base;
	r->main.offset = place.offset;
	return true;
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

/* A variable of a scope; `declared` has its name and type. */
static void variable_read(struct reading *r, const struct dwarf_entry *variable,
			  const struct dwarf_entry *declared, const struct dwarf_entry *scope)
{
	const char *name = dwarf_entry_name(declared);
	struct dwarf_value low, high, ranges;
	struct dwarf_place future;

	if (!name || strcmp(name, r->variable) != 0 || !dwarf_place_of(declared, 0, &future) ||
	    future.type.kind->tag != DW_TAG_structure_type ||
	    !place_read(r, variable, scope, &future.type))
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
	struct dwarf_entry e, declared;

	if (depth == SCOPES || !dwarf_entry_child(scope, &e))
		return;
	do {
		if (!e.kind)
			break;
		if (e.kind->tag == DW_TAG_lexical_block)
			scope_read(r, &e, depth + 1);
		else if (e.kind->tag == DW_TAG_variable && depth)
			variable_read(r, &e,
				      dwarf_entry_follow(&e, DW_AT_abstract_origin, &declared)
					      ? &declared
					      : &e,
				      scope);
	} while (!r->failed && dwarf_entry_sibling(&e));
}

/*
 * Where it is inlined: the variable that the parameter was moved into, where it has a place. Else
 * the parameter has the type, and the code says where that variable is. The parameter itself is
 * elsewhere.
 */
static void inlined_read(struct reading *r, const struct dwarf_entry *inlined)
{
	struct dwarf_entry e, declared;
	size_t before = r->out->count;

	scope_read(r, inlined, 0);
	if (r->out->count > before || !dwarf_entry_child(inlined, &e))
		return;
	do {
		if (!e.kind)
			break;
		if (e.kind->tag == DW_TAG_formal_parameter &&
		    dwarf_entry_follow(&e, DW_AT_abstract_origin, &declared))
			variable_read(r, NULL, &declared, inlined);
	} while (!r->failed && dwarf_entry_sibling(&e));
}

int driver_read(struct main_list *out, struct draft *d, const struct descent_scan *scan,
		const struct descent_driver *driver, const struct plan_image *image)
{
	const char *path = draft_path(d, &driver->declaration);
	const struct rules_line *rule = descent_rules_line(&d->rules, WORD_MAIN, path);
	struct reading r = {.out = out, .d = d, .variable = rule ? rule->words[2] : NULL};
	struct dwarf_entry function;

	r.search.scan = scan;
	r.search.image = image;
	r.search.searched = &out->searched;
	if (!rule || !dwarf_entry_read(driver->unit, driver->function, &function) ||
	    !function.kind || !dwarf_entry_read(driver->unit, driver->entry, &r.search.code) ||
	    !r.search.code.kind)
		return 0;
	r.search.frame_base = frame_base_read(&function);
	if (driver->entry == driver->function)
		scope_read(&r, &function, 0);
	else
		inlined_read(&r, &r.search.code);
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
