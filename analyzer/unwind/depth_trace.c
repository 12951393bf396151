/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/depth_trace.h"
#include "analyzer/elf/parts.h"
#include "analyzer/unwind/x86_instruction.h"
#include "format/base/array.h"

#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum {
	SECTIONS_MAX = 32,
	RETURN_ADDRESS = 8, /* the depth of the stack at the entry of a function */
	GAP_BYTES_MIN = 16, /* less is padding */
	GAPS_BYTES_MIN = 1024,
	GAPS_BYTES_MAX = 8 << 20,
	GAPS_SHARE_MAX = 4, /* of all code: with more it is no libc, but code of another kind */
	DEPTH_MAX = 32760,
	PAGE_BYTES = 4096,
	PAGES_MAX = 1 << 20,
};

/* What is known where an instruction begins. */
struct state {
	int32_t depth;     /* CFA less the stack pointer; 0: nobody was here */
	uint16_t fp;       /* CFA less the place where the frame pointer was saved; 0: it was not */
	bool fp_cleared;   /* it is 0: the outermost function of a thread */
	bool contradicted; /* by another way here */
	uint8_t instruction; /* its length */
};

struct range {
	uint64_t start, end;
};

struct section {
	uint64_t address;
	const uint8_t *code;
	size_t bytes;
};

struct gap {
	struct range at;
	const uint8_t *code;
	struct state *state; /* of each byte; NULL until something leads here */
};

struct tracing {
	struct section section[SECTIONS_MAX];
	size_t sections;
	struct range *function;
	size_t functions;
	struct gap *gap;
	size_t gaps, gap_room;
	uint8_t *page; /* of PAGE_BYTES of addresses from `low` on: 1, there are gaps in it */
	uint64_t low, pages;
	struct way { /* still to be followed, in one gap */
		uint64_t at;
		struct state state;
	} * way;
	size_t ways, way_room;
	bool failed;
};

/*
 * The bytes of a section, in those of the segment that holds it: libelf keeps one copy of a segment
 * for all who ask for it. NULL: they are not there.
 */
static const uint8_t *section_code(Elf *elf, const GElf_Shdr *section)
{
	size_t count = 0;
	GElf_Phdr h;

	if (!elf_program_headers(elf, &count))
		return NULL;
	for (size_t i = 0; i < count; i++) {
		Elf_Data *data;

		if (!gelf_getphdr(elf, (int)i, &h) || h.p_type != PT_LOAD || !(h.p_flags & PF_X) ||
		    h.p_offset > INT64_MAX || section->sh_offset < h.p_offset ||
		    section->sh_offset - h.p_offset > h.p_filesz ||
		    section->sh_size > h.p_filesz - (section->sh_offset - h.p_offset))
			continue;
		data = elf_getdata_rawchunk(elf, (int64_t)h.p_offset, h.p_filesz, ELF_T_BYTE);
		return data && data->d_buf && data->d_size == h.p_filesz
			       ? (const uint8_t *)data->d_buf + (section->sh_offset - h.p_offset)
			       : NULL;
	}
	return NULL;
}

static void sections_read(struct tracing *t, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr h;

	while ((section = elf_nextscn(elf, section)) && t->sections < SECTIONS_MAX) {
		const uint8_t *code;

		if (!gelf_getshdr(section, &h) || !(h.sh_flags & SHF_EXECINSTR) ||
		    h.sh_type != SHT_PROGBITS || h.sh_addr > UINT64_MAX - h.sh_size)
			continue;
		code = section_code(elf, &h);
		if (code && h.sh_size)
			t->section[t->sections++] = (struct section) {h.sh_addr, code, h.sh_size};
	}
}

static int range_order(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static int functions_read(struct tracing *t, const struct eh_frame *frames, size_t count)
{
	size_t room = 1;

	for (size_t i = 0; i < count; i++)
		room += frames[i].fdes;
	t->function = calloc(room, sizeof(*t->function));
	if (!t->function)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < frames[i].fdes; k++)
			t->function[t->functions++] =
				(struct range) {frames[i].fde[k].start, frames[i].fde[k].end};
	qsort(t->function, t->functions, sizeof(*t->function), range_order);
	return 0;
}

