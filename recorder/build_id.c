/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/build_id.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM_HEADERS_MAX 64
#define NOTES_BYTES_MAX 4096

/* Reads at an offset from a file or an image. 0 or a negative errno; short reads are -EINVAL. */
struct elf_bytes {
	int fd;
	const uint8_t *image;
	size_t image_bytes;
};

static int elf_read(const struct elf_bytes *e, uint64_t at, void *to, size_t bytes)
{
	ssize_t got;

	if (e->image) {
		if (at > e->image_bytes || bytes > e->image_bytes - at)
			return -EINVAL;
		memcpy(to, e->image + at, bytes);
		return 0;
	}
	if (at > INT64_MAX - bytes)
		return -EINVAL;
	got = pread(e->fd, to, bytes, (off_t)at);
	if (got < 0)
		return -errno;
	return (size_t)got == bytes ? 0 : -EINVAL;
}

/* A note: header, name padded to 4, descriptor padded to 4. */
static int notes_search(const uint8_t *notes, size_t bytes, struct build_id *out)
{
	size_t at = 0;

	while (bytes - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		size_t name, left;

		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		left = bytes - at;
		name = ((size_t)note.n_namesz + 3) & ~(size_t)3;
		if (name > left || note.n_descsz > left - name)
			return -EINVAL;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    !memcmp(notes + at, "GNU", 4) && note.n_descsz > 0 &&
		    note.n_descsz <= BUILD_ID_BYTES_MAX) {
			memcpy(out->byte, notes + at + name, note.n_descsz);
			out->bytes = note.n_descsz;
			return 0;
		}
		left -= name;
		at += name;
		name = ((size_t)note.n_descsz + 3) & ~(size_t)3;
		if (name > left)
			break;
		at += name;
	}
	return -ENODATA;
}

static int build_id_search(const struct elf_bytes *e, struct build_id *out)
{
	uint8_t notes[NOTES_BYTES_MAX];
	Elf64_Ehdr header;
	int error = elf_read(e, 0, &header, sizeof(header));

	*out = (struct build_id) {0};
	if (error)
		return error;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_phentsize != sizeof(Elf64_Phdr))
		return -EINVAL;
	for (unsigned i = 0; i < header.e_phnum && i < PROGRAM_HEADERS_MAX; i++) {
		Elf64_Phdr segment;

		error = elf_read(e, header.e_phoff + i * sizeof(segment), &segment,
				 sizeof(segment));
		if (error)
			return error;
		if (segment.p_type != PT_NOTE || segment.p_filesz > sizeof(notes))
			continue;
		error = elf_read(e, segment.p_offset, notes, segment.p_filesz);
		if (error)
			return error;
		if (!notes_search(notes, segment.p_filesz, out))
			return 0;
	}
	return -ENODATA;
}

int build_id_read(int fd, struct build_id *out)
{
	return build_id_search(&(struct elf_bytes) {.fd = fd}, out);
}

int build_id_of_image(const uint8_t *image, size_t bytes, struct build_id *out)
{
	return build_id_search(&(struct elf_bytes) {.image = image, .image_bytes = bytes}, out);
}
