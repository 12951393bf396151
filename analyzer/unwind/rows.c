/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/rows.h"
#include "analyzer/unwind/rule_table.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES (UINT64_C(1) << HUD_PLAN_PAGE_BITS)
#define PAGES_MAX (UINT64_C(1) << 17) /* 8 GiB of addresses take a page table of 1 MiB */

/* Compilers align functions to this many bytes: a shorter gap before a function is padding. */
#define PADDING_BYTES 16u

/* One FDE, in the order of addresses. */
struct function {
	uint64_t start;
	uint64_t end;
	uint32_t frame;
	uint32_t fde;
};

struct builder {
	struct unwind_rows *out;
	const struct eh_frame *frames;
	const struct hud_plan_segment *segment;
	size_t segments;
	struct rule_table rules;
	struct function *function;
	size_t functions;
	size_t row_room;
	uint64_t at; /* rows are complete up to this address */
	const struct depth_trace *traced;
	size_t next_traced;
	bool function_before; /* what ends at `at` is a function */
	bool out_of_memory;
};

static const struct hud_plan_segment *segment_of(const struct builder *b, uint64_t address)
{
	for (size_t i = 0; i < b->segments; i++) {
		if (address >= b->segment[i].address &&
		    address - b->segment[i].address < b->segment[i].bytes)
			return &b->segment[i];
	}
	return NULL;
}

static int compare_functions(const void *left, const void *right)
{
	const struct function *l = left, *r = right;

	if (l->start != r->start)
		return l->start < r->start ? -1 : 1;
	if (l->frame != r->frame)
		return l->frame < r->frame ? -1 : 1;
	return l->fde < r->fde ? -1 : l->fde > r->fde;
}

/* The FDEs of code that is in a segment; linkers keep some FDEs of code that they dropped. */
static void collect_frame(struct builder *b, uint32_t index)
{
	const struct eh_frame *e = &b->frames[index];

	for (size_t i = 0; i < e->fdes; i++) {
		const struct eh_fde *fde = &e->fde[i];
		const struct hud_plan_segment *segment = segment_of(b, fde->start);
		struct function *f = &b->function[b->functions];
		uint64_t segment_end;

		if (!segment || fde->start == fde->end || (e->section.debug_frame && !fde->start))
			continue;
		segment_end = segment->address + segment->bytes;
		f->start = fde->start;
		f->end = fde->end < segment_end ? fde->end : segment_end;
		f->frame = index;
		f->fde = (uint32_t)i;
		b->functions++;
	}
}

static int collect(struct builder *b, size_t frames)
{
	size_t room = 1;

	for (size_t i = 0; i < frames; i++)
		room += b->frames[i].fdes;
	b->function = malloc(room * sizeof(*b->function));
	if (!b->function)
		return -ENOMEM;
	for (size_t i = 0; i < frames; i++)
		collect_frame(b, (uint32_t)i);
	qsort(b->function, b->functions, sizeof(*b->function), compare_functions);
	b->out->fdes = b->functions;
	return 0;
}

static void row_push(struct builder *b, uint16_t delta, uint16_t rule)
{
	struct unwind_rows *out = b->out;

	if (!array_grow(&out->row, out->rows, &b->row_room, sizeof(*out->row))) {
		b->out_of_memory = true;
		return;
	}
	out->row[out->rows++] = (struct hud_plan_row) {.delta = delta, .rule = rule};
}

/* A page without any rule has no rows. */
static void page_close(struct builder *b, struct hud_plan_page *page)
{
	if (page->rows == 1 && b->out->row[page->first_row].rule == UNWIND_RULE_NONE) {
		page->rows = 0;
		b->out->rows--;
	}
}

/* Makes this the rule from `b->at` to `end`. */
static void cover_to(struct builder *b, uint64_t end, uint16_t rule)
{
	struct unwind_rows *out = b->out;

	while (b->at < end && !b->out_of_memory) {
		struct hud_plan_page *page = &out->page[(b->at - out->first) / PAGE_BYTES];
		uint64_t page_end = (b->at | (PAGE_BYTES - 1)) + 1;
		uint16_t delta = (uint16_t)(b->at % PAGE_BYTES);

		if (!delta)
			page->first_row = (uint32_t)out->rows;
		if (!delta || out->row[out->rows - 1].rule != rule) {
			row_push(b, delta, rule);
			page->rows++;
		}
		b->at = end < page_end ? end : page_end;
		if (b->at == page_end && !b->out_of_memory)
			page_close(b, page);
	}
}

/* What belongs to no function, up to `end`. */
static void cover_gap(struct builder *b, uint64_t end)
{
	while (b->next_traced < b->traced->count && !b->out_of_memory) {
		const struct depth_rule *t = &b->traced->rule[b->next_traced];

		if (t->start >= end || t->end > end)
			break;
		b->next_traced++;
		if (t->start < b->at)
			continue; /* of a function after all */
		cover_to(b, t->start, UNWIND_RULE_NONE);
		b->out->covered_bytes += t->end - t->start;
		cover_to(b, t->end, rule_table_intern(&b->rules, t->rule));
	}
	cover_to(b, end, UNWIND_RULE_NONE);
}

