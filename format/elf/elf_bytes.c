/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/elf/elf_bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int elf_bytes_read(const struct elf_bytes *e, uint64_t at, void *to, size_t bytes)
{
	uint8_t *out = to;

	if (e->image) {
		if (at > e->image_bytes || bytes > e->image_bytes - at)
			return -EINVAL;
		memcpy(to, e->image + at, bytes);
		return 0;
	}
	if (at > INT64_MAX - bytes)
		return -EINVAL;
	while (bytes) {
		ssize_t got = pread(e->fd, out, bytes, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EINVAL;
		out += got;
		at += (uint64_t)got;
		bytes -= (size_t)got;
	}
	return 0;
}

int elf_bytes_header(const struct elf_bytes *e, Elf64_Ehdr *out)
{
	int error = elf_bytes_read(e, 0, out, sizeof(*out));

	if (error)
		return error;
	if (memcmp(out->e_ident, ELFMAG, SELFMAG) != 0 || out->e_ident[EI_CLASS] != ELFCLASS64 ||
	    out->e_ident[EI_DATA] != ELFDATA2LSB || out->e_phentsize != sizeof(Elf64_Phdr))
		return -EINVAL;
	return 0;
}

unsigned elf_bytes_segments(const Elf64_Ehdr *header)
{
	return header->e_phnum < ELF_PROGRAM_HEADERS_MAX ? header->e_phnum
							 : ELF_PROGRAM_HEADERS_MAX;
}

int elf_bytes_segment(const struct elf_bytes *e, const Elf64_Ehdr *header, unsigned number,
		      Elf64_Phdr *out)
{
	uint64_t skip = (uint64_t)number * sizeof(*out);

	if (header->e_phoff > UINT64_MAX - skip)
		return -EINVAL;
	return elf_bytes_read(e, header->e_phoff + skip, out, sizeof(*out));
}
