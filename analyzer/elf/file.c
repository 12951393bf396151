/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/elf/file.h"
#include "analyzer/base/bytes.h"
#include "analyzer/elf/parts.h"
#include "format/base/file.h"
#include "format/elf/text_hash.h"

#include <errno.h>
#include <gelf.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A hostile file may have a small section that unpacks to any size. */
enum { DEBUGDATA_BYTES = 256 << 20 };

static int segments_read(struct elf_file *f)
{
	size_t count = 0;

	if (!elf_program_headers(f->elf, &count))
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
			.memory_bytes = header.p_memsz,
			.align = header.p_align,
			.executable = header.p_flags & PF_X,
		};
	}
	return 0;
}

/*
 * A separate debug file has the addresses of segments, but no longer their offsets in the binary.
 * Linkers place segments one after the other, each at the next offset that is congruent to its
 * address, so the offsets can be computed again.
 */
static void segments_place(struct elf_file *f)
{
	uint64_t end = 0;

	for (size_t i = 0; i < f->segment_count; i++)
		if (f->segments[i].executable && f->segments[i].bytes)
			return; /* eu-strip keeps the offsets */
	for (size_t i = 0; i < f->segment_count; i++) {
		struct elf_segment *s = &f->segments[i];

		if (i && s->align > 1)
			end += (s->vaddr - end) % s->align;
		s->offset = i ? end : s->offset;
		s->bytes = s->memory_bytes;
		end = s->offset + s->bytes;
	}
}

/* "NAME\0", padding to 4, checksum. */
static void debuglink_read(struct elf_file *f, Elf_Scn *section)
{
	Elf_Data *data = elf_rawdata(section, NULL);
	const char *name = data ? data->d_buf : NULL;
	size_t length = name ? strnlen(name, data->d_size) : 0;
	size_t at = (length + 4) & ~(size_t)3;

	if (!length || at + sizeof(f->debuglink_crc) > data->d_size)
		return;
	f->debuglink = name;
	memcpy(&f->debuglink_crc, name + at, sizeof(f->debuglink_crc));
}

/* "PATH\0", build-id. */
static void altlink_read(struct elf_file *f, Elf_Scn *section)
{
	Elf_Data *data = elf_rawdata(section, NULL);
	const char *path = data ? data->d_buf : NULL;
	size_t length = path ? strnlen(path, data->d_size) : 0;

	if (!length || length + 1 >= data->d_size)
		return;
	f->altlink = path;
	f->altlink_id = (const uint8_t *)path + length + 1;
	f->altlink_id_bytes = data->d_size - length - 1;
}

/*
 * DWARF 5's counterpart: version, whether this file is the supplement, path, checksum. The checksum
 * identifies the supplement, as a build-id does.
 */
static void supplement_read(struct elf_file *f, Elf_Scn *section)
{
	Elf_Data *data = elf_rawdata(section, NULL);
	struct byte_reader at = bytes_of(data ? data->d_buf : NULL, data ? data->d_size : 0);
	uint64_t version = bytes_fixed(&at, 2);
	bool itself = bytes_fixed(&at, 1);
	const char *path = bytes_text(&at);
	uint64_t bytes = bytes_uleb(&at);

	if (at.failed || version != 5 || bytes > bytes_left(&at) || bytes > ELF_BUILD_ID_BYTES)
		return;
	if (!itself) {
		f->altlink = path;
		f->altlink_id = at.at;
		f->altlink_id_bytes = bytes;
	} else if (!f->build_id_bytes) {
		memcpy(f->build_id, at.at, bytes);
		f->build_id_bytes = bytes;
	}
}

static void build_id_take(struct elf_file *f, const uint8_t *id, size_t bytes)
{
	if (!id || f->build_id_bytes || bytes > ELF_BUILD_ID_BYTES)
		return;
	memcpy(f->build_id, id, bytes);
	f->build_id_bytes = bytes;
}

/*
 * Sections first: a separate debug file keeps its note in a section, and has no bytes in its
 * segments.
 */
static void notes_read(struct elf_file *f, const GElf_Shdr *header)
{
	size_t bytes = 0;
	const uint8_t *id;

	if (header->sh_offset > f->bytes || header->sh_size > f->bytes - header->sh_offset)
		return;
	id = build_id_note((const uint8_t *)f->image + header->sh_offset, header->sh_size, &bytes);
	build_id_take(f, id, bytes);
}

