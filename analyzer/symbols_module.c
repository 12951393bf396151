// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/symbols_module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/demangle.h"

static size_t key_slot(const struct key_map *map, uint64_t key)
{
	size_t at = (size_t)((key * 0x9e3779b97f4a7c15U) >> 20) & (map->slots - 1);

	while (map->values[at] && map->keys[at] != key)
		at = (at + 1) & (map->slots - 1);
	return at;
}

void *key_map_find(const struct key_map *map, uint64_t key)
{
	return map->slots ? map->values[key_slot(map, key)] : NULL;
}

static int key_map_double(struct key_map *map)
{
	struct key_map grown = {.slots = map->slots ? map->slots * 2 : 256};

	grown.keys = calloc(grown.slots, sizeof(*grown.keys));
	grown.values = calloc(grown.slots, sizeof(*grown.values));
	if (!grown.keys || !grown.values) {
		key_map_close(&grown);
		return -ENOMEM;
	}
	for (size_t i = 0; i < map->slots; i++)
		if (map->values[i])
			key_map_put(&grown, map->keys[i], map->values[i]);
	key_map_close(map);
	*map = grown;
	return 0;
}

int key_map_put(struct key_map *map, uint64_t key, void *value)
{
	size_t at;

	if (map->used * 2 >= map->slots && key_map_double(map))
		return -ENOMEM;
	at = key_slot(map, key);
	map->used += map->values[at] ? 0 : 1;
	map->keys[at] = key;
	map->values[at] = value;
	return 0;
}

void key_map_close(struct key_map *map)
{
	free(map->keys);
	free(map->values);
	memset(map, 0, sizeof(*map));
}

/* Crates with a `main` of their own: a path of exactly two parts, CRATE::main. */
static int main_crate_add(struct symbol_module *m, const char *symbol)
{
	struct text name = {0};
	const char *end;
	bool rust;
	int error = 0;

	demangle_name(&name, symbol, &rust);
	end = name.bytes ? strstr(name.bytes, "::") : NULL;
	if (rust && end && !strcmp(end, "::main") && name.bytes[0] != '<') {
		const char *crate =
			text_pool_intern(&m->owner->pool, name.bytes, (size_t)(end - name.bytes));

		if (crate)
			m->main_crates[m->main_crate_count++] = crate;
		else
			error = -ENOMEM;
	}
	text_close(&name);
	return error;
}

static int main_crates_find(struct symbol_module *m)
{
	int error = 0;

	for (size_t i = 0; i < m->symtab.count && !error; i++)
		if (m->main_crate_count < MAIN_CRATES && strstr(m->symtab.items[i].name, "4main"))
			error = main_crate_add(m, m->symtab.items[i].name);
	return error;
}

static struct elf_file *debug_elf(struct symbol_module *m)
{
	return m->files.debug.path ? &m->files.debug.elf : &m->files.image.elf;
}

static int dwarf_load(struct symbol_module *m)
{
	int error;

	m->dwarf = dwarf_begin_elf(debug_elf(m)->elf, DWARF_C_READ, NULL);
	error = m->dwarf ? dwarf_index_open(m->dwarf, &m->index) : -ENODATA;
	if (error == -ENOMEM)
		return error;
	if (error) {
		m->quality = m->symtab.count ? SYMBOLS_SYMTAB : SYMBOLS_DYNSYM;
		m->problem = "its debug information cannot be read";
	}
	return 0;
}

int symbol_module_load(struct symbol_module *m)
{
	int error;

	if (m->loaded || !m->files.image.path)
		return 0;
	m->loaded = true;
	error = elf_symbols_open(&m->symtab, m->files.image.elf.elf, SHT_SYMTAB);
	if (!error && !m->symtab.count && m->files.debug.path)
		error = elf_symbols_open(&m->symtab, debug_elf(m)->elf, SHT_SYMTAB);
	if (!error)
		error = elf_symbols_open(&m->dynsym, m->files.image.elf.elf, SHT_DYNSYM);
	if (!error)
		error = main_crates_find(m);
	if (!error && m->quality == SYMBOLS_DWARF)
		error = dwarf_load(m);
	if (m->quality == SYMBOLS_DYNSYM && !m->dynsym.count)
		m->quality = SYMBOLS_NONE;
	return error;
}