static void gap_add(struct tracing *t, const struct section *s, uint64_t start, uint64_t end)
{
	if (end <= start || end - start < GAP_BYTES_MIN || t->failed)
		return;
	t->failed = !array_grow(&t->gap, t->gaps, &t->gap_room, sizeof(*t->gap));
	if (!t->failed)
		t->gap[t->gaps++] =
			(struct gap) {{start, end}, s->code + (start - s->address), NULL};
}

/* What no function of the unwind information covers, section by section. */
static void gaps_find(struct tracing *t, const struct section *s)
{
	uint64_t at = s->address, end = s->address + s->bytes;

	for (size_t i = 0; i < t->functions && at < end; i++) {
		const struct range *f = &t->function[i];

		if (f->end <= at)
			continue;
		if (f->start >= end)
			break;
		gap_add(t, s, at, f->start);
		at = f->end;
	}
	gap_add(t, s, at, end);
}

static int gap_order(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	return (x->at.start > y->at.start) - (x->at.start < y->at.start);
}

/* Most code calls functions that have unwind information: a quick test. */
static int pages_mark(struct tracing *t)
{
	t->low = t->gap[0].at.start / PAGE_BYTES;
	t->pages = t->gap[t->gaps - 1].at.end / PAGE_BYTES - t->low + 1;
	if (t->pages > PAGES_MAX)
		t->pages = PAGES_MAX;
	t->page = calloc(t->pages, 1);
	if (!t->page)
		return -ENOMEM;
	for (size_t i = 0; i < t->gaps; i++)
		for (uint64_t page = t->gap[i].at.start / PAGE_BYTES - t->low;
		     page <= t->gap[i].at.end / PAGE_BYTES - t->low && page < t->pages; page++)
			t->page[page] = 1;
	return 0;
}

static struct gap *gap_of(const struct tracing *t, uint64_t address)
{
	size_t low = 0, high = t->gaps;
	uint64_t page = address / PAGE_BYTES - t->low;

	if (page >= t->pages || !t->page[page])
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->gap[middle].at.start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < t->gap[low - 1].at.end ? &t->gap[low - 1] : NULL;
}

/*
 * May a function begin here? Code before it ends with what does not go on, or pads. Among the bytes
 * of all code some look like a call that is none.
 */
static bool may_begin(const struct gap *g, uint64_t address)
{
	size_t at = (size_t)(address - g->at.start);
	const uint8_t *code = g->code + at;

	if (!at)
		return true;
	if (code[-1] == 0xc3 || code[-1] == 0x90 || code[-1] == 0xcc || code[-1] == 0xf4)
		return true;
	if (at >= 2 && (code[-2] == 0xeb || (code[-2] == 0x0f && code[-1] == 0x0b)))
		return true;
	return at >= 5 && code[-5] == 0xe9;
}

static void way_add(struct tracing *t, uint64_t at, struct state state)
{
	if (t->failed)
		return;
	t->failed = !array_grow(&t->way, t->ways, &t->way_room, sizeof(*t->way));
	if (!t->failed)
		t->way[t->ways++] = (struct way) {at, state};
}

static bool same_state(const struct state *a, const struct state *b)
{
	return a->depth == b->depth && a->fp == b->fp && a->fp_cleared == b->fp_cleared;
}

/* The state after an instruction. False: it is not known. */
static bool state_step(struct state *s, const struct x86_instruction *i)
{
	int64_t depth = (int64_t)s->depth + i->push;

	if (i->loses_sp || depth > DEPTH_MAX || depth < -DEPTH_MAX)
		return false;
	if (i->saves_fp && !s->fp && depth > 0)
		s->fp = (uint16_t)depth;
	if (i->restores_fp && s->fp == s->depth)
		s->fp = 0;
	s->fp_cleared |= i->clears_fp;
	s->depth = (int32_t)depth;
	return s->depth != 0 || s->fp_cleared; /* nobody pops its return address */
}

