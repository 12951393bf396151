/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/driver.h"
#include "analyzer/dwarf/locations.h"
#include "analyzer/dwarf/ranges.h"
#include "analyzer/image/instruction.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/*
 * The place of a future whose variable has none in the debug information, as rustc leaves it since
 * about 1.70 where it optimizes. Two things tell it, and where both do, they have to agree:
 *
 * - Where the compiler has inlined the function that polls it, the first parameter of that has a
 *   value: the address of the future, "so far from the stack pointer".
 * - The function destroys the future in its frame, by a call of drop_in_place<FUTURE> with its
 *   address: on its way out, or when it unwinds.
 */

/* Scopes and inlined functions within one another. */
enum { NESTED = 64 };
/* Entries and bytes of code that are looked at in one file; a large program has a thousandth. */
#define SEARCHED_MAX (UINT64_C(1) << 28)

struct found {
	const struct driver_search *search;
	struct driver_place place;
	bool any, contradicted;
	uint64_t drops; /* hash of "<FUTURE>" */
};

/* False: enough was searched. What is not searched to its end is not known. */
static bool search_more(struct found *f)
{
	if (++*f->search->searched > SEARCHED_MAX)
		f->contradicted = true;
	return !f->contradicted;
}

static bool found_take(struct found *f, const struct driver_place *place)
{
	if (f->any && (f->place.base != place->base || f->place.offset != place->offset))
		f->contradicted = true;
	f->place = *place;
	f->any = true;
	return !f->contradicted;
}

/* A parameter's value is an address in the frame, all the time. */
static bool expression_take(void *context, struct byte_reader expression)
{
	struct found *f = context;
	struct driver_place place;

	if (!driver_place_read(&expression, f->search->frame_base, &place) ||
	    bytes_fixed(&expression, 1) != DW_OP_stack_value || expression.failed ||
	    expression.at != expression.end)
		return false;
	return found_take(f, &place);
}

/* Is it a reference to the future, maybe a pinned one? */
static bool refers_to_future(const struct found *f, const struct dwarf_entry *parameter)
{
	struct dwarf_place value, pointer, target;

	return dwarf_place_of(parameter, 0, &value) &&
	       dwarf_type_bytes(&value.type) == f->search->type.unit->encoding.address_bytes &&
	       dwarf_place_within(&value, DWARF_KIND_POINTER, NULL, &pointer) &&
	       dwarf_place_target(&pointer, &target) &&
	       target.type.offset == f->search->type.offset;
}

/* An inlined function whose first parameter is the future: where that is. */
static void inlined_read(struct found *f, const struct dwarf_entry *inlined)
{
	struct dwarf_entry parameter, declared;
	struct found one = {.search = f->search};

	if (!dwarf_entry_child(inlined, &parameter) || !parameter.kind ||
	    parameter.kind->tag != DW_TAG_formal_parameter ||
	    !dwarf_entry_follow(&parameter, DW_AT_abstract_origin, &declared) ||
	    dwarf_entry_name(&declared) || !refers_to_future(f, &declared))
		return;
	if (dwarf_locations_each(&parameter, expression_take, &one) && one.any)
		found_take(f, &one.place);
}

static void scope_search(struct found *f, const struct dwarf_entry *scope, int depth)
{
	struct dwarf_entry e;

	if (depth == NESTED || !dwarf_entry_child(scope, &e))
		return;
	do {
		if (!e.kind)
			break;
		if (e.kind->tag == DW_TAG_inlined_subroutine)
			inlined_read(f, &e);
		if (e.kind->tag == DW_TAG_inlined_subroutine || e.kind->tag == DW_TAG_lexical_block)
			scope_search(f, &e, depth + 1);
	} while (search_more(f) && dwarf_entry_sibling(&e));
}

/* Calls of what destroys the future, in a range of code. */
static bool range_search(void *context, uint64_t start, uint64_t end)
{
	struct found *f = context;
	const struct plan_image *image = f->search->image;
	size_t left = 0;
	const uint8_t *code = plan_image_at(image, start, &left);

	for (size_t i = 0; code && i < left && i < end - start && search_more(f); i++) {
		struct plan_frame_call call;
		struct driver_place place;

		if (!plan_instruction_frame_call(image, code + i, left - i, start + i, &call) ||
		    call.offset != (int32_t)call.offset ||
		    !descent_scan_drops(f->search->scan, call.target, f->drops))
			continue;
		place = (struct driver_place) {call.by_fp ? HUD_MAIN_BY_FP : HUD_MAIN_BY_SP,
					       (int32_t)call.offset};
		if (!found_take(f, &place))
			break;
	}
	return true;
}

static void code_search(struct found *f)
{
	const struct dwarf_entry *code = &f->search->code;
	struct dwarf_value low = dwarf_entry_value(code, DW_AT_low_pc);
	struct dwarf_value high = dwarf_entry_value(code, DW_AT_high_pc);
	struct dwarf_value ranges = dwarf_entry_value(code, DW_AT_ranges);

	dwarf_ranges_each(code->unit, &low, &high, &ranges, range_search, f);
}

bool driver_place_search(const struct driver_search *search, struct driver_place *out)
{
	struct found f = {.search = search};
	struct text arguments = {0};

	text_add_string(&arguments, "<");
	text_add_string(&arguments, search->path);
	text_add_string(&arguments, ">");
	if (!arguments.failed && *search->path) {
		f.drops = descent_name_hash(arguments.bytes);
		scope_search(&f, &search->scope, 0);
		code_search(&f);
	}
	text_close(&arguments);
	*out = f.place;
	return f.any && !f.contradicted;
}
