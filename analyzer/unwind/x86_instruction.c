/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/x86_instruction.h"

#include <string.h>

/* How an opcode is encoded: bits of the tables below. */
enum {
	KNOWN = 1 << 0,
	MODRM = 1 << 1,
	IMM8 = 1 << 2,
	IMM32 = 1 << 3, /* 16 bits with the prefix 66 */
	TO_RM = 1 << 4, /* writes the general register in rm */
	TO_REG = 1 << 5 /* … in reg */
};

enum { SP = 4, FP = 5, PREFIXES_MAX = 14, MAP_0F = 1, MAP_0F38 = 2, MAP_0F3A = 3 };

struct reading {
	const uint8_t *code;
	size_t bytes, at;
	bool short_operand, wide; /* prefixes 66, REX.W */
	uint8_t rex;
	bool vector; /* VEX, EVEX: no general registers are written that matter */
	unsigned map;
	uint8_t opcode, mod, reg, rm, sib;
	int64_t displacement;
	int64_t immediate;
};

/* n consecutive opcodes from `first` on. */
static bool within(uint8_t opcode, uint8_t first, uint8_t last)
{
	return opcode >= first && opcode <= last;
}

static unsigned arithmetic_encoding(uint8_t opcode)
{
	static const unsigned by_form[] = {KNOWN | MODRM | TO_RM,
					   KNOWN | MODRM | TO_RM,
					   KNOWN | MODRM | TO_REG,
					   KNOWN | MODRM | TO_REG,
					   KNOWN | IMM8,
					   KNOWN | IMM32,
					   0,
					   0};
	unsigned encoding = by_form[opcode & 7];

	return within(opcode, 0x38, 0x3b) ? KNOWN | MODRM : encoding; /* cmp writes nothing */
}

static unsigned one_byte_encoding(uint8_t o)
{
	if (o < 0x40)
		return arithmetic_encoding(o);
	if (within(o, 0x50, 0x5f) || within(o, 0x90, 0x99) || within(o, 0x9b, 0x9f) ||
	    within(o, 0xa4, 0xa7) || within(o, 0xaa, 0xaf) || within(o, 0x6c, 0x6f) ||
	    within(o, 0xec, 0xef) || within(o, 0xf8, 0xfd) || o == 0xc3 || o == 0xc9 || o == 0xcc ||
	    o == 0xd7 || o == 0xf1 || o == 0xf4 || o == 0xf5)
		return KNOWN;
	if (within(o, 0x70, 0x7f) || within(o, 0xb0, 0xb7) || within(o, 0xe0, 0xe7) || o == 0x6a ||
	    o == 0xa8 || o == 0xcd || o == 0xeb)
		return KNOWN | IMM8;
	if (within(o, 0xb8, 0xbf) || o == 0x68 || o == 0xa9 || o == 0xe8 || o == 0xe9)
		return KNOWN | IMM32;
	if (within(o, 0x84, 0x85) || within(o, 0xd8, 0xdf) || o == 0x8c || o == 0x8e)
		return KNOWN | MODRM;
	if (within(o, 0x88, 0x89) || within(o, 0xd0, 0xd3) || within(o, 0xfe, 0xff) ||
	    within(o, 0xf6, 0xf7) || o == 0x8f)
		return KNOWN | MODRM | TO_RM;
	if (within(o, 0x8a, 0x8b) || o == 0x63 || o == 0x8d)
		return KNOWN | MODRM | TO_REG;
	if (within(o, 0x86, 0x87))
		return KNOWN | MODRM | TO_RM | TO_REG;
	if (o == 0x80 || o == 0x83 || o == 0xc0 || o == 0xc1 || o == 0xc6)
		return KNOWN | MODRM | IMM8 | TO_RM;
	if (o == 0x81 || o == 0xc7)
		return KNOWN | MODRM | IMM32 | TO_RM;
	if (o == 0x69)
		return KNOWN | MODRM | IMM32 | TO_REG;
	return o == 0x6b ? KNOWN | MODRM | IMM8 | TO_REG : 0;
}