/* Depth 0 marks a place where nobody was; the root of a thread has it too. */
static int32_t depth_kept(int32_t depth)
{
	return depth ? depth : -DEPTH_MAX;
}

/* Goes on from one place until the way ends, or was gone. */
static void way_follow(struct tracing *t, struct gap *g, struct way way)
{
	struct state s = way.state;
	uint64_t at = way.at;

	while (at >= g->at.start && at < g->at.end && !t->failed) {
		struct state *here = &g->state[at - g->at.start];
		struct state kept = s;
		struct x86_instruction i;

		kept.depth = depth_kept(s.depth);
		if (here->contradicted || (here->depth && same_state(here, &kept)))
			return;
		kept.contradicted = here->depth != 0;
		if (!x86_instruction_read(g->code + (at - g->at.start), (size_t)(g->at.end - at),
					  &i))
			return;
		kept.instruction = (uint8_t)i.length;
		*here = kept;
		at += i.length;
		if (!state_step(&s, &i))
			return;
		if (i.flow == X86_BRANCH || i.flow == X86_JUMP)
			way_add(t, at + (uint64_t)i.distance, s);
		if (i.flow == X86_JUMP || i.flow == X86_END)
			return;
	}
}

/* Follows a function from its entry, and all ways within its gap. */
static void entry_follow(struct tracing *t, uint64_t address)
{
	static const struct state entry = {.depth = RETURN_ADDRESS};
	struct gap *g = gap_of(t, address);

	if (!g || !may_begin(g, address))
		return;
	if (!g->state)
		g->state = calloc((size_t)(g->at.end - g->at.start), sizeof(*g->state));
	t->failed |= !g->state;
	way_add(t, address, entry);
	while (t->ways && !t->failed) {
		struct way way = t->way[--t->ways];

		/* A jump to another gap is a call at the end, which is found there. */
		if (way.at >= g->at.start && way.at < g->at.end)
			way_follow(t, g, way);
	}
}

/* Calls, and addresses that are taken: `length` bytes, of which the last 4 are a distance. */
static void targets_follow(struct tracing *t, const struct section *s, uint8_t opcode,
			   size_t length)
{
	const uint8_t *at = s->code, *end = s->code + s->bytes;

	while (at < end && (at = memchr(at, opcode, (size_t)(end - at))) && !t->failed) {
		size_t left = (size_t)(end - at);
		uint64_t address = s->address + (uint64_t)(at - s->code);
		int32_t distance;

		at++;
		if (left < length || (length == 6 && (at[0] & 0xc7) != 5))
			continue;
		memcpy(&distance, at - 1 + length - sizeof(distance), sizeof(distance));
		entry_follow(t, address + length + (uint64_t)(int64_t)distance);
	}
}

/* Addresses in tables and in the global offset table, which the loader relocates. */
static void pointers_follow(struct tracing *t, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)) && !t->failed) {
		Elf_Data *data;
		GElf_Rela r;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_RELA)
			continue;
		data = elf_getdata(section, NULL);
		for (int i = 0; data && gelf_getrela(data, i, &r) && !t->failed; i++)
			if (GELF_R_TYPE(r.r_info) == R_X86_64_RELATIVE)
				entry_follow(t, (uint64_t)r.r_addend);
	}
}

static bool rule_of(const struct state *s, struct hud_plan_rule *out)
{
	*out = (struct hud_plan_rule) {0};
	if (!s->depth || s->contradicted)
		return false;
	if (s->fp_cleared && s->depth < RETURN_ADDRESS) {
		out->type = HUD_RULE_ROOT;
		return true;
	}
	if (s->depth < RETURN_ADDRESS)
		return false;
	*out = (struct hud_plan_rule) {
		.type = HUD_RULE_CFA_SP,
		.cfa_offset = (int16_t)s->depth,
		.fp_offset = s->fp ? (int16_t)-s->fp : HUD_RULE_UNCHANGED,
		.ra_offset = -RETURN_ADDRESS,
	};
	return true;
}

