/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/module.h"

#include <elf.h>
#include <string.h>

/* The function that a call instruction names, read from the binary's code. */

/* The four bytes before `end`, as a number in the file's order, which is this machine's. */
static uint32_t word_before(const uint8_t *code, uint64_t end)
{
	uint32_t word;

	memcpy(&word, code + end - sizeof(word), sizeof(word));
	return word;
}

/* How far from `end`, or on AArch64 from the instruction, the target is. False: no such call. */
static bool distance_read(uint16_t machine, const uint8_t *code, uint64_t end, int64_t *distance)
{
	uint32_t word = word_before(code, end);

	if (machine == EM_X86_64 && code[end - 5] == 0xe8) {
		*distance = (int32_t)word;
		return true;
	}
	if (machine == EM_AARCH64 && word >> 26 == 0x25) { /* bl: 26 bits, signed, in words */
		*distance = (int64_t)((int32_t)(word << 6) >> 6) * 4 - 4;
		return true;
	}
	return false;
}

/* As a symbolized capture has it. */
static bool distance_given(const struct symbol_module *m, uint64_t last, int64_t *distance)
{
	const struct symbol_facts *facts = m->given ? key_map_find(&m->given->facts, last) : NULL;

	*distance = facts ? facts->callee : 0;
	return *distance != 0;
}

/* From the binary's code. */
static bool distance_found(const struct symbol_module *m, uint64_t end, int64_t *distance)
{
	const struct elf_file *f = &m->files.image.elf;
	const Elf64_Ehdr *header = f->image;

	if (!m->files.image.path || !f->has_code || f->bytes < sizeof(*header) ||
	    header->e_ident[EI_DATA] != ELFDATA2LSB || end < 5 || end > f->bytes)
		return false;
	return distance_read(header->e_machine, f->image, end, distance) &&
	       end + (uint64_t)*distance < f->bytes;
}

bool symbol_module_call_target(const struct symbol_module *m, uint64_t last, uint64_t *target)
{
	uint64_t end = last + 1;
	int64_t distance;

	if (!distance_found(m, end, &distance) && !distance_given(m, last, &distance))
		return false;
	*target = end + (uint64_t)distance;
	return true;
}
