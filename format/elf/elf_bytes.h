/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_ELF_ELF_BYTES_H
#define HUD_FORMAT_ELF_ELF_BYTES_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The ELF header and the program headers of a 64-bit little-endian file, no more: enough to
 * identify a file without reading symbols. The file is hostile input.
 */
struct elf_bytes {
	int fd;               /* where `image` is NULL */
	const uint8_t *image; /* or bytes in memory, `image_bytes` of them */
	size_t image_bytes;
};

/* No real file has more; further ones are ignored. */
#define ELF_PROGRAM_HEADERS_MAX 64u

/* Copies `bytes` from offset `at`. 0, errno of reading, or -EINVAL: they are not all there. */
int elf_bytes_read(const struct elf_bytes *e, uint64_t at, void *to, size_t bytes);

/* -EINVAL: no 64-bit little-endian ELF file. */
int elf_bytes_header(const struct elf_bytes *e, Elf64_Ehdr *out);

/* The number of program headers, at most ELF_PROGRAM_HEADERS_MAX. */
unsigned elf_bytes_segments(const Elf64_Ehdr *header);
int elf_bytes_segment(const struct elf_bytes *e, const Elf64_Ehdr *header, unsigned number,
		      Elf64_Phdr *out);

#endif
