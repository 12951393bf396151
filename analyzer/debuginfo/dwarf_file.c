// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/debuginfo/dwarf_file.h"
#include "analyzer/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* elf.h of Debian 12 has no name for it yet. */
enum { COMPRESS_ZSTD = 2 };
/* No section unpacks to more: what claims so is damaged, or meant to hurt. */
#define UNPACKED_MAX (UINT64_C(16) << 30)
/* Of .debug_info: smaller ones may stay in memory. */
enum { FORGET_BYTES = 128 << 20 };

static const char *const section_names[DWARF_SECTIONS] = {
	[DWARF_INFO] = "info",         [DWARF_ABBREV] = "abbrev",
	[DWARF_LINE] = "line",         [DWARF_STR] = "str",
	[DWARF_LINE_STR] = "line_str", [DWARF_STR_OFFSETS] = "str_offsets",
	[DWARF_ADDR] = "addr",         [DWARF_RANGES] = "ranges",
	[DWARF_RNGLISTS] = "rnglists", [DWARF_CU_INDEX] = "cu_index",
};

/* Which section a name is: .debug_X, .zdebug_X, .debug_X.dwo. DWARF_SECTIONS: none of ours. */
static enum dwarf_section section_of(const char *name, bool *split, bool *old)
{
	size_t prefix = 7;
	size_t length;

	*old = !strncmp(name, ".zdebug_", 8);
	if (!*old && strncmp(name, ".debug_", 7) != 0)
		return DWARF_SECTIONS;
	name += prefix + (*old ? 1 : 0);
	length = strlen(name);
	*split = length > 4 && !strcmp(name + length - 4, ".dwo");
	length -= *split ? 4 : 0;
	for (int i = 0; i < DWARF_SECTIONS; i++)
		if (strlen(section_names[i]) == length && !strncmp(section_names[i], name, length))
			return (enum dwarf_section)i;
	return DWARF_SECTIONS;
}

static bool unpack_zlib(const uint8_t *packed, size_t bytes, uint8_t *out, uint64_t size)
{
	z_stream stream = {0};
	uint64_t done = 0;
	int status = inflateInit(&stream);

	stream.next_in = (Bytef *)(uintptr_t)packed;
	while (status == Z_OK && done < size) {
		uInt in = bytes < UINT32_MAX ? (uInt)bytes : UINT32_MAX;
		uInt room = size - done < UINT32_MAX ? (uInt)(size - done) : UINT32_MAX;

		stream.avail_in = in;
		stream.next_out = out + done;
		stream.avail_out = room;
		status = inflate(&stream, Z_NO_FLUSH);
		bytes -= in - stream.avail_in;
		done += room - stream.avail_out;
	}
	inflateEnd(&stream);
	return done == size && (status == Z_OK || status == Z_STREAM_END);
}

static bool unpack_zstd(const uint8_t *packed, size_t bytes, uint8_t *out, uint64_t size)
{
	size_t done = ZSTD_decompress(out, size, packed, bytes);

	return !ZSTD_isError(done) && done == size;
}

/* What stands before packed bytes: of which kind they are, and how many they will be. */
struct packing {
	uint32_t kind;
	size_t header;
	uint64_t size;
};

/* ".zdebug_X": "ZLIB" and the size, as a big-endian number. */
static bool packing_old(const Elf_Data *raw, struct packing *p)
{
	const uint8_t *at = raw->d_buf;

	if (raw->d_size < 12 || memcmp(at, "ZLIB", 4) != 0)
		return false;
	*p = (struct packing) {.kind = ELFCOMPRESS_ZLIB, .header = 12};
	for (int i = 4; i < 12; i++)
		p->size = p->size << 8 | at[i];
	return true;
}

static bool packing_new(Elf_Scn *section, const Elf_Data *raw, bool wide, struct packing *p)
{
	GElf_Chdr header;

	if (!gelf_getchdr(section, &header))
		return false;
	*p = (struct packing) {
		.kind = header.ch_type,
		.header = wide ? sizeof(Elf64_Chdr) : sizeof(Elf32_Chdr),
		.size = header.ch_size,
	};
	return raw->d_size >= p->header;
}