static int rule_add(struct depth_trace *out, size_t *room, struct depth_rule rule)
{
	struct depth_rule *last = out->count ? &out->rule[out->count - 1] : NULL;

	out->bytes += rule.end - rule.start;
	if (last && last->end == rule.start &&
	    !memcmp(&last->rule, &rule.rule, sizeof(rule.rule))) {
		last->end = rule.end;
		return 0;
	}
	if (!array_grow(&out->rule, out->count, room, sizeof(*out->rule)))
		return -ENOMEM;
	out->rule[out->count++] = rule;
	return 0;
}

static int gap_rules(struct depth_trace *out, size_t *room, const struct gap *g)
{
	uint64_t at = g->at.start;
	int err = 0;

	while (!err && g->state && at < g->at.end) {
		const struct state *s = &g->state[at - g->at.start];
		struct depth_rule rule = {.start = at, .end = at + s->instruction};
		bool known = rule_of(s, &rule.rule);

		/* Ways that read the same bytes at different places contradict each other. */
		for (uint64_t k = 1; known && k < s->instruction; k++)
			known = !g->state[at - g->at.start + k].depth;
		if (known)
			err = rule_add(out, room, rule);
		at = known ? rule.end : at + 1;
	}
	return err;
}

static bool is_worth_it(const struct tracing *t)
{
	uint64_t all = 0, gaps = 0;

	for (size_t i = 0; i < t->sections; i++)
		all += t->section[i].bytes;
	for (size_t i = 0; i < t->gaps; i++)
		gaps += t->gap[i].at.end - t->gap[i].at.start;
	return gaps >= GAPS_BYTES_MIN && gaps <= GAPS_BYTES_MAX && gaps <= all / GAPS_SHARE_MAX;
}

static int trace(struct tracing *t, Elf *elf, struct depth_trace *out)
{
	static const struct {
		uint8_t opcode, length;
	} taken[] = {{0xe8, 5}, {0x8d, 6}}; /* call, lea; a jump may lead into a function */
	size_t room = 0;
	int err = 0;

	qsort(t->gap, t->gaps, sizeof(*t->gap), gap_order);
	err = pages_mark(t);
	if (err)
		return err;
	for (size_t i = 0; i < t->sections; i++)
		for (size_t k = 0; k < sizeof(taken) / sizeof(taken[0]); k++)
			targets_follow(t, &t->section[i], taken[k].opcode, taken[k].length);
	pointers_follow(t, elf);
	for (size_t i = 0; !err && !t->failed && i < t->gaps; i++)
		err = gap_rules(out, &room, &t->gap[i]);
	return t->failed ? -ENOMEM : err;
}

int depth_trace_read(struct depth_trace *out, Elf *elf, uint32_t machine,
		     const struct eh_frame *frames, size_t count)
{
	struct tracing t = {0};
	int err;

	memset(out, 0, sizeof(*out));
	if (machine != EM_X86_64)
		return 0;
	sections_read(&t, elf);
	err = functions_read(&t, frames, count);
	for (size_t i = 0; !err && i < t.sections; i++)
		gaps_find(&t, &t.section[i]);
	if (!err && t.failed)
		err = -ENOMEM;
	if (!err && is_worth_it(&t))
		err = trace(&t, elf, out);
	for (size_t i = 0; i < t.gaps; i++)
		free(t.gap[i].state);
	free(t.gap);
	free(t.page);
	free(t.way);
	free(t.function);
	if (err)
		depth_trace_free(out);
	return err;
}

void depth_trace_free(struct depth_trace *trace)
{
	free(trace->rule);
	memset(trace, 0, sizeof(*trace));
}
