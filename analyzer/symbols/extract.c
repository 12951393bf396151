/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/extract.h"
#include "analyzer/base/key_map.h"
#include "analyzer/base/text.h"
#include "analyzer/dwarf/lines.h"
#include "analyzer/dwarf/name.h"
#include "analyzer/dwarf/scopes.h"
#include "analyzer/names/demangle.h"
#include "analyzer/names/fold.h"
#include "analyzer/names/module_path.h"
#include "analyzer/symbols/module.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ALIASES = 8, ALIASES_READ = 1024 };

/* The tables of a unit. */
struct unit_tables {
	struct dwarf_scopes scopes;
	struct dwarf_lines lines;
};

struct symbol_extract {
	const struct symbol_source *source;
	bool keep;
	struct text_pool pool;
	struct key_map definitions; /* by entry, as its address in memory */
	struct key_map symbols;     /* definitions by symbol's start */
	struct key_map sources;     /* struct dwarf_lines without rows, by unit */
	struct key_map containers;  /* by unit */
	struct key_map tables;      /* kept ones, by unit */
	struct key_map directories; /* comp_dir kept, by unit */
	const uint64_t *wanted;
};

int symbol_extract_open(const struct symbol_source *source, bool keep, struct symbol_extract **out)
{
	struct symbol_extract *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->source = source;
	e->keep = keep;
	*out = e;
	return 0;
}

static void tables_close(struct unit_tables *t)
{
	dwarf_scopes_close(&t->scopes);
	dwarf_lines_close(&t->lines);
	free(t);
}

void symbol_extract_close(struct symbol_extract *e, struct text_pool *pool)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->sources.slots; i++) {
		if (e->sources.values[i])
			dwarf_lines_close(e->sources.values[i]);
		free(e->sources.values[i]);
	}
	for (size_t i = 0; i < e->containers.slots; i++) {
		if (e->containers.values[i])
			dwarf_containers_close(e->containers.values[i]);
		free(e->containers.values[i]);
	}
	for (size_t i = 0; i < e->tables.slots; i++)
		if (e->tables.values[i])
			tables_close(e->tables.values[i]);
	key_map_close(&e->definitions);
	key_map_close(&e->symbols);
	key_map_close(&e->sources);
	key_map_close(&e->containers);
	key_map_close(&e->tables);
	key_map_close(&e->directories);
	if (pool)
		text_pool_adopt(pool, &e->pool);
	else
		text_pool_close(&e->pool);
	free(e);
}

static const char *keep_text(struct symbol_extract *e, const char *text)
{
	return text ? text_pool_intern(&e->pool, text, strlen(text)) : NULL;
}

static uint64_t address_key(const void *at)
{
	return (uint64_t)(uintptr_t)at;
}

/* The directory a unit was compiled in; of a split unit perhaps that of its skeleton. */
static const char *comp_dir_of(struct symbol_extract *e, const struct dwarf_unit *unit)
{
	const char *dir = key_map_find(&e->directories, address_key(unit));

	if (dir)
		return dir;
	dir = unit->comp_dir || !unit->skeleton ? unit->comp_dir : unit->skeleton->comp_dir;
	dir = keep_text(e, dir);
	if (dir && key_map_put(&e->directories, address_key(unit), (void *)(uintptr_t)dir))
		return NULL;
	return dir;
}

/* The source files that the unit's entries refer to: its own, or those of its skeleton. */
static struct dwarf_lines *sources_of(struct symbol_extract *e, const struct dwarf_unit *unit)
{
	struct dwarf_lines *lines;

	if (!unit->has_line && unit->skeleton)
		unit = unit->skeleton;
	lines = key_map_find(&e->sources, address_key(unit));
	if (lines)
		return lines;
	lines = calloc(1, sizeof(*lines));
	if (!lines || dwarf_lines_sources(lines, unit) ||
	    key_map_put(&e->sources, address_key(unit), lines)) {
		if (lines)
			dwarf_lines_close(lines);
		free(lines);
		return NULL;
	}
	return lines;
}

/* Path of a source file: with its directory, without that of the unit. Joined once. */
static const char *source_path(struct symbol_extract *e, const struct dwarf_unit *unit,
			       uint64_t number)
{
	struct dwarf_lines *lines = sources_of(e, unit);
	struct dwarf_source *source;
	struct text path = {0};

	if (!lines || number >= lines->source_count)
		return NULL;
	source = &lines->sources[number];
	if (source->path || !source->name)
		return source->path;
	if (source->directory) {
		text_add_string(&path, source->directory);
		text_add(&path, "/", 1);
	}
	text_add_string(&path, source->name);
	if (path.bytes && !path.failed)
		source->path = text_pool_intern(&e->pool, path.bytes, path.length);
	text_close(&path);
	return source->path;
}

