/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/sections.h"
#include "analyzer/elf/parts.h"

#include <dwarf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* elf.h of Debian 12 has no name for it yet. */
enum { COMPRESS_ZSTD = 2 };
/* No real section unpacks to more: one that claims to is damaged or hostile. */
#define UNPACKED_MAX (UINT64_C(16) << 30)
/* Nor to more than so many times its size; debug information is packed to a fifth or so. */
#define UNPACKED_TIMES 256

static const char *const section_names[DWARF_SECTIONS] = {
	[DWARF_INFO] = "info",         [DWARF_ABBREV] = "abbrev",
	[DWARF_LINE] = "line",         [DWARF_STR] = "str",
	[DWARF_LINE_STR] = "line_str", [DWARF_STR_OFFSETS] = "str_offsets",
	[DWARF_ADDR] = "addr",         [DWARF_RANGES] = "ranges",
	[DWARF_RNGLISTS] = "rnglists", [DWARF_CU_INDEX] = "cu_index",
	[DWARF_LOC] = "loc",           [DWARF_LOCLISTS] = "loclists",
};

/* The section of a name: .debug_X, .zdebug_X or .debug_X.dwo. DWARF_SECTIONS: not used here. */
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

/* What the header of a compressed section says. */
struct packing {
	uint32_t kind;
	size_t header; /* bytes of it */
	uint64_t size; /* unpacked */
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

/* libelf could do it, but not with zstd, and it would write into the file's image. */
static int section_unpack(struct dwarf_sections *s, enum dwarf_section which, Elf_Scn *section,
			  bool old, bool wide)
{
	Elf_Data *raw = elf_rawdata(section, NULL);
	struct packing p;
	const uint8_t *packed;
	bool done;

	if (!raw || !raw->d_buf ||
	    !(old ? packing_old(raw, &p) : packing_new(section, raw, wide, &p)) ||
	    p.size > UNPACKED_MAX || p.size / UNPACKED_TIMES > raw->d_size)
		return -EBADMSG;
	s->unpacked[which] = malloc(p.size ? p.size : 1);
	if (!s->unpacked[which])
		return -ENOMEM;
	packed = (const uint8_t *)raw->d_buf + p.header;
	done = p.kind == COMPRESS_ZSTD
		       ? unpack_zstd(packed, raw->d_size - p.header, s->unpacked[which], p.size)
		       : p.kind == ELFCOMPRESS_ZLIB && unpack_zlib(packed, raw->d_size - p.header,
								   s->unpacked[which], p.size);
	if (!done)
		return -EBADMSG;
	s->view[which] = (struct dwarf_view) {s->unpacked[which], p.size};
	return 0;
}

static int section_take(struct dwarf_sections *s, enum dwarf_section which, Elf_Scn *section,
			const GElf_Shdr *header, bool old, bool wide)
{
	Elf_Data *data;
	int error;

	if (old || header->sh_flags & SHF_COMPRESSED) {
		if (which == DWARF_LOC || which == DWARF_LOCLISTS)
			return 0;
		error = section_unpack(s, which, section, old, wide);
		if (error == -EBADMSG)
			s->problem = "has a section that cannot be unpacked";
		return error == -ENOMEM ? error : 0;
	}
	data = elf_rawdata(section, NULL);
	if (data && data->d_buf)
		s->view[which] = (struct dwarf_view) {data->d_buf, data->d_size};
	return 0;
}

static int sections_read(struct dwarf_sections *s, Elf *elf, bool split)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	const char *name;
	int error = 0;

	while (!error && elf_section_next(elf, &section, &header, &name)) {
		bool is_split = false;
		bool old = false;
		enum dwarf_section which;

		if (header.sh_type == SHT_NOBITS)
			continue;
		which = section_of(name, &is_split, &old);
		/* Of a package's sections only the index has no .dwo suffix. */
		if (which == DWARF_SECTIONS || s->view[which].start ||
		    (is_split != split && which != DWARF_CU_INDEX))
			continue;
		error = section_take(s, which, section, &header, old,
				     gelf_getclass(elf) == ELFCLASS64);
	}
	return error;
}

int dwarf_sections_open(struct dwarf_sections *s, Elf *elf, bool split)
{
	int error;

	memset(s, 0, sizeof(*s));
	s->split = split;
	error = sections_read(s, elf, s->split);
	if (!error && !s->view[DWARF_INFO].start) {
		s->split = !split;
		error = sections_read(s, elf, s->split);
	}
	if (!error && (!s->view[DWARF_INFO].start || !s->view[DWARF_ABBREV].start))
		error = -ENODATA;
	if (error)
		dwarf_sections_close(s);
	return error;
}

void dwarf_sections_close(struct dwarf_sections *s)
{
	for (int i = 0; i < DWARF_SECTIONS; i++)
		free(s->unpacked[i]);
	memset(s, 0, sizeof(*s));
}
