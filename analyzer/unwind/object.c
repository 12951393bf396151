/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/object.h"
#include "analyzer/elf/parts.h"

#include <errno.h>
#include <gelf.h>
#include <string.h>

static int header_read(struct unwind_object *o, Elf *elf)
{
	GElf_Ehdr header;

	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
		return -ENOEXEC;
	if (gelf_getclass(elf) != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    !eh_registers(header.e_machine))
		return -EOPNOTSUPP;
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return -EINVAL;
	o->machine = header.e_machine;
	return 0;
}

static int segments_read(struct unwind_object *o, Elf *elf)
{
	size_t count = 0;

	if (!elf_program_headers(elf, &count))
		return -ENOEXEC;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr h;

		if (!gelf_getphdr(elf, (int)i, &h) || h.p_type != PT_LOAD || !(h.p_flags & PF_X) ||
		    !h.p_filesz)
			continue;
		if (o->segments == HUD_PLAN_SEGMENTS_MAX || h.p_filesz > UINT64_MAX - h.p_vaddr ||
		    h.p_filesz > UINT64_MAX - h.p_offset)
			return -ENOEXEC;
		o->segment[o->segments++] = (struct hud_plan_segment) {
			.offset = h.p_offset, .address = h.p_vaddr, .bytes = h.p_filesz};
	}
	return o->segments ? 0 : -EINVAL;
}

/* Linkers may put constants into an executable segment: its sections say which part is code. */
static uint64_t text_measure(const struct unwind_object *o, Elf *elf)
{
	uint64_t sections = 0, segments = 0;
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	for (size_t i = 0; i < o->segments; i++)
		segments += o->segment[i].bytes;
	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR &&
		    header.sh_type != SHT_NOBITS)
			sections += header.sh_size;
	}
	return sections && sections < segments ? sections : segments;
}

static int frame_add(struct unwind_object *o, const struct eh_section *section)
{
	struct eh_frame *e = &o->frame[o->frames];
	int err;

	if (o->frames == UNWIND_SECTIONS_MAX)
		return 0;
	err = eh_frame_open(e, section);
	if (err)
		return err;
	o->frames++;
	o->damaged |= e->damaged;
	o->skipped += e->skipped;
	return 0;
}

/* The bytes of a section, decompressed where needed. False: it has none. */
static bool section_bytes(Elf_Scn *section, const GElf_Shdr *header, struct eh_section *out)
{
	Elf_Data *data;

	if (header->sh_type == SHT_NOBITS)
		return false;
	if (header->sh_flags & SHF_COMPRESSED && elf_compress(section, 0, 0) < 0)
		return false;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf || !data->d_size)
		return false;
	out->data = data->d_buf;
	out->bytes = data->d_size;
	out->address = header->sh_addr;
	return true;
}

static int section_add(struct unwind_object *o, Elf *elf, const char *wanted)
{
	struct eh_section s = {.machine = o->machine, .debug_frame = wanted[1] == 'd'};
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	const char *name;

	while (elf_section_next(elf, &section, &header, &name))
		if (!strcmp(name, wanted) && section_bytes(section, &header, &s))
			return frame_add(o, &s);
	return 0;
}

/* The bytes from an address to the end of its segment. */
static bool segment_bytes(Elf *elf, uint64_t address, struct eh_section *out)
{
	size_t count = 0;

	if (!elf_program_headers(elf, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		Elf_Data *data;
		GElf_Phdr h;
		uint64_t skip;

		if (!gelf_getphdr(elf, (int)i, &h) || h.p_type != PT_LOAD || address < h.p_vaddr ||
		    address - h.p_vaddr >= h.p_filesz)
			continue;
		skip = address - h.p_vaddr;
		if (h.p_offset > INT64_MAX - skip)
			return false;
		data = elf_getdata_rawchunk(elf, (int64_t)(h.p_offset + skip), h.p_filesz - skip,
					    ELF_T_BYTE);
		if (!data || !data->d_buf)
			return false;
		out->data = data->d_buf;
		out->bytes = data->d_size;
		out->address = address;
		return true;
	}
	return false;
}

/* Without section headers PT_GNU_EH_FRAME, which the C++ runtime needs, leads to .eh_frame. */
static int segment_add(struct unwind_object *o, Elf *elf)
{
	struct eh_section header = {0}, s = {.machine = o->machine, .unbounded = true};
	struct byte_reader c;
	size_t count = 0;
	uint8_t encoding;

	if (!elf_program_headers(elf, &count))
		return 0;
	for (size_t i = 0; i < count && !header.data; i++) {
		GElf_Phdr h;

		if (gelf_getphdr(elf, (int)i, &h) && h.p_type == PT_GNU_EH_FRAME)
			segment_bytes(elf, h.p_vaddr, &header);
	}
	if (!header.data || header.bytes < 4 || header.data[0] != 1)
		return 0;
	encoding = header.data[1];
	c = bytes_of(header.data + 4, header.bytes - 4);
	if (!segment_bytes(elf, eh_pointer_read(&header, &c, encoding), &s) || c.failed)
		return 0;
	return frame_add(o, &s);
}

static int object_read(struct unwind_object *o)
{
	Elf *elf = o->elf[0];
	size_t before;
	int err = header_read(o, elf);

	if (!err)
		err = segments_read(o, elf);
	if (err)
		return err;
	o->text_bytes = text_measure(o, elf);
	err = section_add(o, elf, ".debug_frame");
	before = o->frames;
	if (!err)
		err = section_add(o, elf, ".eh_frame");
	if (!err && o->frames == before)
		err = segment_add(o, elf);
	return err;
}

static int object_open(struct unwind_object *o, Elf *elf, const struct build_id *id)
{
	int err;

	memset(o, 0, sizeof(*o));
	o->elf[0] = elf;
	o->id = *id;
	err = object_read(o);
	if (err)
		unwind_object_close(o);
	return err;
}

int unwind_object_open(struct unwind_object *o, int fd)
{
	struct build_id id;

	elf_version(EV_CURRENT);
	build_id_read(fd, &id); /* without one it is empty */
	return object_open(o, elf_begin(fd, ELF_C_READ, NULL), &id);
}

int unwind_object_open_memory(struct unwind_object *o, void *image, size_t bytes)
{
	struct build_id id;

	elf_version(EV_CURRENT);
	build_id_of_image(image, bytes, &id);
	return object_open(o, elf_memory(image, bytes), &id);
}

int unwind_object_add_debug(struct unwind_object *o, int fd)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	struct build_id id;
	struct eh_frame last;

	build_id_read(fd, &id);
	if (!elf || elf_kind(elf) != ELF_K_ELF || o->elf[1] || !build_id_equal(&id, &o->id)) {
		elf_end(elf);
		return -EINVAL;
	}
	o->elf[1] = elf;
	if (!o->frames)
		return section_add(o, elf, ".debug_frame");
	/* .eh_frame stays last, and so counts where both describe a function. */
	last = o->frame[--o->frames];
	if (section_add(o, elf, ".debug_frame")) {
		o->frame[o->frames++] = last;
		return -ENOMEM;
	}
	o->frame[o->frames++] = last;
	return 0;
}

void unwind_object_close(struct unwind_object *o)
{
	for (size_t i = 0; i < o->frames; i++)
		eh_frame_close(&o->frame[i]);
	for (size_t i = 0; i < sizeof(o->elf) / sizeof(o->elf[0]); i++)
		elf_end(o->elf[i]);
	memset(o, 0, sizeof(*o));
}
