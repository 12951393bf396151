/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_ELF_FILE_H
#define HUD_ANALYZER_ELF_FILE_H

#include "format/elf/build_id.h"

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One ELF file. It is mapped, so that only what is read of a large file takes memory. If the file
 * is truncated meanwhile that is a SIGBUS, which main() turns into a message.
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
	bool owned; /* `image` is malloc()ed */
	uint64_t device, inode, modified_ns;
	Elf *elf;
	uint8_t build_id[ELF_BUILD_ID_BYTES];
	size_t build_id_bytes;     /* 0: has none */
	struct build_id text_hash; /* of its code; elf_file_text_hash() computes it */
	/* why there is no hash; 0: there is, or it was not asked for */
	int text_hash_error;
	struct elf_segment *segments; /* PT_LOAD */
	size_t segment_count;
	bool has_code; /* false: a separate debug file; the offsets of its segments are computed */
	bool has_dwarf;
	bool has_symtab;
	bool has_debugdata;     /* a small symbol table in .gnu_debugdata */
	const char *debuglink;  /* name of its separate debug file; NULL */
	uint32_t debuglink_crc; /* checksum of that file */
	const char *altlink;    /* path of its dwz supplement; NULL */
	const uint8_t *altlink_id;
	size_t altlink_id_bytes;
};

/*
 * 0; -ENOEXEC: not an ELF file that can be read; or the error of open(). Nothing to close on an
 * error.
 */
int elf_file_open(struct elf_file *f, const char *path);
/* The same for bytes in memory from malloc(), which it takes over, on an error too. */
int elf_file_open_memory(struct elf_file *f, void *image, size_t bytes);
void elf_file_close(struct elf_file *f);

/*
 * The hash of its code. 0; -ENODATA: it has no code (a separate debug file); -EFBIG: too much code.
 */
int elf_file_text_hash(struct elf_file *f, const struct build_id **out);

/* The checksum of the file, as .gnu_debuglink has it. */
uint32_t elf_file_crc(const struct elf_file *f);

/* The ELF file inside .gnu_debugdata (minidebuginfo). 0; -ENODATA: none; -EBADMSG: damaged. */
int elf_file_debugdata(const struct elf_file *f, struct elf_file *out);

bool elf_file_vaddr(const struct elf_file *f, uint64_t offset, uint64_t *vaddr);
bool elf_file_offset(const struct elf_file *f, uint64_t vaddr, uint64_t *offset);

#endif
