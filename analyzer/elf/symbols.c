/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/elf/symbols.h"
#include "analyzer/base/sorted.h"
#include "format/base/array.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

/*
 * Names may lie inside of one another: a small file has many long ones. Longer than this is none
 * that a compiler gives, and no order needs more than their first part.
 */
#define NAME_BYTES_MAX (64u << 10)
#define ORDER_BYTES 4096

/* How many symbols before an address are searched for one that holds it. */
#define SEARCH_MAX 1024

/*
 * Of several names of one function the plain one comes first: clock_nanosleep before
 * __GI___clock_….
 */
static int name_order(const char *a, const char *b)
{
	bool plain_a = a[0] != '_';
	bool plain_b = b[0] != '_';

	return plain_a != plain_b ? plain_b - plain_a : strncmp(a, b, ORDER_BYTES);
}

static int symbol_order(const void *a, const void *b)
{
	const struct elf_symbol *x = a;
	const struct elf_symbol *y = b;
	int order;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	order = name_order(x->name, y->name);
	if (order)
		return order;
	return ((uintptr_t)x->name > (uintptr_t)y->name) -
	       ((uintptr_t)x->name < (uintptr_t)y->name);
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
		if (!name || !*name || strnlen(name, NAME_BYTES_MAX) == NAME_BYTES_MAX)
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
	size_t widest = 0;

	for (size_t i = s->count; i-- > 0;) {
		struct elf_symbol *item = &s->items[i];

		if (item->end == item->start && next > item->start)
			item->end = next;
		if (i && s->items[i - 1].start != item->start)
			next = item->start;
	}
	for (size_t i = 0; i < s->count; i++) {
		widest = s->items[i].end > s->items[widest].end ? i : widest;
		s->items[i].widest = widest;
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

/* `best`, or `item` if it holds the address and is as large. */
static const struct elf_symbol *larger(const struct elf_symbol *best, const struct elf_symbol *item,
				       uint64_t vaddr)
{
	if (item->end <= vaddr)
		return best;
	return !best || item->end - item->start >= best->end - best->start ? item : best;
}

const struct elf_symbol *elf_symbols_find(const struct elf_symbols *s, uint64_t vaddr)
{
	const struct elf_symbol *best = NULL;
	size_t after = SORTED_UP_TO(s->items, s->count, start, vaddr);
	size_t last = after > SEARCH_MAX ? after - SEARCH_MAX : 0;

	for (size_t i = after; i-- > last && s->items[s->items[i].widest].end > vaddr;)
		best = larger(best, &s->items[i], vaddr);
	return last ? larger(best, &s->items[s->items[last - 1].widest], vaddr) : best;
}

const struct elf_symbol *elf_symbols_starting(const struct elf_symbols *s, uint64_t vaddr)
{
	size_t at = SORTED_BELOW(s->items, s->count, start, vaddr);

	return at < s->count && s->items[at].start == vaddr ? &s->items[at] : NULL;
}