static const struct dwarf_containers *containers_of(void *context, struct dwarf_unit *unit)
{
	struct symbol_extract *e = context;
	struct dwarf_containers *c = key_map_find(&e->containers, address_key(unit));

	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c || dwarf_containers_read(c, unit) ||
	    key_map_put(&e->containers, address_key(unit), c)) {
		if (c)
			dwarf_containers_close(c);
		free(c);
		return NULL;
	}
	return c;
}

/* Rust's names are demangled here, in many threads; others only when needed. */
static int definition_demangle(struct symbol_extract *e, struct symbol_definition *d)
{
	struct text full = {0};
	bool rust;
	int error = 0;

	if (!(d->flags & HUD_SYMBOL_LINKAGE) ||
	    (strncmp(d->name, "_ZN", 3) != 0 && strncmp(d->name, "_R", 2) != 0))
		return 0;
	demangle_name(&full, d->name, &rust);
	if (rust && full.bytes) {
		d->rust = keep_text(e, full.bytes);
		error = d->rust ? 0 : -ENOMEM;
	}
	text_close(&full);
	return error;
}

static bool has_role(const struct symbol_extract *e, const struct symbol_definition *d,
		     enum role role)
{
	struct text site = {0};
	bool has;

	/* Without a word of the rules no rule fits: a quick test. */
	if (!rules_may_have_role(e->source->rules, role, d->name))
		return false;
	fold_name(&site, d->rust ? d->rust : d->name);
	has = site.bytes && rules_has_role(e->source->rules, role, site.bytes);
	text_close(&site);
	return has;
}

/* Finds the type of future, for functions that poll one, and the types of a job. */
static int definition_types(struct symbol_extract *e, const struct dwarf_entry *entry,
			    struct symbol_definition *d)
{
	struct text text = {0};
	int error;

	if (has_role(e, d, ROLE_POLL))
		dwarf_type_parameter(entry, "T", containers_of, e, &text);
	else if (has_role(e, d, ROLE_JOB))
		dwarf_qualified_name(entry, containers_of, e, &text);
	d->task_type = keep_text(e, text.bytes);
	error = text.failed ? -ENOMEM : 0;
	text_close(&text);
	return error;
}

static void definition_place(struct symbol_extract *e, const struct dwarf_entry *declared,
			     struct symbol_definition *d)
{
	struct dwarf_found file = dwarf_integrated(declared, DW_AT_decl_file);
	struct dwarf_found line = dwarf_integrated(declared, DW_AT_decl_line);
	uint64_t number = line.unit ? dwarf_value_number(&line.value) : 0;

	d->comp_dir = comp_dir_of(e, declared->unit);
	if (file.unit)
		d->decl_file = source_path(e, file.unit, dwarf_value_number(&file.value));
	d->decl_line = number <= UINT32_MAX ? (uint32_t)number : 0;
}

static int definition_fill(struct symbol_extract *e, const struct dwarf_entry *entry,
			   struct symbol_definition *d)
{
	struct dwarf_entry declared = dwarf_declaration(entry);
	const char *linkage = dwarf_linkage_name(entry);
	struct text text = {0};
	int error = 0;

	if (linkage && *linkage) {
		d->flags = HUD_SYMBOL_LINKAGE;
		d->name = keep_text(e, linkage);
		error = d->name ? 0 : -ENOMEM;
	} else {
		d->own = (uint32_t)dwarf_qualified_name(entry, containers_of, e, &text);
		/* Damaged debug information has functions without a name. */
		d->name = keep_text(e, text.bytes ? text.bytes : "??");
	}
	text_close(&text);
	if (!d->name)
		return error;
	if (declared.unit->language == DW_LANG_Rust)
		d->flags |= HUD_SYMBOL_RUST;
	definition_place(e, &declared, d);
	if (d->flags & HUD_SYMBOL_RUST && d->decl_line && dwarf_has_macro_names(entry))
		d->flags |= HUD_SYMBOL_MACRO_NAMES;
	error = definition_demangle(e, d);
	return error ? error : definition_types(e, entry, d);
}

/* *out NULL: the entry has no name of any kind. */
static int definition_of_entry(struct symbol_extract *e, const struct dwarf_entry *entry,
			       struct symbol_definition **out)
{
	/* Of the instance: its declaration may be shared with instances of other types. */
	struct dwarf_entry instance = dwarf_instance(entry);
	const uint8_t *info = instance.unit->file->sections.view[DWARF_INFO].start;
	uint64_t key = address_key(info + instance.offset);
	int error;

