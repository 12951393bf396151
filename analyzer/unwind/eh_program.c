/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/eh_program.h"

#include <dwarf.h>
#include <errno.h>

/* How deep DW_CFA_remember_state may nest; compilers need 1 or 2. */
enum { REMEMBERED_MAX = 32 };

/* Opcodes with any of the primary bits set hold their first operand in the other bits. */
enum { OPCODE_PRIMARY = 0xc0, OPCODE_OPERAND = 0x3f };

/* A program being run. */
struct run {
	const struct eh_section *section;
	const struct eh_registers *registers;
	const struct eh_cie *cie;
	struct byte_reader code;
	struct eh_state state;
	struct eh_state remembered[REMEMBERED_MAX];
	size_t remembered_count;
	bool starting; /* the program of a CIE: it has no locations, and nothing to restore */
	/* Of the rows: */
	struct hud_plan_rule rule;
	bool rule_stale;
	uint64_t at;
	uint64_t end;
	eh_row_sink each;
	void *context;
};

struct operands {
	uint64_t first;
	uint64_t second;
	const uint8_t *block;
};

/*
 * Operands of each opcode in order: u ULEB, s SLEB, 1 2 4 8 a number of so many bytes, p a pointer
 * in the CIE's encoding, b an expression after its size. NULL: the opcode is not supported.
 */
static const char *const operand_kinds[OPCODE_OPERAND + 1] = {
	[DW_CFA_nop] = "",
	[DW_CFA_set_loc] = "p",
	[DW_CFA_advance_loc1] = "1",
	[DW_CFA_advance_loc2] = "2",
	[DW_CFA_advance_loc4] = "4",
	[DW_CFA_MIPS_advance_loc8] = "8",
	[DW_CFA_offset_extended] = "uu",
	[DW_CFA_restore_extended] = "u",
	[DW_CFA_undefined] = "u",
	[DW_CFA_same_value] = "u",
	[DW_CFA_register] = "uu",
	[DW_CFA_remember_state] = "",
	[DW_CFA_restore_state] = "",
	[DW_CFA_def_cfa] = "uu",
	[DW_CFA_def_cfa_register] = "u",
	[DW_CFA_def_cfa_offset] = "u",
	[DW_CFA_def_cfa_expression] = "b",
	[DW_CFA_expression] = "ub",
	[DW_CFA_offset_extended_sf] = "us",
	[DW_CFA_def_cfa_sf] = "us",
	[DW_CFA_def_cfa_offset_sf] = "s",
	[DW_CFA_val_offset] = "uu",
	[DW_CFA_val_offset_sf] = "us",
	[DW_CFA_val_expression] = "ub",
	[DW_CFA_GNU_window_save] = "", /* AArch64: negate_ra_state */
	[DW_CFA_GNU_args_size] = "u",
	[DW_CFA_GNU_negative_offset_extended] = "uu",
};

static uint64_t operand_read(struct run *r, char kind, struct operands *out)
{
	uint64_t bytes;

	switch (kind) {
	case 'u':
		return bytes_uleb(&r->code);
	case 's':
		return (uint64_t)bytes_sleb(&r->code);
	case 'p':
		return eh_pointer_read(r->section, &r->code, r->cie->pointer_encoding);
	case 'b':
		bytes = bytes_uleb(&r->code);
		out->block = r->code.at;
		bytes_skip(&r->code, bytes);
		return bytes;
	default:
		return bytes_fixed(&r->code, (unsigned int)(kind - '0'));
	}
}

/* The next opcode and its operands. False: unknown, or the program ends inside of it. */
static bool instruction_read(struct run *r, uint8_t *opcode, struct operands *out)
{
	uint8_t byte = (uint8_t)bytes_fixed(&r->code, 1);
	const char *kinds;

	*out = (struct operands) {0};
	if (byte & OPCODE_PRIMARY) {
		*opcode = byte & OPCODE_PRIMARY;
		out->first = byte & OPCODE_OPERAND;
		if (*opcode == DW_CFA_offset)
			out->second = bytes_uleb(&r->code);
		return !r->code.failed;
	}
	*opcode = byte;
	kinds = operand_kinds[byte];
	if (!kinds)
		return false;
	if (kinds[0])
		out->first = operand_read(r, kinds[0], out);
	if (kinds[0] && kinds[1])
		out->second = operand_read(r, kinds[1], out);
	return !r->code.failed;
}

static bool advance(struct run *r, uint64_t to)
{
	if (r->starting || to < r->at)
		return false;
	if (to > r->end)
		to = r->end;
	if (to == r->at)
		return true;
	if (r->rule_stale) {
		r->rule = eh_rule(r->section->machine, r->cie->signal, &r->state);
		r->rule_stale = false;
	}
	r->each(r->context, r->at, to, r->rule);
	r->at = to;
	return true;
}

static bool advance_by(struct run *r, uint64_t units)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(units, r->cie->code_align, &bytes))
		return false;
	return advance(r, bytes > UINT64_MAX - r->at ? UINT64_MAX : r->at + bytes);
}

static struct eh_place *register_place(struct run *r, struct eh_state *state, uint64_t number)
{
	if (number == r->registers->fp)
		return &state->fp;
	if (number == r->registers->ra)
		return &state->ra;
	return NULL;
}

static bool put(struct run *r, uint64_t number, struct eh_place place)
{
	struct eh_place *at = register_place(r, &r->state, number);

	if (at) {
		*at = place;
		r->rule_stale = true;
	}
	return true;
}

static bool put_at_cfa(struct run *r, uint64_t number, uint64_t units)
{
	int64_t offset = (int64_t)(units * (uint64_t)r->cie->data_align);

	return put(r, number, (struct eh_place) {.kind = EH_AT_CFA, .offset = offset});
}