static void build_id_find(struct elf_file *f)
{
	Elf_Scn *section = NULL;
	struct build_id id;

	while (!f->build_id_bytes && (section = elf_nextscn(f->elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == SHT_NOTE)
			notes_read(f, &header);
	}
	if (!f->build_id_bytes && !build_id_of_image(f->image, f->bytes, &id))
		build_id_take(f, id.byte, id.bytes);
}

static void section_read(struct elf_file *f, Elf_Scn *section, const GElf_Shdr *header,
			 const char *name)
{
	if (header->sh_type == SHT_SYMTAB)
		f->has_symtab = true;
	if (header->sh_type == SHT_PROGBITS && header->sh_flags & SHF_EXECINSTR)
		f->has_code = true;
	if (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info"))
		f->has_dwarf = true;
	else if (!strcmp(name, ".gnu_debugdata"))
		f->has_debugdata = true;
	else if (!strcmp(name, ".gnu_debuglink"))
		debuglink_read(f, section);
	else if (!strcmp(name, ".gnu_debugaltlink"))
		altlink_read(f, section);
	else if (!strcmp(name, ".debug_sup"))
		supplement_read(f, section);
}

static void sections_read(struct elf_file *f)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	const char *name;

	while (elf_section_next(f->elf, &section, &header, &name))
		if (header.sh_type != SHT_NOBITS)
			section_read(f, section, &header, name);
}

static bool no_sections(Elf *elf)
{
	return !elf_nextscn(elf, NULL);
}

static int elf_file_read(struct elf_file *f)
{
	int error;

	if (elf_kind(f->elf) != ELF_K_ELF)
		return -ENOEXEC;
	error = segments_read(f);
	if (error)
		return error;
	build_id_find(f);
	sections_read(f);
	if (no_sections(f->elf))
		f->has_code = f->segment_count > 0;
	if (!f->has_code)
		segments_place(f);
	return 0;
}

static int image_map(struct elf_file *f, const char *path)
{
	struct stat st;
	int fd = file_open_regular(path, &st);
	int error = 0;

	if (fd < 0)
		return fd == -EINVAL ? -ENOEXEC : fd;
	if (st.st_size <= 0)
		error = -ENOEXEC;
	if (!error) {
		f->bytes = (size_t)st.st_size;
		f->device = st.st_dev;
		f->inode = st.st_ino;
		f->modified_ns =
			(uint64_t)st.st_mtim.tv_sec * 1000000000U + (uint64_t)st.st_mtim.tv_nsec;
		f->image = mmap(NULL, f->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
		if (f->image == MAP_FAILED) {
			f->image = NULL;
			error = -errno;
		}
	}
	close(fd);
	return error;
}

static int image_read(struct elf_file *f)
{
	int error;

	elf_version(EV_CURRENT);
	f->elf = elf_memory(f->image, f->bytes);
	error = f->elf ? elf_file_read(f) : -ENOEXEC;
	if (error)
		elf_file_close(f);
	return error;
}

int elf_file_open(struct elf_file *f, const char *path)
{
	int error;

	memset(f, 0, sizeof(*f));
	error = image_map(f, path);
	return error ? error : image_read(f);
}

int elf_file_open_memory(struct elf_file *f, void *image, size_t bytes)
{
	memset(f, 0, sizeof(*f));
	f->image = image;
	f->bytes = bytes;
	f->owned = true;
	return image_read(f);
}

void elf_file_close(struct elf_file *f)
{
	if (f->elf)
		elf_end(f->elf);
	if (f->owned)
		free(f->image);
	else if (f->image)
		munmap(f->image, f->bytes);
	free(f->segments);
	memset(f, 0, sizeof(*f));
}

int elf_file_text_hash(struct elf_file *f, const struct build_id **out)
{
	struct elf_bytes bytes = {.image = f->image, .image_bytes = f->bytes};

	*out = &f->text_hash;
	if (!f->text_hash.bytes && !f->text_hash_error) {
		f->text_hash_error = text_hash(&bytes, f->text_hash.byte);
		f->text_hash.bytes = f->text_hash_error ? 0 : HUD_TEXT_HASH_BYTES;
	}
	return f->text_hash_error;
}

uint32_t elf_file_crc(const struct elf_file *f)
{
	return lzma_crc32(f->image, f->bytes, 0);
}

static int unpack_xz(const Elf_Data *data, void **out, size_t *bytes)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	size_t room = data->d_size * 8;
	uint8_t *image = malloc(room);
	lzma_ret done = lzma_stream_decoder(&stream, DEBUGDATA_BYTES, 0);

	stream.next_in = data->d_buf;
	stream.avail_in = data->d_size;
	stream.next_out = image;
	stream.avail_out = room;
	while (image && done == LZMA_OK) {
		done = lzma_code(&stream, LZMA_FINISH);
		if (done == LZMA_OK && !stream.avail_out && room < DEBUGDATA_BYTES) {
			uint8_t *grown = realloc(image, room * 2);

			if (!grown)
				break;
			image = grown;
			stream.next_out = image + room;
			stream.avail_out = room;
			room *= 2;
		} else if (done == LZMA_OK) {
			done = LZMA_DATA_ERROR;
		}
	}
	*bytes = stream.total_out;
	lzma_end(&stream);
	*out = image;
	if (done == LZMA_STREAM_END)
		return 0;
	free(image);
	return done == LZMA_DATA_ERROR || done == LZMA_FORMAT_ERROR ? -EBADMSG : -ENOMEM;
}

int elf_file_debugdata(const struct elf_file *f, struct elf_file *out)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	const char *name;

	while (f->has_debugdata && elf_section_next(f->elf, &section, &header, &name)) {
		Elf_Data *data;
		void *image;
		size_t bytes;
		int error;

		if (strcmp(name, ".gnu_debugdata") != 0)
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf || !data->d_size || data->d_size > DEBUGDATA_BYTES / 8)
			return -EBADMSG;
		error = unpack_xz(data, &image, &bytes);
		return error ? error : elf_file_open_memory(out, image, bytes);
	}
	return -ENODATA;
}

bool elf_file_vaddr(const struct elf_file *f, uint64_t offset, uint64_t *vaddr)
{
	const struct elf_segment *hit = NULL;

	for (size_t i = 0; i < f->segment_count; i++) {
		const struct elf_segment *s = &f->segments[i];

		/* Segments may share a page of the file: callers ask for code. */
		if (offset >= s->offset && offset - s->offset < s->bytes &&
		    (!hit || (s->executable && !hit->executable)))
			hit = s;
	}
	if (!hit)
		return false;
	*vaddr = hit->vaddr + (offset - hit->offset);
	return true;
}

bool elf_file_offset(const struct elf_file *f, uint64_t vaddr, uint64_t *offset)
{
	for (size_t i = 0; i < f->segment_count; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (vaddr < s->vaddr || vaddr - s->vaddr >= s->bytes)
			continue;
		*offset = s->offset + (vaddr - s->vaddr);
		return true;
	}
	return false;
}
