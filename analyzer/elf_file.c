// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/elf_file.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A hostile header may claim any number. */
enum { SEGMENTS = 4096 };

static int segments_read(struct elf_file *f)
{
	size_t count = 0;

	if (elf_getphdrnum(f->elf, &count) || count > SEGMENTS)
		return -ENOEXEC;
	f->segments = calloc(count + 1, sizeof(*f->segments));
	if (!f->segments)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(f->elf, (int)i, &header) || header.p_type != PT_LOAD)
			continue;
		f->segments[f->segment_count++] = (struct elf_segment) {
			.offset = header.p_offset,
			.vaddr = header.p_vaddr,
			.bytes = header.p_filesz,
			.executable = header.p_flags & PF_X,
		};
	}
	return 0;
}

static void sections_look(struct elf_file *f)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(f->elf, &names))
		return;
	while ((section = elf_nextscn(f->elf, section))) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
			continue;
		if (header.sh_type == SHT_SYMTAB)
			f->has_symtab = true;
		if (header.sh_type == SHT_PROGBITS && header.sh_flags & SHF_EXECINSTR)
			f->has_code = true;
		name = elf_strptr(f->elf, names, header.sh_name);
		if (name && (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info")))
			f->has_dwarf = true;
	}
}

static bool no_sections(Elf *elf)
{
	return !elf_nextscn(elf, NULL);
}

static int elf_file_read(struct elf_file *f)
{
	const void *id = NULL;
	ssize_t bytes;
	int error;

	if (elf_kind(f->elf) != ELF_K_ELF)
		return -ENOEXEC;
	error = segments_read(f);
	if (error)
		return error;
	bytes = dwelf_elf_gnu_build_id(f->elf, &id);
	if (bytes > 0 && bytes <= ELF_BUILD_ID_BYTES) {
		memcpy(f->build_id, id, (size_t)bytes);
		f->build_id_bytes = (size_t)bytes;
	}
	sections_look(f);
	if (no_sections(f->elf))
		f->has_code = f->segment_count > 0;
	return 0;
}

int elf_file_open(struct elf_file *f, const char *path)
{
	struct stat st;
	int error;

	memset(f, 0, sizeof(*f));
	elf_version(EV_CURRENT);
	/* A path from a capture may name a pipe or a device by now: do not wait on it. */
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->fd < 0)
		return -errno;
	error = fstat(f->fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -ENOEXEC;
	if (!error) {
		f->elf = elf_begin(f->fd, ELF_C_READ, NULL);
		error = f->elf ? elf_file_read(f) : -ENOEXEC;
	}
	if (error)
		elf_file_close(f);
	return error;
}

void elf_file_close(struct elf_file *f)
{
	if (f->elf)
		elf_end(f->elf);
	if (f->fd >= 0)
		close(f->fd);
	free(f->segments);
	memset(f, 0, sizeof(*f));
	f->fd = -1;
}

bool elf_file_vaddr(const struct elf_file *f, uint64_t offset, uint64_t *vaddr)
{
	const struct elf_segment *hit = NULL;

	for (size_t i = 0; i < f->segment_count; i++) {
		const struct elf_segment *s = &f->segments[i];

		/* Segments may share a page of the file: code is what we are asked for. */
		if (offset >= s->offset && offset - s->offset < s->bytes &&
		    (!hit || (s->executable && !hit->executable)))
			hit = s;
	}
	if (!hit)
		return false;
	*vaddr = hit->vaddr + (offset - hit->offset);
	return true;
}