static unsigned two_byte_encoding(uint8_t o)
{
	if (within(o, 0x80, 0x8f))
		return KNOWN | IMM32;
	if (within(o, 0x30, 0x34) || within(o, 0xc8, 0xcf) || within(o, 0xa0, 0xa2) ||
	    within(o, 0xa8, 0xaa) || within(o, 0x05, 0x09) || o == 0x0b || o == 0x77)
		return KNOWN;
	if (within(o, 0x70, 0x73) || within(o, 0xc4, 0xc6) || o == 0xc2)
		return KNOWN | MODRM | IMM8;
	if (o == 0xa4 || o == 0xac || o == 0xba)
		return KNOWN | MODRM | IMM8 | TO_RM;
	if (within(o, 0xb0, 0xb1) || within(o, 0xc0, 0xc1) || o == 0xa5 || o == 0xab || o == 0xad ||
	    o == 0xb3 || o == 0xbb)
		return KNOWN | MODRM | TO_RM | TO_REG;
	if (within(o, 0x40, 0x4f) || within(o, 0xb6, 0xb8) || within(o, 0xbc, 0xbf) || o == 0xaf)
		return KNOWN | MODRM | TO_REG;
	if (within(o, 0x10, 0x2f) || within(o, 0x50, 0x7f) || within(o, 0x90, 0x9f) ||
	    within(o, 0xd0, 0xff) || within(o, 0x00, 0x03) || o == 0x0d || o == 0xa3 || o == 0xae ||
	    o == 0xc3 || o == 0xc7)
		return KNOWN | MODRM;
	return 0;
}

static bool byte_take(struct reading *r, uint8_t *out)
{
	if (r->at >= r->bytes)
		return false;
	*out = r->code[r->at++];
	return true;
}

static bool number_take(struct reading *r, size_t bytes, int64_t *out)
{
	uint64_t value = 0;

	if (bytes > r->bytes - r->at)
		return false;
	memcpy(&value, r->code + r->at, bytes);
	r->at += bytes;
	if (bytes < sizeof(value) && value >> (8 * bytes - 1))
		value |= ~UINT64_C(0) << (8 * bytes);
	*out = (int64_t)value;
	return true;
}

static bool is_prefix(uint8_t byte)
{
	static const uint8_t prefixes[] = {0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e,
					   0x36, 0x3e, 0x26, 0x64, 0x65};

	return memchr(prefixes, byte, sizeof(prefixes)) != NULL;
}

/* C5, C4 and 62 begin what has its own prefix and map. */
static bool vector_take(struct reading *r, uint8_t first)
{
	size_t payload = first == 0xc5 ? 1 : first == 0xc4 ? 2 : 3;

	if (payload > r->bytes - r->at)
		return false;
	r->vector = true;
	r->map = first == 0xc5 ? MAP_0F : r->code[r->at] & (first == 0xc4 ? 31 : 7);
	r->at += payload;
	return r->map >= MAP_0F && r->map <= MAP_0F3A && byte_take(r, &r->opcode);
}

static bool opcode_take(struct reading *r)
{
	uint8_t byte = 0;

	for (int i = 0; i < PREFIXES_MAX; i++) {
		if (!byte_take(r, &byte))
			return false;
		if (!is_prefix(byte))
			break;
		r->short_operand |= byte == 0x66;
	}
	if (byte >= 0x40 && byte <= 0x4f) {
		r->rex = byte;
		r->wide = byte & 8;
		if (!byte_take(r, &byte))
			return false;
	}
	if (byte == 0xc5 || byte == 0xc4 || byte == 0x62)
		return vector_take(r, byte);
	r->opcode = byte;
	if (byte != 0x0f)
		return true;
	r->map = MAP_0F;
	if (!byte_take(r, &r->opcode))
		return false;
	if (r->opcode != 0x38 && r->opcode != 0x3a)
		return true;
	r->map = r->opcode == 0x38 ? MAP_0F38 : MAP_0F3A;
	return byte_take(r, &r->opcode);
}

static unsigned encoding_of(const struct reading *r)
{
	unsigned encoding = r->map == MAP_0F38   ? KNOWN | MODRM
			    : r->map == MAP_0F3A ? KNOWN | MODRM | IMM8
			    : r->map             ? two_byte_encoding(r->opcode)
						 : one_byte_encoding(r->opcode);

	if (r->vector && r->map == MAP_0F && within(r->opcode, 0x80, 0x8f))
		return 0;
	return encoding;
}

static bool modrm_take(struct reading *r)
{
	uint8_t byte;
	size_t bytes;

	if (!byte_take(r, &byte))
		return false;
	r->mod = byte >> 6;
	r->reg = byte >> 3 & 7;
	r->rm = byte & 7;
	if (r->mod == 3)
		return true;
	if (r->rm == 4 && !byte_take(r, &r->sib))
		return false;
	bytes = r->mod == 1 ? 1 : r->mod == 2 ? 4 : 0;
	if (r->mod == 0 && (r->rm == 5 || (r->rm == 4 && (r->sib & 7) == 5)))
		bytes = 4;
	return number_take(r, bytes, &r->displacement);
}