static bool restore(struct run *r, uint64_t number)
{
	struct eh_state start;
	struct eh_place *place;

	if (r->starting)
		return false;
	start = r->cie->start;
	place = register_place(r, &start, number);
	return place ? put(r, number, *place) : true;
}

static bool remember(struct run *r)
{
	if (r->remembered_count == REMEMBERED_MAX)
		return false;
	r->remembered[r->remembered_count++] = r->state;
	return true;
}

static bool recall(struct run *r)
{
	if (!r->remembered_count)
		return false;
	r->state = r->remembered[--r->remembered_count];
	r->rule_stale = true;
	return true;
}

/* Opcodes that say where a register is, or that advance the location. */
static bool apply_place(struct run *r, uint8_t opcode, const struct operands *o)
{
	switch (opcode) {
	case DW_CFA_offset:
	case DW_CFA_offset_extended:
	case DW_CFA_offset_extended_sf:
		return put_at_cfa(r, o->first, o->second);
	case DW_CFA_GNU_negative_offset_extended:
		return put_at_cfa(r, o->first, -o->second);
	case DW_CFA_restore:
	case DW_CFA_restore_extended:
		return restore(r, o->first);
	case DW_CFA_undefined:
		return put(r, o->first, (struct eh_place) {.kind = EH_UNDEFINED});
	case DW_CFA_same_value:
		return put(r, o->first, (struct eh_place) {.kind = EH_UNCHANGED});
	case DW_CFA_expression:
		return put(r, o->first,
			   (struct eh_place) {.kind = EH_EXPRESSION,
					      .expression = o->block,
					      .expression_bytes = (size_t)o->second});
	case DW_CFA_register:
	case DW_CFA_val_offset:
	case DW_CFA_val_offset_sf:
	case DW_CFA_val_expression:
		return put(r, o->first, (struct eh_place) {.kind = EH_ELSEWHERE});
	case DW_CFA_set_loc:
		return advance(r, o->first);
	case DW_CFA_advance_loc:
	case DW_CFA_advance_loc1:
	case DW_CFA_advance_loc2:
	case DW_CFA_advance_loc4:
	case DW_CFA_MIPS_advance_loc8:
		return advance_by(r, o->first);
	case DW_CFA_remember_state:
		return remember(r);
	case DW_CFA_restore_state:
		return recall(r);
	}
	return true; /* nop, args_size and negate_ra_state do not matter here */
}

static bool cfa_set(struct run *r, uint64_t number, int64_t offset)
{
	r->state.cfa_register = number;
	r->state.cfa_offset = offset;
	r->state.cfa_expression = NULL;
	r->rule_stale = true;
	return true;
}

/* Changes the register or the offset only: the CFA must be register + offset already. */
static bool cfa_set_half(struct run *r, uint64_t number, int64_t offset)
{
	return !r->state.cfa_expression && cfa_set(r, number, offset);
}

static bool apply(struct run *r, uint8_t opcode, const struct operands *o)
{
	uint64_t align = (uint64_t)r->cie->data_align;
	struct eh_state *s = &r->state;

	switch (opcode) {
	case DW_CFA_def_cfa:
		return cfa_set(r, o->first, (int64_t)o->second);
	case DW_CFA_def_cfa_sf:
		return cfa_set(r, o->first, (int64_t)(o->second * align));
	case DW_CFA_def_cfa_register:
		return cfa_set_half(r, o->first, s->cfa_offset);
	case DW_CFA_def_cfa_offset:
		return cfa_set_half(r, s->cfa_register, (int64_t)o->first);
	case DW_CFA_def_cfa_offset_sf:
		return cfa_set_half(r, s->cfa_register, (int64_t)(o->first * align));
	case DW_CFA_def_cfa_expression:
		s->cfa_expression = o->block;
		s->cfa_expression_bytes = (size_t)o->first;
		r->rule_stale = true;
		return true;
	default:
		return apply_place(r, opcode, o);
	}
}

static bool run(struct run *r)
{
	while (r->code.at < r->code.end && (r->starting || r->at < r->end)) {
		struct operands operands;
		uint8_t opcode;

		if (!instruction_read(r, &opcode, &operands) || !apply(r, opcode, &operands))
			return false;
	}
	return true;
}

int eh_program_start(const struct eh_section *section, struct eh_cie *cie, const uint8_t *program,
		     size_t bytes)
{
	struct run r = {
		.section = section,
		.registers = eh_registers(section->machine),
		.cie = cie,
		.code = bytes_of(program, bytes),
		.state = {.cfa_register = UINT64_MAX},
		.starting = true,
	};

	if (!run(&r))
		return -EBADMSG;
	cie->start = r.state;
	return 0;
}

void eh_program_rows(const struct eh_section *section, const struct eh_cie *cie,
		     const struct eh_function *function, eh_row_sink each, void *context)
{
	static const struct hud_plan_rule unsupported = {.type = HUD_RULE_UNSUPPORTED};
	struct run r; /* not cleared as a whole: `remembered` is large, and functions are many */
	bool valid = !cie->broken && function->program;

	r.at = function->start;
	r.end = function->end;
	if (valid) {
		r.section = section;
		r.registers = eh_registers(section->machine);
		r.cie = cie;
		r.code = bytes_of(function->program, function->program_bytes);
		r.state = cie->start;
		r.remembered_count = 0;
		r.starting = false;
		r.rule_stale = true;
		r.each = each;
		r.context = context;
		valid = run(&r) && advance(&r, r.end);
	}
	if (!valid && r.at < r.end)
		each(context, r.at, r.end, unsupported);
}