	*out = key_map_find(&e->definitions, key);
	if (*out)
		return 0;
	*out = text_pool_alloc(&e->pool, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	error = definition_fill(e, &instance, *out);
	if (!error)
		error = key_map_put(&e->definitions, key, *out);
	if (!(*out)->name)
		*out = NULL;
	return error;
}

static const struct elf_symbol *symbol_at(const struct symbol_extract *e, uint64_t vaddr)
{
	const struct elf_symbol *symbol = elf_symbols_find(e->source->symtab, vaddr);

	return symbol ? symbol : elf_symbols_find(e->source->dynsym, vaddr);
}

static int definition_of_symbol(struct symbol_extract *e, const struct elf_symbol *symbol,
				struct symbol_definition **out)
{
	*out = key_map_find(&e->symbols, symbol->start);
	if (*out)
		return 0;
	*out = text_pool_alloc(&e->pool, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->flags = HUD_SYMBOL_LINKAGE;
	(*out)->name = keep_text(e, symbol->name);
	if (!(*out)->name || definition_demangle(e, *out))
		return -ENOMEM;
	return key_map_put(&e->symbols, symbol->start, *out);
}

/* Names of functions with the same start as the one at `vaddr`. In C they are common. */
static const char *aliases_at(struct symbol_extract *e, uint64_t vaddr)
{
	const struct elf_symbols *symtab = e->source->symtab;
	const struct elf_symbol *found = elf_symbols_find(symtab, vaddr), *first, *end;
	struct text all = {0};
	const char *kept;
	uint64_t start;
	int count = 0;

	if (!found)
		return NULL;
	start = found->start;
	first = elf_symbols_starting(symtab, start);
	end = symtab->items + symtab->count;
	if (end - first > ALIASES_READ)
		end = first + ALIASES_READ;
	if (first + 1 == end || first[1].start != start)
		return NULL;
	for (; first < end && first->start == start && count < ALIASES; first++) {
		if (strncmp(first->name, "_ZN", 3) != 0 && strncmp(first->name, "_R", 2) != 0)
			continue;
		if (count++)
			text_add(&all, "\n", 1);
		text_add_string(&all, first->name);
	}
	kept = all.failed ? NULL : keep_text(e, all.bytes);
	text_close(&all);
	return kept;
}

static void call_place(struct symbol_extract *e, struct symbol_call *call,
		       const struct dwarf_unit *unit, const struct dwarf_line *row)
{
	if (!row)
		return;
	call->file = source_path(e, unit, row->source);
	call->comp_dir = comp_dir_of(e, unit);
	call->line = row->line;
	call->column = row->column;
}

/*
 * Newer versions of rustc (1.95 does) leave, with debug = "line-tables-only", only the last part of
 * a function's name in the debug information.
 */
static bool is_bare(const struct symbol_definition *d)
{
	return d->flags & HUD_SYMBOL_RUST && !(d->flags & HUD_SYMBOL_LINKAGE) && !d->decl_line;
}

static int chain_add(struct symbol_extract *e, struct symbol_facts *facts,
		     const struct dwarf_entry *entry, bool inlined, uint64_t vaddr)
{
	const struct elf_symbol *symbol;
	struct symbol_definition *definition;
	int error = definition_of_entry(e, entry, &definition);

	if (!error && !inlined && (!definition || is_bare(definition))) {
		symbol = symbol_at(e, vaddr);
		error = symbol ? definition_of_symbol(e, symbol, &definition) : 0;
	}
	if (!error && definition)
		facts->calls[facts->count++].definition = definition;
	return error;
}

/*
 * A function of Rust that says not where it is declared is in the file where its code is, and a
 * bare name of one in the modules of that file. A closure has no name of its own.
 */
static int place_known(struct symbol_extract *e, struct symbol_definition *d,
		       const struct symbol_call *place, const struct dwarf_unit *unit)
{
	struct text name = {0};

	if (d->decl_file || !place->file || !(d->rust || d->flags & HUD_SYMBOL_RUST))
		return 0;
	d->decl_file = place->file;
	d->comp_dir = place->comp_dir;
	if (!is_bare(d) || d->own || *d->name == '{')
		return 0;
	module_path_add(&name, symbol_path_short(d->decl_file, d->comp_dir), unit->name);
	d->own = (uint32_t)name.length;
	text_add_string(&name, d->name);
	d->name = keep_text(e, name.bytes);
	text_close(&name);
	return d->name ? 0 : -ENOMEM;
}

/* The chain by debug information; empty where it has no function. */
static int facts_from_dwarf(struct symbol_extract *e, const struct unit_tables *t,
			    struct dwarf_unit *unit, struct dwarf_unit *whole,
			    struct symbol_address *a)
{
	uint32_t chain[DWARF_CHAIN];
	size_t count = dwarf_scopes_chain(&t->scopes, a->vaddr, chain);
	struct symbol_call place = {0};
	struct symbol_facts *facts = a->facts;
	const struct dwarf_line *row;