static size_t immediate_bytes(const struct reading *r, unsigned encoding)
{
	if (!r->map && within(r->opcode, 0xb8, 0xbf) && r->wide)
		return 8;
	if (!r->map && within(r->opcode, 0xf6, 0xf7) && r->reg < 2)
		return r->opcode == 0xf6 ? 1 : r->short_operand ? 2 : 4;
	if (encoding & IMM8)
		return 1;
	if (!(encoding & IMM32))
		return 0;
	/* Calls and jumps are always 32 bits wide. */
	return r->short_operand && !(r->map == MAP_0F || within(r->opcode, 0xe8, 0xe9)) ? 2 : 4;
}

/* Is this register the stack pointer, with the bit of REX that extends it? */
static bool is_sp(const struct reading *r, uint8_t number, uint8_t bit)
{
	return number == SP && !(r->rex & bit);
}

static bool writes_sp(const struct reading *r, unsigned encoding)
{
	if (r->vector)
		return false;
	if (encoding & TO_RM && r->mod == 3 && is_sp(r, r->rm, 1))
		return !(within(r->opcode, 0x80, 0x83) && !r->map && r->reg == 7); /* cmp */
	return encoding & TO_REG && is_sp(r, r->reg, 4);
}

/* add and sub of a constant, lea from itself: the stack pointer stays known. False: it does not. */
static bool sp_moves_by(const struct reading *r, int64_t *bytes)
{
	bool of_sp = !r->map && r->mod == 3 && is_sp(r, r->rm, 1) && r->wide;

	if (of_sp && (r->opcode == 0x83 || r->opcode == 0x81) && (r->reg == 5 || r->reg == 0)) {
		*bytes = r->reg == 5 ? r->immediate : -r->immediate;
		return true;
	}
	if (!r->map && r->opcode == 0x8d && r->wide && r->mod && r->rm == 4 && r->sib == 0x24 &&
	    !(r->rex & 3)) {
		*bytes = -r->displacement;
		return true;
	}
	return false;
}

static void stack_effect(const struct reading *r, struct x86_instruction *out)
{
	uint8_t o = r->opcode;
	bool extended = r->rex & 1;

	if (r->map == MAP_0F) {
		out->push = o == 0xa0 || o == 0xa8 ? 8 : o == 0xa1 || o == 0xa9 ? -8 : 0;
		return;
	}
	if (r->map || r->vector)
		return;
	if (within(o, 0x50, 0x57) || o == 0x68 || o == 0x6a || o == 0x9c ||
	    (o == 0xff && r->reg == 6))
		out->push = 8;
	else if (within(o, 0x58, 0x5f) || o == 0x8f || o == 0x9d)
		out->push = -8;
	out->saves_fp = o == 0x50 + FP && !extended;
	out->restores_fp = o == 0x58 + FP && !extended;
	out->clears_fp = (o == 0x31 || o == 0x33) && r->mod == 3 && r->rm == FP && r->reg == FP &&
			 !(r->rex & 5);
	out->loses_sp |=
		(o == 0x58 + SP && !extended) || o == 0xc9 || (o == 0x90 + SP && !extended);
}

static void flow_read(const struct reading *r, struct x86_instruction *out)
{
	uint8_t o = r->opcode;

	out->distance = r->immediate;
	if (r->vector || r->map > MAP_0F)
		return;
	if (r->map == MAP_0F)
		out->flow = within(o, 0x80, 0x8f) ? X86_BRANCH : o == 0x0b ? X86_END : X86_NEXT;
	else if (within(o, 0x70, 0x7f) || within(o, 0xe0, 0xe3))
		out->flow = X86_BRANCH;
	else if (o == 0xe9 || o == 0xeb)
		out->flow = X86_JUMP;
	else if (o == 0xc3 || o == 0xcc || o == 0xf4 || (o == 0xff && r->reg >= 4 && r->reg < 6))
		out->flow = X86_END;
}

bool x86_instruction_read(const uint8_t *code, size_t bytes, struct x86_instruction *out)
{
	struct reading r = {.code = code, .bytes = bytes};
	unsigned encoding;
	int64_t moved = 0;

	*out = (struct x86_instruction) {0};
	if (!opcode_take(&r))
		return false;
	encoding = encoding_of(&r);
	if (!(encoding & KNOWN) || (encoding & MODRM && !modrm_take(&r)) ||
	    !number_take(&r, immediate_bytes(&r, encoding), &r.immediate))
		return false;
	out->length = r.at;
	if (writes_sp(&r, encoding)) {
		out->loses_sp = !sp_moves_by(&r, &moved) || moved > INT32_MAX || moved < INT32_MIN;
		out->push = out->loses_sp ? 0 : (int32_t)moved;
	}
	if (!out->push && !out->loses_sp)
		stack_effect(&r, out);
	flow_read(&r, out);
	return true;
}
