/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/module.h"
#include "analyzer/base/text.h"
#include "analyzer/names/demangle.h"
#include "analyzer/symbols/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

	m->main_crate_count = 0;
	for (size_t i = 0; i < m->symtab.count && !error; i++)
		if (m->main_crate_count < MAIN_CRATES && strstr(m->symtab.items[i].name, "4main"))
			error = main_crate_add(m, m->symtab.items[i].name);
	return error;
}

static const char *marker_find(const struct symbol_module *m, const struct elf_symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (rules_has_role(m->owner->rules, ROLE_MARKER, symbols->items[i].name))
			return symbols->items[i].name;
	return NULL;
}

static const struct elf_file *opened(const struct module_file *f)
{
	return f->path ? &f->elf : NULL;
}

static int dwarf_load(struct symbol_module *m)
{
	const struct module_file *holder = m->files.debug.path ? &m->files.debug : &m->files.image;
	struct dwarf_index_options options = {
		.elf = holder->elf.elf,
		.path = holder->path,
		.package = opened(&m->files.package),
		.supplement = opened(&m->files.supplement),
	};
	int error = holder->elf.has_dwarf ? dwarf_index_open(&options, &m->index) : 0;

	return error == -ENOMEM ? error : 0;
}

/* Sets what the tables show; not for a module whose facts came with a capture. */
static void judge(struct symbol_module *m)
{
	if (m->given)
		return;
	m->has_symtab = m->symtab.count > 0;
	m->marker = marker_find(m, &m->symtab);
	if (!m->marker)
		m->marker = marker_find(m, &m->dynsym);
	if (m->quality == HUD_SYMBOLS_DWARF && !m->index) {
		m->quality = m->has_symtab ? HUD_SYMBOLS_SYMTAB : HUD_SYMBOLS_DYNSYM;
		m->problem = "its debug information cannot be read";
	} else if (m->index && dwarf_index_problem(m->index)) {
		m->problem = dwarf_index_problem(m->index);
	}
	if (m->quality == HUD_SYMBOLS_DYNSYM && !m->dynsym.count)
		m->quality = HUD_SYMBOLS_NONE;
}

/* The first of the files that has a symbol table. */
static int symtab_load(struct symbol_module *m)
{
	const struct module_file *files[] = {&m->files.image, &m->files.debug, &m->files.symbols};
	int error = 0;

	for (size_t i = 0; i < 3 && !error && !m->symtab.count; i++)
		if (files[i]->path)
			error = elf_symbols_open(&m->symtab, files[i]->elf.elf, SHT_SYMTAB);
	return error;
}

int symbol_module_load(struct symbol_module *m)
{
	int error;

	if (m->loaded || !m->files.image.path)
		return 0;
	m->loaded = true;
	error = symtab_load(m);
	if (!error)
		error = elf_symbols_open(&m->dynsym, m->files.image.elf.elf, SHT_DYNSYM);
	if (!error && !m->given)
		error = main_crates_find(m);
	if (!error)
		error = dwarf_load(m);
	if (!error)
		judge(m);
	m->source = (struct symbol_source) {m->index, &m->symtab, &m->dynsym, m->owner->rules};
	return error;
}

/* The crates with a `main`, as a capture or the cache stores them: one a line. */
static int main_crates_take(struct symbol_module *m, const char *lines)
{
	m->main_crate_count = 0;
	while (lines && *lines && m->main_crate_count < MAIN_CRATES) {
		size_t length = strcspn(lines, "\n");
		const char *crate = text_pool_intern(&m->owner->pool, lines, length);

		if (!crate)
			return -ENOMEM;
		m->main_crates[m->main_crate_count++] = crate;
		lines += length + (lines[length] == '\n');
	}
	return 0;
}

static int know_from(struct symbol_module *m, const struct symbol_binary *b)
{
	m->marker = b->marker && rules_has_role(m->owner->rules, ROLE_MARKER, b->marker) ? b->marker
											 : NULL;
	m->has_symtab = b->symtab;
	m->quality = (enum hud_symbol_quality)b->quality;
	m->problem = b->problem;
	return main_crates_take(m, b->main_crates);
}

int symbol_module_know(struct symbol_module *m)
{
	int error = 0;

	if (m->known)
		return 0;
	m->known = true;
	if (m->given)
		return know_from(m, &m->given->binary);
	if (m->files.image.path)
		error = symbol_cache_load(m);
	if (error)
		return error;
	return m->cached ? know_from(m, &m->cache.binary) : symbol_module_load(m);
}

