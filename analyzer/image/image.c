/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/image/image.h"
#include "analyzer/elf/parts.h"
#include "format/base/array.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Limit for hostile headers. */
enum { PARTS_MAX = 64 };

static int part_add(struct plan_image *image, Elf *elf, const GElf_Phdr *h, size_t *room)
{
	struct plan_image_part part = {.address = h->p_vaddr, .code = h->p_flags & PF_X};
	Elf_Data *data;

	if (!h->p_filesz || h->p_offset > INT64_MAX || image->parts == PARTS_MAX)
		return 0;
	data = elf_getdata_rawchunk(elf, (int64_t)h->p_offset, h->p_filesz, ELF_T_BYTE);
	if (!data || !data->d_buf || !data->d_size || data->d_size > UINT64_MAX - h->p_vaddr)
		return 0;
	if (!array_grow(&image->part, image->parts, room, sizeof(part)))
		return -ENOMEM;
	part.bytes = data->d_size;
	part.data = part.code ? data->d_buf : malloc(data->d_size);
	if (!part.data)
		return -ENOMEM;
	if (!part.code)
		memcpy(part.data, data->d_buf, data->d_size);
	image->part[image->parts++] = part;
	return 0;
}

static struct plan_image_part *part_at(const struct plan_image *image, uint64_t address)
{
	for (size_t i = 0; i < image->parts; i++)
		if (address >= image->part[i].address &&
		    address - image->part[i].address < image->part[i].bytes)
			return &image->part[i];
	return NULL;
}

const uint8_t *plan_image_at(const struct plan_image *image, uint64_t address, size_t *left)
{
	const struct plan_image_part *part = part_at(image, address);

	if (!part)
		return NULL;
	*left = (size_t)(part->bytes - (address - part->address));
	return part->data + (address - part->address);
}

const struct plan_image_text *plan_image_text(const struct plan_image *image, uint64_t address)
{
	for (size_t i = 0; i < image->texts; i++)
		if (address >= image->text[i].start && address < image->text[i].end)
			return &image->text[i];
	return NULL;
}

bool plan_image_is_code(const struct plan_image *image, uint64_t address)
{
	return plan_image_text(image, address) != NULL;
}

bool plan_image_word(const struct plan_image *image, uint64_t address, uint64_t *word)
{
	size_t left;
	const uint8_t *at = plan_image_at(image, address, &left);

	if (!at || left < sizeof(*word))
		return false;
	memcpy(word, at, sizeof(*word));
	return true;
}

static void text_add(struct plan_image *image, uint64_t start, uint64_t bytes)
{
	struct plan_image_text *last = image->texts ? &image->text[image->texts - 1] : NULL;

	if (!bytes || bytes > UINT64_MAX - start || (last && start < last->end))
		return;
	if (last && last->end == start)
		last->end = start + bytes;
	else if (image->texts < PLAN_IMAGE_TEXTS_MAX)
		image->text[image->texts++] = (struct plan_image_text) {start, start + bytes};
}

static void texts_read(struct plan_image *image, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR &&
		    header.sh_type == SHT_PROGBITS)
			text_add(image, header.sh_addr, header.sh_size);
	if (image->texts)
		return;
	for (size_t i = 0; i < image->parts; i++)
		if (image->part[i].code)
			text_add(image, image->part[i].address, image->part[i].bytes);
}

static void relocation_apply(struct plan_image *image, const Elf64_Rela *r, uint32_t relative)
{
	struct plan_image_part *part;
	uint64_t value = (uint64_t)r->r_addend, at;

	if (ELF64_R_TYPE(r->r_info) != relative)
		return;
	part = part_at(image, r->r_offset);
	at = part ? r->r_offset - part->address : 0;
	if (part && !part->code && part->bytes - at >= sizeof(value))
		memcpy(part->data + at, &value, sizeof(value));
}

static void relocations_apply(struct plan_image *image, uint64_t table, uint64_t bytes)
{
	uint32_t relative = image->machine == EM_X86_64 ? R_X86_64_RELATIVE : R_AARCH64_RELATIVE;
	size_t left;
	const uint8_t *at = plan_image_at(image, table, &left);

	if (!at)
		return;
	for (bytes = bytes < left ? bytes : left; bytes >= sizeof(Elf64_Rela);
	     bytes -= sizeof(Elf64_Rela), at += sizeof(Elf64_Rela)) {
		Elf64_Rela r;

		memcpy(&r, at, sizeof(r));
		relocation_apply(image, &r, relative);
	}
}

/* Only relocations with addends: others (RELR) have their value in place already. */
static void dynamic_apply(struct plan_image *image, const GElf_Phdr *h)
{
	uint64_t table = 0, bytes = 0;
	size_t left;
	const uint8_t *at = plan_image_at(image, h->p_vaddr, &left);

	for (; at && left >= sizeof(Elf64_Dyn);
	     at += sizeof(Elf64_Dyn), left -= sizeof(Elf64_Dyn)) {
		Elf64_Dyn entry;

		memcpy(&entry, at, sizeof(entry));
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_RELA)
			table = entry.d_un.d_ptr;
		if (entry.d_tag == DT_RELASZ)
			bytes = entry.d_un.d_val;
	}
	if (table)
		relocations_apply(image, table, bytes);
}

int plan_image_read(struct plan_image *image, Elf *elf)
{
	GElf_Phdr h, dynamic = {0};
	GElf_Ehdr header;
	size_t count = 0, room = 0;
	int err = 0;

	memset(image, 0, sizeof(*image));
	if (!gelf_getehdr(elf, &header) || !elf_program_headers(elf, &count))
		return 0;
	image->machine = header.e_machine;
	for (size_t i = 0; !err && i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &h))
			continue;
		if (h.p_type == PT_LOAD)
			err = part_add(image, elf, &h, &room);
		if (h.p_type == PT_DYNAMIC)
			dynamic = h;
	}
	if (err) {
		plan_image_close(image);
		return err;
	}
	texts_read(image, elf);
	if (dynamic.p_type == PT_DYNAMIC)
		dynamic_apply(image, &dynamic);
	return 0;
}

void plan_image_close(struct plan_image *image)
{
	for (size_t i = 0; i < image->parts; i++)
		if (!image->part[i].code)
			free(image->part[i].data);
	free(image->part);
	memset(image, 0, sizeof(*image));
}