	if (!count)
		return 0;
	facts->calls = text_pool_alloc(&e->pool, count * sizeof(*facts->calls));
	if (!facts->calls)
		return -ENOMEM;
	row = dwarf_lines_find(&t->lines, a->vaddr);
	call_place(e, &place, unit, row);
	facts->discriminator = row ? row->discriminator : 0;
	for (size_t i = 0; i < count; i++) {
		const struct dwarf_scope *scope = &t->scopes.scopes[chain[i]];
		uint32_t before = facts->count;
		struct dwarf_entry entry;
		int error;

		if (!dwarf_entry_read(whole, scope->offset, &entry) || !entry.kind)
			continue;
		error = chain_add(e, facts, &entry, i + 1 < count, a->vaddr);
		if (error)
			return error;
		if (facts->count > before) {
			place.definition = facts->calls[before].definition;
			facts->calls[before] = place;
			error = place_known(e, place.definition, &place, whole);
			if (error)
				return error;
		}
		place = (struct symbol_call) {
			.file = scope->call_file || scope->call_line
					? source_path(e, whole, scope->call_file)
					: NULL,
			.comp_dir = comp_dir_of(e, whole),
			.line = scope->call_line,
			.column = scope->call_column,
		};
	}
	return 0;
}

static int facts_from_symbols(struct symbol_extract *e, const struct unit_tables *t,
			      struct symbol_address *a)
{
	const struct elf_symbol *symbol = symbol_at(e, a->vaddr);
	struct symbol_definition *definition;
	int error;

	if (!symbol)
		return 0;
	error = definition_of_symbol(e, symbol, &definition);
	if (error)
		return error;
	a->facts->calls = text_pool_alloc(&e->pool, sizeof(*a->facts->calls));
	if (!a->facts->calls)
		return -ENOMEM;
	a->facts->count = 1;
	a->facts->symbol_file = keep_text(e, symbol->file);
	/* Assembly has lines without functions; a skeleton's may be of what is inlined there. */
	if (t && !a->facts->incomplete)
		call_place(e, a->facts->calls, a->unit, dwarf_lines_find(&t->lines, a->vaddr));
	a->facts->calls->definition = definition;
	return 0;
}

static int tables_read(struct unit_tables *t, struct dwarf_unit *unit, struct dwarf_unit *whole,
		       const struct dwarf_wanted *wanted)
{
	int error = whole ? dwarf_scopes_read(&t->scopes, whole, wanted) : 0;

	return error ? error : dwarf_lines_rows(&t->lines, unit, wanted);
}

/* Tables for these addresses; the caller closes them unless e->keep. */
static int tables_of(struct symbol_extract *e, const struct symbol_address *addresses, size_t count,
		     struct dwarf_unit *whole, struct unit_tables **out)
{
	struct dwarf_unit *unit = addresses->unit;
	uint64_t *vaddrs = NULL;
	struct dwarf_wanted wanted = {0};
	int error = -ENOMEM;

	*out = e->keep ? key_map_find(&e->tables, address_key(unit)) : NULL;
	if (*out)
		return 0;
	*out = calloc(1, sizeof(**out));
	if (*out && !e->keep) {
		vaddrs = calloc(count, sizeof(*vaddrs));
		for (size_t i = 0; vaddrs && i < count; i++)
			vaddrs[i] = addresses[i].vaddr;
		wanted = (struct dwarf_wanted) {vaddrs, count};
	}
	if (*out && (vaddrs || e->keep))
		error = tables_read(*out, unit, whole, &wanted);
	if (!error && e->keep)
		error = key_map_put(&e->tables, address_key(unit), *out);
	free(vaddrs);
	if (error && *out)
		tables_close(*out);
	return error;
}

int symbol_extract_unit(struct symbol_extract *e, struct symbol_address *addresses, size_t count)
{
	struct dwarf_unit *unit = addresses->unit;
	struct dwarf_unit *whole = unit ? dwarf_index_whole(e->source->index, unit) : NULL;
	struct unit_tables *tables = NULL;
	int error = unit ? tables_of(e, addresses, count, whole, &tables) : 0;

	if (error)
		return error;
	for (size_t i = 0; i < count && !error; i++) {
		struct symbol_address *a = &addresses[i];

		a->facts = text_pool_alloc(&e->pool, sizeof(*a->facts));
		if (!a->facts) {
			error = -ENOMEM;
			break;
		}
		a->facts->incomplete = unit && !whole;
		if (whole)
			error = facts_from_dwarf(e, tables, unit, whole, a);
		if (!error && !a->facts->count)
			error = facts_from_symbols(e, tables, a);
		if (!error && a->facts->count)
			a->facts->aliases = aliases_at(e, a->vaddr);
	}
	if (tables && !e->keep) {
		tables_close(tables);
		dwarf_unit_forget(whole ? whole : unit);
	}
	return error;
}
