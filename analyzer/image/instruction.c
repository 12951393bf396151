/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/image/instruction.h"

#include <elf.h>
#include <string.h>

/*
 * Instructions that arch/x86/kernel/uprobes.c emulates in all kernels since 5.15
 * (branch_setup_xol_ops, push_setup_xol_ops): relative jumps, also conditional ones, relative
 * calls, nop and push of a register. Newer kernels emulate more, which is not relied on.
 */
static bool x86_emulated(const uint8_t *at, size_t left)
{
	static const uint8_t one_byte[] = {0xeb, 0xe9, 0xe8, 0x90};

	if (left >= 2 && at[0] == 0x41 && at[1] >= 0x50 && at[1] <= 0x57)
		return true;
	if (left >= 2 && at[0] == 0x0f && at[1] >= 0x80 && at[1] <= 0x8f)
		return true;
	return memchr(one_byte, at[0], sizeof(one_byte)) || (at[0] >= 0x50 && at[0] <= 0x57) ||
	       (at[0] >= 0x70 && at[0] <= 0x7f);
}

/*
 * Instructions that arch/arm64/kernel/probes/decode-insn.c simulates: branches and pc-relative
 * addresses.
 */
static bool arm_simulated(const uint8_t *at, size_t left)
{
	static const struct {
		uint32_t mask;
		uint32_t value;
	} known[] = {
		{0x7c000000, 0x14000000}, /* b, bl */
		{0xff000010, 0x54000000}, /* b.cond */
		{0x7e000000, 0x34000000}, /* cbz, cbnz */
		{0x7e000000, 0x36000000}, /* tbz, tbnz */
		{0x1f000000, 0x10000000}, /* adr, adrp */
	};
	uint32_t word;

	if (left < sizeof(word))
		return false;
	memcpy(&word, at, sizeof(word));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((word & known[i].mask) == known[i].value)
			return true;
	return false;
}

bool plan_instruction_is_cheap(const struct plan_image *image, uint64_t address)
{
	size_t left;
	const uint8_t *at = plan_image_at(image, address, &left);

	if (!at)
		return false;
	return image->machine == EM_X86_64 ? x86_emulated(at, left) : arm_simulated(at, left);
}

/* An instruction of `length` bytes, of which the last 4 are a distance from its end. */
static uint64_t x86_relative(const uint8_t *at, size_t length, uint64_t address)
{
	int32_t distance;

	memcpy(&distance, at + length - sizeof(distance), sizeof(distance));
	return address + length + (uint64_t)(int64_t)distance;
}

static uint64_t word_of(const struct plan_image *image, uint64_t address)
{
	size_t left;
	const uint8_t *at = plan_image_at(image, address, &left);
	uint64_t value = 0;

	if (at && left >= sizeof(value))
		memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t x86_target(const struct plan_image *image, const uint8_t *at, size_t left,
			   uint64_t address)
{
	if (left >= 5 && (at[0] == 0xe8 || at[0] == 0xe9))
		return x86_relative(at, 5, address);
	if (left >= 6 && at[0] == 0xff && (at[1] == 0x15 || at[1] == 0x25))
		return word_of(image, x86_relative(at, 6, address));
	return 0;
}

static uint64_t arm_target(const uint8_t *at, size_t left, uint64_t address)
{
	int32_t distance;
	uint32_t word;

	if (left < sizeof(word))
		return 0;
	memcpy(&word, at, sizeof(word));
	if ((word & 0x7c000000) != 0x14000000)
		return 0;
	distance = (int32_t)(word << 6) >> 4; /* 26 bits with a sign, in words of 4 bytes */
	return address + (uint64_t)(int64_t)distance;
}

uint64_t plan_instruction_target(const struct plan_image *image, const uint8_t *at, size_t left,
				 uint64_t address)
{
	return image->machine == EM_X86_64 ? x86_target(image, at, left, address)
					   : arm_target(at, left, address);
}

/* lea OFFSET(%rsp), %rdi, or of %rbp; mov %rsp, %rdi. Its length; 0: it is another. */
static size_t x86_frame_address(const uint8_t *at, size_t left, struct plan_frame_call *out)
{
	static const struct {
		uint8_t bytes[4];
		uint8_t used, offset_bytes;
		bool by_fp;
	} forms[] = {
		{{0x48, 0x8d, 0x7c, 0x24}, 4, 1, false}, {{0x48, 0x8d, 0xbc, 0x24}, 4, 4, false},
		{{0x48, 0x8d, 0x7d}, 3, 1, true},        {{0x48, 0x8d, 0xbd}, 3, 4, true},
		{{0x48, 0x89, 0xe7}, 3, 0, false},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t length = (size_t)forms[i].used + forms[i].offset_bytes;
		int32_t wide = 0;

		if (left < length || memcmp(at, forms[i].bytes, forms[i].used) != 0)
			continue;
		memcpy(&wide, at + forms[i].used, forms[i].offset_bytes);
		out->offset = forms[i].offset_bytes == 1 ? (int8_t)wide : wide;
		out->by_fp = forms[i].by_fp;
		return length;
	}
	return 0;
}

/* add x0, sp, #OFFSET; add or sub x0, x29, #OFFSET. */
static size_t arm_frame_address(const uint8_t *at, size_t left, struct plan_frame_call *out)
{
	uint32_t word, form;

	if (left < sizeof(word))
		return 0;
	memcpy(&word, at, sizeof(word));
	form = word & 0xffc003ff;
	if (form != 0x910003e0 && form != 0x910003a0 && form != 0xd10003a0)
		return 0;
	out->offset = (int64_t)(word >> 10 & 0xfff) * (form == 0xd10003a0 ? -1 : 1);
	out->by_fp = form != 0x910003e0;
	return sizeof(word);
}

bool plan_instruction_frame_call(const struct plan_image *image, const uint8_t *at, size_t left,
				 uint64_t address, struct plan_frame_call *out)
{
	size_t length = image->machine == EM_X86_64 ? x86_frame_address(at, left, out)
						    : arm_frame_address(at, left, out);

	if (!length || left == length)
		return false;
	out->target = plan_instruction_target(image, at + length, left - length, address + length);
	return out->target != 0;
}
