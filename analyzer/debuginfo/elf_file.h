/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_ELF_FILE_H
#define HUD_ANALYZER_DEBUGINFO_ELF_FILE_H

#include "format/build_id.h"

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One ELF file, mapped, so that of a large one only what is looked at takes memory. A file that is
 * cut while we read it is a SIGBUS, which main() turns into a message.
 */
enum { ELF_BUILD_ID_BYTES = 64 };

struct elf_segment {
	uint64_t offset;
	uint64_t vaddr;
	uint64_t bytes; /* in the file */
	uint64_t memory_bytes;
	uint64_t align;
	bool executable;
};

struct elf_file {
	void *image; /* the file's bytes */
	size_t bytes;
	bool owned; /* unpacked into memory of ours */
	uint64_t device, inode, modified_ns;
	Elf *elf;
	uint8_t build_id[ELF_BUILD_ID_BYTES];
	size_t build_id_bytes;        /* 0: has none */
	struct build_id text_hash;    /* of its code; taken when elf_file_text_hash() asks */
	int text_hash_error;          /* 0: not taken yet, or there */
	struct elf_segment *segments; /* PT_LOAD */
	size_t segment_count;
	bool has_code; /* false: a separate debug file; its segments' offsets are worked out */
	bool has_dwarf;
	bool has_symtab;
	bool has_debugdata;     /* a small symbol table in .gnu_debugdata */
	const char *debuglink;  /* name of a separate debug file; NULL */
	uint32_t debuglink_crc; /* of its bytes */
	const char *altlink;    /* path of a dwz supplement; NULL */
	const uint8_t *altlink_id;
	size_t altlink_id_bytes;
};

/* -ENOENT …: the file; -ENOEXEC: no ELF file that we can read. Nothing to close on error. */
int elf_file_open(struct elf_file *f, const char *path);
/* The same of bytes in memory, from malloc(), which are then ours. */
int elf_file_open_memory(struct elf_file *f, void *image, size_t bytes);
void elf_file_close(struct elf_file *f);

/* The hash of its code. -ENODATA: it has none (a separate debug file); -EFBIG: too much. */
int elf_file_text_hash(struct elf_file *f, const struct build_id **out);

/* The checksum that .gnu_debuglink has of a file. */
uint32_t elf_file_crc(const struct elf_file *f);

/* What is in .gnu_debugdata (minidebuginfo), unpacked. -ENODATA: nothing; -EBADMSG: damaged. */
int elf_file_debugdata(const struct elf_file *f, struct elf_file *out);

bool elf_file_vaddr(const struct elf_file *f, uint64_t offset, uint64_t *vaddr);
bool elf_file_offset(const struct elf_file *f, uint64_t vaddr, uint64_t *offset);

#endif
