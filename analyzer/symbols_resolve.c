// SPDX-License-Identifier: MIT OR Apache-2.0
#include <dwarf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/dwarf_name.h"
#include "analyzer/symbols_module.h"

/* A place in the source. */
struct place {
	const char *file;
	const char *comp_dir; /* what a relative file is relative to */
	uint32_t line;
	uint32_t column;
};

static struct place place_of_pc(struct dwarf_unit *unit, uint64_t vaddr)
{
	Dwarf_Line *row = dwarf_getsrc_die(&unit->die, vaddr);
	struct place place = {0};
	int number = 0;

	if (!row)
		return place;
	place.file = dwarf_linesrc(row, NULL, NULL);
	place.comp_dir = dwarf_comp_dir(&unit->die);
	if (!dwarf_lineno(row, &number) && number > 0)
		place.line = (uint32_t)number;
	number = 0;
	if (!dwarf_linecol(row, &number) && number > 0)
		place.column = (uint32_t)number;
	return place;
}

static struct place place_of_call(Dwarf_Die *call)
{
	return (struct place) {
		.file = dwarf_call_file(call),
		.comp_dir = dwarf_comp_dir(call),
		.line = dwarf_number(call, DW_AT_call_line),
		.column = dwarf_number(call, DW_AT_call_column),
	};
}

static int frame_fill(struct symbol_module *m, struct symbol_frame *frame,
		      const struct symbol_function *function, struct place place)
{
	const char *file = symbol_path_full(m, place.file, place.comp_dir);

	*frame = function->frame;
	if (frame->origin == ORIGIN_USER)
		file = symbol_path_short(file, function->comp_dir);
	frame->file = file ? text_pool_intern(&m->owner->pool, file, strlen(file)) : NULL;
	frame->line = place.line;
	frame->column = place.column;
	if (place.line && place.line == frame->decl_line)
		frame->generated = origin_derived(m->owner->rules, frame->function, true);
	return file && !frame->file ? -ENOMEM : 0;
}

static const struct elf_symbol *symbol_at(const struct symbol_module *m, uint64_t vaddr)
{
	const struct elf_symbol *symbol = elf_symbols_find(&m->symtab, vaddr);

	return symbol ? symbol : elf_symbols_find(&m->dynsym, vaddr);
}

/* The name of an entry without one: that of the symbol at the address. */
static int entry_function(struct symbol_module *m, Dwarf_Die *entry, bool inlined, uint64_t vaddr,
			  const struct symbol_function **out)
{
	const struct elf_symbol *symbol;
	int error = symbol_function_of_entry(m, entry, out);

	if (error || *out || inlined)
		return error;
	symbol = symbol_at(m, vaddr);
	return symbol ? symbol_function_of_symbol(m, symbol, out) : 0;
}

static int chain_from_dwarf(struct symbol_module *m, struct dwarf_unit *unit, uint64_t vaddr,
			    struct symbol_chain *chain)
{
	Dwarf_Die entries[DWARF_CHAIN];
	size_t count = dwarf_unit_chain(m->index, unit, vaddr, entries);
	struct place place = place_of_pc(unit, vaddr);

	chain->frames =
		count ? text_pool_alloc(&m->owner->pool, count * sizeof(*chain->frames)) : NULL;
	if (count && !chain->frames)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct symbol_function *function;
		bool inlined = i + 1 < count;
		int error = entry_function(m, &entries[i], inlined, vaddr, &function);

		if (!error && function) {
			struct symbol_frame *frame = &chain->frames[chain->count++];

			error = frame_fill(m, frame, function, place);
			frame->inlined = inlined;
		}
		if (error)
			return error;
		if (inlined)
			place = place_of_call(&entries[i]);
	}
	if (chain->count) {
		struct symbol_frame *outer = &chain->frames[chain->count - 1];

		outer->inlined = false;
		outer->aliases = symbol_aliases(m, vaddr, outer->site);
	}
	return 0;
}

static int chain_from_symbols(struct symbol_module *m, struct dwarf_unit *unit, uint64_t vaddr,
			      struct symbol_chain *chain)
{
	const struct elf_symbol *symbol = symbol_at(m, vaddr);
	const struct symbol_function *function;
	struct place place = {0};
	int error;

	if (!symbol)
		return 0;
	error = symbol_function_of_symbol(m, symbol, &function);
	if (error)
		return error;
	if (unit) /* assembly has lines and no functions */
		place = place_of_pc(unit, vaddr);
	chain->frames = text_pool_alloc(&m->owner->pool, sizeof(*chain->frames));
	if (!chain->frames)
		return -ENOMEM;
	chain->count = 1;
	error = frame_fill(m, chain->frames, function, place);
	chain->frames->aliases = symbol_aliases(m, vaddr, chain->frames->site);
	return error;
}

static int chain_from_offset(struct symbol_module *m, uint64_t offset, struct symbol_chain *chain)
{
	struct origin_query q = {.module_path = m->path};
	struct text name = {0};
	char digits[24];
	int error = -ENOMEM;

	snprintf(digits, sizeof(digits), "+0x%" PRIx64, offset);
	text_add_string(&name, m->name);
	text_add_string(&name, digits);
	chain->frames = text_pool_alloc(&m->owner->pool, sizeof(*chain->frames));
	if (chain->frames && !name.failed) {
		chain->count = 1;
		chain->frames->function = chain->frames->site =
			text_pool_intern(&m->owner->pool, name.bytes, name.length);
		chain->frames->origin = origin_of(m->owner->rules, &q);
		error = chain->frames->function ? 0 : -ENOMEM;
	}
	text_close(&name);
	return error;
}

static int chain_make(struct symbol_module *m, uint64_t offset, struct symbol_chain *chain)
{
	struct dwarf_unit *unit = NULL;
	uint64_t vaddr;
	int error = symbol_module_load(m);

	if (!error && m->files.image.path && elf_file_vaddr(&m->files.image.elf, offset, &vaddr)) {
		unit = m->index ? dwarf_index_unit(m->index, vaddr) : NULL;
		if (unit)
			error = chain_from_dwarf(m, unit, vaddr, chain);
		if (!error && !chain->count)
			error = chain_from_symbols(m, unit, vaddr, chain);
	}
	if (!error && !chain->count)
		error = chain_from_offset(m, offset, chain);
	return error;
}

int symbol_module_resolve(struct symbol_module *m, uint64_t file_offset,
			  const struct symbol_frame **frames, size_t *count)
{
	struct symbol_chain *chain = key_map_find(&m->chains, file_offset);
	int error = 0;

	if (!chain) {
		chain = text_pool_alloc(&m->owner->pool, sizeof(*chain));
		error = chain ? chain_make(m, file_offset, chain) : -ENOMEM;
		if (!error)
			error = key_map_put(&m->chains, file_offset, chain);
	}
	if (error)
		return error;
	*frames = chain->frames;
	*count = chain->count;
	return 0;
}
