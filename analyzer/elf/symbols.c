/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/elf/symbols.h"
#include "analyzer/base/sorted.h"
#include "format/base/array.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

/*
 * Of several names of one function the plain one comes first: clock_nanosleep before
 * __GI___clock_….
 */
static int name_order(const char *a, const char *b)
{
	bool plain_a = a[0] != '_';
	bool plain_b = b[0] != '_';

	return plain_a != plain_b ? plain_b - plain_a : strcmp(a, b);
}

static int symbol_order(const void *a, const void *b)
{
	const struct elf_symbol *x = a;
	const struct elf_symbol *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return name_order(x->name, y->name);
}

/* `room`: that of the items, of all sections together. */
static int symbols_read(struct elf_symbols *s, size_t *room, Elf *elf, Elf_Scn *section,
			const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	const char *file = NULL;

	if (!data || !header->sh_entsize)
		return 0;
	for (size_t i = 0; i < data->d_size / header->sh_entsize && i < INT32_MAX; i++) {
		GElf_Sym symbol;
		const char *name;
		unsigned int type;

		if (!gelf_getsym(data, (int)i, &symbol))
			break;
		type = GELF_ST_TYPE(symbol.st_info);
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (type == STT_FILE) /* comes before the local symbols of this source file */
			file = name;
		if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF)
			continue;
		if (!name || !*name)
			continue;
		if (!array_grow(&s->items, s->count, room, sizeof(*s->items)))
			return -ENOMEM;
		s->items[s->count++] = (struct elf_symbol) {
			.start = symbol.st_value,
			.end = symbol.st_value + symbol.st_size < symbol.st_value
				       ? UINT64_MAX
				       : symbol.st_value + symbol.st_size,
			.name = name,
			.file = GELF_ST_BIND(symbol.st_info) == STB_LOCAL ? file : NULL,
		};
	}
	return 0;
}

/* Symbols without a size (hand-written assembly) are given the space up to the next one. */
static void sizes_fill(struct elf_symbols *s)
{
	uint64_t next = 0;
	uint64_t reach = 0;

	for (size_t i = s->count; i-- > 0;) {
		struct elf_symbol *item = &s->items[i];

		if (item->end == item->start && next > item->start)
			item->end = next;
		if (i && s->items[i - 1].start != item->start)
			next = item->start;
	}
	for (size_t i = 0; i < s->count; i++) {
		reach = s->items[i].end > reach ? s->items[i].end : reach;
		s->items[i].reach = reach;
	}
}

int elf_symbols_open(struct elf_symbols *s, Elf *elf, uint32_t type)
{
	Elf_Scn *section = NULL;
	size_t room = 0;
	int error = 0;

	memset(s, 0, sizeof(*s));
	while (!error && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == type)
			error = symbols_read(s, &room, elf, section, &header);
	}
	if (error) {
		elf_symbols_close(s);
		return error;
	}
	if (s->count)
		qsort(s->items, s->count, sizeof(*s->items), symbol_order);
	sizes_fill(s);
	return 0;
}

void elf_symbols_close(struct elf_symbols *s)
{
	free(s->items);
	memset(s, 0, sizeof(*s));
}

const struct elf_symbol *elf_symbols_find(const struct elf_symbols *s, uint64_t vaddr)
{
	const struct elf_symbol *best = NULL;
	size_t after = SORTED_UP_TO(s->items, s->count, start, vaddr);

	for (size_t i = after; i-- > 0 && s->items[i].reach > vaddr;) {
		const struct elf_symbol *item = &s->items[i];

		if (item->end <= vaddr)
			continue;
		if (!best || item->end - item->start >= best->end - best->start)
			best = item;
	}
	return best;
}

const struct elf_symbol *elf_symbols_starting(const struct elf_symbols *s, uint64_t vaddr)
{
	size_t at = SORTED_BELOW(s->items, s->count, start, vaddr);

	return at < s->count && s->items[at].start == vaddr ? &s->items[at] : NULL;
}