int symbol_module_binary(struct symbol_module *m, struct symbol_binary *out)
{
	struct text crates = {0};
	int error = symbol_module_know(m);

	*out = (struct symbol_binary) {
		.build_id = m->build_id,
		.build_id_bytes = m->build_id_bytes,
		.quality = (uint16_t)m->quality,
		.symtab = m->has_symtab,
		.path = m->path,
		.file = symbol_module_file(m),
		.problem = m->problem,
		.marker = m->marker,
	};
	for (size_t i = 0; i < m->main_crate_count; i++) {
		if (i)
			text_add(&crates, "\n", 1);
		text_add_string(&crates, m->main_crates[i]);
	}
	if (crates.bytes)
		out->main_crates = text_pool_intern(&m->owner->pool, crates.bytes, crates.length);
	text_close(&crates);
	return error;
}

bool symbol_module_offset(const struct symbol_module *m, uint64_t vaddr, uint64_t *offset)
{
	return m->files.image.path && elf_file_offset(&m->files.image.elf, vaddr, offset);
}

static bool address_fill(struct symbol_module *m, uint64_t file_offset, struct symbol_address *a)
{
	a->key = file_offset;
	if (!m->files.image.path || !elf_file_vaddr(&m->files.image.elf, file_offset, &a->vaddr))
		return false;
	a->unit = m->index ? dwarf_index_unit(m->index, a->vaddr) : NULL;
	return true;
}

/* The facts in the cache, from then on in m->facts. NULL: none, or damaged. */
static const struct symbol_facts *facts_cached(struct symbol_module *m, uint64_t file_offset)
{
	const struct cache_address *kept = cache_file_find(&m->cache, file_offset);
	const struct symbol_facts *facts;

	if (!kept || cache_file_facts(&m->cache, kept, &m->owner->pool, &facts) ||
	    key_map_put(&m->facts, file_offset, (void *)(uintptr_t)facts))
		return NULL;
	return facts;
}

/* Facts that were looked up before, in this run or an earlier one, or came with the capture. */
static const struct symbol_facts *facts_known(struct symbol_module *m, uint64_t file_offset)
{
	const struct symbol_facts *facts = key_map_find(&m->facts, file_offset);

	if (!facts && m->given)
		facts = key_map_find(&m->given->facts, file_offset);
	if (!facts && m->cached)
		facts = facts_cached(m, file_offset);
	return facts;
}

static int tables_ready(struct symbol_module *m)
{
	int error = symbol_module_search(m, false);

	return error ? error : symbol_module_load(m);
}

int symbol_module_facts(struct symbol_module *m, uint64_t file_offset,
			const struct symbol_facts **out)
{
	static const struct symbol_facts nothing;
	struct symbol_address a = {0};
	int error = symbol_module_know(m);

	*out = error ? &nothing : facts_known(m, file_offset);
	if (*out)
		return error;
	*out = &nothing;
	error = tables_ready(m);
	if (error || !address_fill(m, file_offset, &a))
		return error;
	if (!m->single)
		error = symbol_extract_open(&m->source, true, &m->single);
	if (!error)
		error = symbol_extract_unit(m->single, &a, 1);
	if (!error)
		error = key_map_put(&m->facts, file_offset, a.facts);
	if (!error)
		*out = a.facts;
	m->changed = true;
	return error;
}

/* The addresses among them that are not known yet. */
static size_t offsets_unknown(struct symbol_module *m, uint64_t *offsets, size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (!facts_known(m, offsets[i]))
			offsets[used++] = offsets[i];
	return used;
}

static size_t addresses_fill(struct symbol_module *m, const uint64_t *offsets, size_t count,
			     struct symbol_address *out)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (address_fill(m, offsets[i], &out[used]))
			used++;
	return used;
}

static int offset_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static size_t offsets_unique(uint64_t *offsets, size_t count)
{
	size_t used = 0;

	if (!count)
		return 0;
	qsort(offsets, count, sizeof(*offsets), offset_order);
	for (size_t i = 0; i < count; i++)
		if (!used || offsets[used - 1] != offsets[i])
			offsets[used++] = offsets[i];
	return used;
}

static int addresses_look_up(struct symbol_module *m, const uint64_t *offsets, size_t count)
{
	struct symbol_address *addresses = calloc(count, sizeof(*addresses));
	int error = addresses ? tables_ready(m) : -ENOMEM;

	if (!error) {
		count = addresses_fill(m, offsets, count, addresses);
		error = count ? symbol_extract_all(&m->source, addresses, count, &m->owner->pool)
			      : 0;
	}
	for (size_t i = 0; !error && i < count; i++)
		error = key_map_put(&m->facts, addresses[i].key, addresses[i].facts);
	m->changed = m->changed || count;
	free(addresses);
	return error;
}

int symbol_module_prepare(struct symbol_module *m, const uint64_t *offsets, size_t count)
{
	uint64_t *sorted = calloc(count + 1, sizeof(*sorted));
	int error = sorted ? symbol_module_know(m) : -ENOMEM;

	if (!error && count) {
		memcpy(sorted, offsets, count * sizeof(*sorted));
		count = offsets_unknown(m, sorted, count);
		count = offsets_unique(sorted, count);
	}
	if (!error && count)
		error = addresses_look_up(m, sorted, count);
	free(sorted);
	return error;
}
