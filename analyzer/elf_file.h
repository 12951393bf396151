/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_ELF_FILE_H
#define HUD_ANALYZER_ELF_FILE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One ELF file, held open. Read, never mapped: a file that is cut while we read it costs an error,
 * not a signal.
 */
enum { ELF_BUILD_ID_BYTES = 64 };

struct elf_segment {
	uint64_t offset;
	uint64_t vaddr;
	uint64_t bytes; /* in the file */
	bool executable;
};

struct elf_file {
	int fd;
	Elf *elf;
	uint8_t build_id[ELF_BUILD_ID_BYTES];
	size_t build_id_bytes;        /* 0: has none */
	struct elf_segment *segments; /* PT_LOAD */
	size_t segment_count;
	bool has_code; /* false: a separate debug file, whose offsets are not the binary's */
	bool has_dwarf;
	bool has_symtab;
};

/* -ENOENT …: the file; -ENOEXEC: no ELF file that we can read. Nothing to close on error. */
int elf_file_open(struct elf_file *f, const char *path);
void elf_file_close(struct elf_file *f);

bool elf_file_vaddr(const struct elf_file *f, uint64_t offset, uint64_t *vaddr);

/* A function of .symtab or .dynsym. */
struct elf_symbol {
	uint64_t start;
	uint64_t end;
	uint64_t reach;   /* largest end up to here in the table */
	const char *name; /* owned by the Elf */
};

struct elf_symbols {
	struct elf_symbol *items; /* by start, then the larger first */
	size_t count;
};

/* `type`: SHT_SYMTAB or SHT_DYNSYM. No such table: an empty one. */
int elf_symbols_open(struct elf_symbols *s, Elf *elf, uint32_t type);
void elf_symbols_close(struct elf_symbols *s);
/* The function with the most bytes of those that hold the address, or NULL. */
const struct elf_symbol *elf_symbols_find(const struct elf_symbols *s, uint64_t vaddr);

#endif