/* libelf could, but not zstd, and it writes into the file's image. */
static int section_unpack(struct dwarf_file *f, enum dwarf_section s, Elf_Scn *section, bool old,
			  bool wide)
{
	Elf_Data *raw = elf_rawdata(section, NULL);
	struct packing p;
	const uint8_t *packed;
	bool done;

	if (!raw || !raw->d_buf ||
	    !(old ? packing_old(raw, &p) : packing_new(section, raw, wide, &p)) ||
	    p.size > UNPACKED_MAX)
		return -EBADMSG;
	f->unpacked[s] = malloc(p.size ? p.size : 1);
	if (!f->unpacked[s])
		return -ENOMEM;
	packed = (const uint8_t *)raw->d_buf + p.header;
	done = p.kind == COMPRESS_ZSTD
		       ? unpack_zstd(packed, raw->d_size - p.header, f->unpacked[s], p.size)
		       : p.kind == ELFCOMPRESS_ZLIB && unpack_zlib(packed, raw->d_size - p.header,
								   f->unpacked[s], p.size);
	if (!done)
		return -EBADMSG;
	f->section[s] = (struct dwarf_view) {f->unpacked[s], p.size};
	return 0;
}

static int section_take(struct dwarf_file *f, enum dwarf_section s, Elf_Scn *section,
			const GElf_Shdr *header, bool old, bool wide)
{
	Elf_Data *data;
	int error;

	if (old || header->sh_flags & SHF_COMPRESSED) {
		error = section_unpack(f, s, section, old, wide);
		if (error == -EBADMSG)
			f->problem = "has a section that cannot be unpacked";
		return error == -ENOMEM ? error : 0;
	}
	data = elf_rawdata(section, NULL);
	if (data && data->d_buf)
		f->section[s] = (struct dwarf_view) {data->d_buf, data->d_size};
	return 0;
}

/* An object with a skeleton and its split units (-gsplit-dwarf=single) has both. */
static int sections_read(struct dwarf_file *f, Elf *elf, bool split)
{
	Elf_Scn *section = NULL;
	size_t names;
	int error = 0;

	if (elf_getshdrstrndx(elf, &names))
		return -ENODATA;
	while (!error && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name;
		bool is_split = false;
		bool old = false;
		enum dwarf_section s;

		if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		s = name ? section_of(name, &is_split, &old) : DWARF_SECTIONS;
		/* Of a package's sections only the index has no suffix. */
		if (s == DWARF_SECTIONS || f->section[s].start ||
		    (is_split != split && s != DWARF_CU_INDEX))
			continue;
		error = section_take(f, s, section, &header, old, gelf_getclass(elf) == ELFCLASS64);
	}
	return error;
}

int dwarf_file_open(Elf *elf, bool split, struct dwarf_file **out)
{
	struct dwarf_file *f = calloc(1, sizeof(*f));
	int error;

	if (!f)
		return -ENOMEM;
	pthread_mutex_init(&f->lock, NULL);
	f->split = split;
	error = sections_read(f, elf, f->split);
	if (!error && !f->section[DWARF_INFO].start) {
		f->split = !split;
		error = sections_read(f, elf, f->split);
	}
	if (!error && (!f->section[DWARF_INFO].start || !f->section[DWARF_ABBREV].start))
		error = -ENODATA;
	if (error) {
		dwarf_file_close(f);
		return error;
	}
	*out = f;
	return 0;
}

void dwarf_file_close(struct dwarf_file *f)
{
	if (!f)
		return;
	for (int i = 0; i < DWARF_SECTIONS; i++)
		free(f->unpacked[i]);
	dwarf_abbreviations_close(f->abbreviations);
	free(f->units);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

struct dwarf_unit *dwarf_file_unit(const struct dwarf_file *f, uint64_t offset)
{
	size_t low = 0;
	size_t high = f->unit_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (f->units[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low && offset < f->units[low - 1].end ? &f->units[low - 1] : NULL;
}

void dwarf_unit_forget(const struct dwarf_unit *unit)
{
	const struct dwarf_view *info = &unit->file->section[DWARF_INFO];
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)info->start + unit->offset;
	uintptr_t end = (uintptr_t)info->start + unit->end;

	/* What was unpacked is memory of ours, and would be lost; all else is the mapped file. */
	if (info->bytes < FORGET_BYTES || unit->file->unpacked[DWARF_INFO])
		return;
	start = (start + page - 1) & ~(page - 1);
	end &= ~(page - 1);
	if (start < end)
		madvise((void *)start, end - start, MADV_DONTNEED); /* NOLINT: pages are numbers */
}

int dwarf_units_read(struct dwarf_file *f)
{
	static const struct dwarf_contribution whole;
	size_t room = 0;
	uint64_t offset = 0;

	while (offset < f->section[DWARF_INFO].bytes) {
		struct dwarf_unit *unit;
		int error;

		if (!array_grow(&f->units, f->unit_count, &room, sizeof(*f->units)))
			return -ENOMEM;
		unit = &f->units[f->unit_count];
		error = dwarf_unit_read(f, offset, &whole, unit);
		if (error == -ENOMEM)
			return error;
		if (unit->end <= offset) /* where the next one begins is not known */
			return 0;
		offset = unit->end;
		f->unit_count += error ? 0 : 1;
	}
	return 0;
}
