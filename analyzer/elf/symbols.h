/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_ELF_SYMBOLS_H
#define HUD_ANALYZER_ELF_SYMBOLS_H

#include <libelf.h>
#include <stddef.h>
#include <stdint.h>

/* A function of .symtab or .dynsym. */
struct elf_symbol {
	uint64_t start;
	uint64_t end;
	size_t widest;    /* which one up to here in the table ends last */
	const char *name; /* owned by the Elf */
	const char *file; /* of a local symbol: the name of its source file; NULL */
};

struct elf_symbols {
	struct elf_symbol *items; /* by start, then the larger first */
	size_t count;
};

/* `type`: SHT_SYMTAB or SHT_DYNSYM. Without such a table there are no items. 0 or -ENOMEM. */
int elf_symbols_open(struct elf_symbols *s, Elf *elf, uint32_t type);
void elf_symbols_close(struct elf_symbols *s);
/*
 * The largest function that holds the address; NULL: none does. Where a thousand others begin
 * between it and the address, one that holds it.
 */
const struct elf_symbol *elf_symbols_find(const struct elf_symbols *s, uint64_t vaddr);
/* The first of the symbols that start at the address; NULL: none does. */
const struct elf_symbol *elf_symbols_starting(const struct elf_symbols *s, uint64_t vaddr);

#endif