/* Is it the rule of a function's first instruction, before anything was pushed? */
static bool is_entry(const struct hud_plan_rule *rule)
{
	bool on_stack = rule->ra_offset != HUD_RULE_UNCHANGED;

	return rule->type == HUD_RULE_CFA_SP && rule->fp_offset == HUD_RULE_UNCHANGED &&
	       rule->cfa_offset == (on_stack ? 8 : 0);
}

/*
 * Padding before a function gets the rule of the function's entry. Nothing runs there, so that is
 * harmless, and it saves two rows of three, since most functions end with this very rule.
 */
static void fill_gap(struct builder *b, uint64_t start, const struct hud_plan_rule *rule)
{
	if (start == b->at ||
	    (b->function_before && start - b->at < PADDING_BYTES && is_entry(rule)))
		return;
	cover_gap(b, start);
}

static void take_row(void *context, uint64_t start, uint64_t end, struct hud_plan_rule rule)
{
	struct builder *b = context;
	uint16_t index = rule_table_intern(&b->rules, rule);

	fill_gap(b, start, &rule);
	b->out->covered_bytes += end - b->at;
	if (index == UNWIND_RULE_UNSUPPORTED)
		b->out->unsupported_bytes += end - start;
	cover_to(b, end, index);
	b->function_before = true;
}

/* Where functions overlap the one that starts later counts, as in the C++ runtime. */
static void cover_functions(struct builder *b)
{
	const struct hud_plan_segment *segment = NULL;

	for (size_t i = 0; i < b->functions && !b->out_of_memory; i++) {
		const struct function *f = &b->function[i];
		const struct eh_frame *e = &b->frames[f->frame];
		uint64_t end = f->end;

		if (!segment || segment != segment_of(b, f->start)) {
			segment = segment_of(b, f->start);
			b->function_before = false;
		}
		if (i + 1 < b->functions && b->function[i + 1].start < end)
			end = b->function[i + 1].start;
		eh_frame_rows(e, &e->fde[f->fde], end, take_row, b);
	}
}

/* The table of pages, from the first executable byte to the last. */
static int pages_make(struct builder *b)
{
	struct unwind_rows *out = b->out;
	uint64_t low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < b->segments; i++) {
		const struct hud_plan_segment *s = &b->segment[i];

		if (!s->bytes)
			continue;
		low = s->address < low ? s->address : low;
		high = s->address + s->bytes > high ? s->address + s->bytes : high;
	}
	if (low >= high)
		return 0;
	out->first = low & ~(PAGE_BYTES - 1);
	out->pages = (size_t)((high - out->first - 1) / PAGE_BYTES + 1);
	if (out->pages > PAGES_MAX || out->first > UINT64_MAX - out->pages * PAGE_BYTES)
		return -EFBIG;
	out->page = calloc(out->pages, sizeof(*out->page));
	return out->page ? 0 : -ENOMEM;
}

static int build(struct builder *b, size_t frames)
{
	struct unwind_rows *out = b->out;
	int err = pages_make(b);

	if (!err)
		err = collect(b, frames);
	if (!err)
		err = rule_table_open(&b->rules);
	if (err)
		return err;
	b->at = out->first;
	cover_functions(b);
	cover_gap(b, out->first + out->pages * PAGE_BYTES);
	if (b->out_of_memory)
		return -ENOMEM;
	out->rules_dropped = b->rules.dropped;
	rule_table_take(&b->rules, &out->rule, &out->rules);
	return 0;
}

int unwind_rows_build(struct unwind_rows *out, const struct eh_frame *frames, size_t count,
		      const struct hud_plan_segment *segment, size_t segments,
		      const struct depth_trace *traced)
{
	static const struct depth_trace none;
	struct builder b = {.out = out,
			    .frames = frames,
			    .segment = segment,
			    .segments = segments,
			    .traced = traced ? traced : &none};
	int err;

	memset(out, 0, sizeof(*out));
	err = build(&b, count);
	rule_table_close(&b.rules);
	free(b.function);
	if (err)
		unwind_rows_free(out);
	return err;
}

void unwind_rows_free(struct unwind_rows *rows)
{
	free(rows->page);
	free(rows->row);
	free(rows->rule);
	memset(rows, 0, sizeof(*rows));
}

void unwind_rows_set(const struct unwind_rows *rows, struct plan *plan)
{
	plan->first = rows->first;
	plan->page = rows->page;
	plan->pages = rows->pages;
	plan->row = rows->row;
	plan->rows = rows->rows;
	plan->rule = rows->rule;
	plan->rules = rows->rules;
}
