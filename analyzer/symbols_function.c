// SPDX-License-Identifier: MIT OR Apache-2.0
#include <dwarf.h>
#include <errno.h>
#include <string.h>

#include "analyzer/demangle.h"
#include "analyzer/dwarf_name.h"
#include "analyzer/fold.h"
#include "analyzer/symbols_module.h"

enum { ALIASES = 8 };

const char *symbol_path_short(const char *path, const char *comp_dir)
{
	size_t length = comp_dir ? strlen(comp_dir) : 0;

	while (length && comp_dir[length - 1] == '/')
		length--;
	if (path && length && !strncmp(path, comp_dir, length) && path[length] == '/')
		return path + length + 1;
	return path;
}

const char *symbol_path_full(struct symbol_module *m, const char *path, const char *comp_dir)
{
	struct text full = {0};
	const char *kept = NULL;

	if (!path)
		return NULL;
	if (path[0] != '/' && comp_dir && *comp_dir) {
		text_add_string(&full, comp_dir);
		text_add(&full, "/", 1);
	}
	text_add_string(&full, path);
	if (full.bytes && !full.failed)
		kept = text_pool_intern(&m->owner->pool, full.bytes, full.length);
	text_close(&full);
	return kept;
}

/* What is known of a function before it is named for people. */
struct facts {
	struct text name; /* demangled */
	struct text type; /* T of a poll function */
	bool rust;
	bool macro_names;
	const char *decl_file;
	uint32_t decl_line;
	const char *comp_dir;
};

static void facts_close(struct facts *f)
{
	text_close(&f->name);
	text_close(&f->type);
}

static const char *keep(struct symbol_module *m, const char *text)
{
	return text_pool_intern(&m->owner->pool, text, strlen(text));
}

/* Without debug information a v0 name still says T: raw::poll::<T, S>, <Harness<T, S>>::poll. */
static void type_from_name(struct facts *f)
{
	struct text inner = {0};
	size_t length = 0;
	const char *argument = fold_first_argument(f->name.bytes, &length);

	if (f->name.bytes[0] == '<' && length) {
		text_add(&inner, f->name.bytes + 1,
			 (size_t)(argument - f->name.bytes - 1) + length);
		argument = fold_first_argument(inner.bytes ? inner.bytes : "", &length);
	}
	for (size_t i = 0; i + 1 < length; i++)
		if (!memcmp(argument + i, "::", 2)) { /* a mere `T` says nothing */
			text_add(&f->type, argument, length);
			break;
		}
	text_close(&inner);
}

static int name_frame(struct symbol_module *m, struct symbol_frame *frame, struct facts *f)
{
	struct text site = {0};
	struct text task = {0};
	const char *type = NULL;
	int error = -ENOMEM;

	fold_name(&site, f->name.bytes);
	if (site.failed || !site.bytes)
		goto out;
	frame->function = keep(m, f->name.bytes);
	frame->site = keep(m, site.bytes);
	if (!frame->function || !frame->site)
		goto out;
	if (f->type.bytes)
		type = frame->task_type = keep(m, f->type.bytes);
	if (type)
		rules_fold_task(m->owner->rules, &task, type);
	if (task.bytes)
		frame->task = keep(m, task.bytes);
	error = 0;
out:
	text_close(&site);
	text_close(&task);
	return error;
}

static int place_frame(struct symbol_module *m, struct symbol_frame *frame, const struct facts *f)
{
	struct origin_query q = {
		.decl_file = f->decl_file,
		.comp_dir = f->comp_dir,
		.module_path = m->path,
		.main_crates = m->main_crates,
		.main_crate_count = m->main_crate_count,
	};
	const char *file = f->decl_file;

	if (f->rust)
		q.crate = fold_crate(f->name.bytes, &q.crate_length, &q.by_trait);
	if (q.crate_length) {
		frame->crate = text_pool_intern(&m->owner->pool, q.crate, q.crate_length);
		if (!frame->crate)
			return -ENOMEM;
	} else {
		q.crate = NULL;
	}
	frame->origin = origin_of(m->owner->rules, &q);
	if (frame->origin == ORIGIN_USER)
		file = symbol_path_short(file, f->comp_dir);
	frame->decl_line = f->decl_line;
	frame->generated = origin_derived(m->owner->rules, frame->function, f->macro_names);
	frame->decl_file = file ? keep(m, file) : NULL;
	return file && !frame->decl_file ? -ENOMEM : 0;
}

static int function_new(struct symbol_module *m, struct facts *f, struct key_map *map, uint64_t key,
			const struct symbol_function **out)
{
	struct symbol_function *function = text_pool_alloc(&m->owner->pool, sizeof(*function));
	int error;

	if (!function || f->name.failed || !f->name.bytes)
		return -ENOMEM;
	error = name_frame(m, &function->frame, f);
	if (!error)
		error = place_frame(m, &function->frame, f);
	if (!error && f->comp_dir) {
		function->comp_dir = keep(m, f->comp_dir);
		error = function->comp_dir ? 0 : -ENOMEM;
	}
	if (!error)
		error = key_map_put(map, key, function);
	*out = function;
	return error;
}

/* The type of future is asked for only where the function is one that polls it. */
static bool is_poll(const struct symbol_module *m, const char *name)
{
	struct text site = {0};
	bool poll;

	fold_name(&site, name);
	poll = site.bytes && rules_has_role(m->owner->rules, ROLE_POLL, site.bytes);
	text_close(&site);
	return poll;
}

int symbol_function_of_symbol(struct symbol_module *m, const struct elf_symbol *symbol,
			      const struct symbol_function **out)
{
	struct facts f = {0};
	int error;

	*out = key_map_find(&m->symbol_functions, symbol->start);
	if (*out)
		return 0;
	demangle_name(&f.name, symbol->name, &f.rust);
	if (f.name.bytes && is_poll(m, f.name.bytes))
		type_from_name(&f);
	error = function_new(m, &f, &m->symbol_functions, symbol->start, out);
	facts_close(&f);
	return error;
}

static void facts_of_entry(struct symbol_module *m, Dwarf_Die *entry, Dwarf_Die *declared,
			   struct facts *f)
{
	const char *linkage = dwarf_linkage_name(entry);

	if (linkage && *linkage) {
		demangle_name(&f->name, linkage, &f->rust);
	} else {
		dwarf_qualified_name(m->index, entry, &f->name);
		f->rust = dwarf_is_rust(declared);
	}
	if (!f->name.bytes)
		return;
	f->comp_dir = dwarf_comp_dir(declared);
	f->decl_file = symbol_path_full(m, dwarf_decl_file(declared), f->comp_dir);
	f->decl_line = dwarf_number(declared, DW_AT_decl_line);
	f->macro_names = f->rust && f->decl_line && dwarf_has_macro_names(entry);
	if (is_poll(m, f->name.bytes)) {
		dwarf_type_parameter(m->index, entry, "T", &f->type);
		if (!f->type.bytes)
			type_from_name(f);
	}
}

/* *out NULL: the entry has no name of any kind. */
int symbol_function_of_entry(struct symbol_module *m, Dwarf_Die *entry,
			     const struct symbol_function **out)
{
	Dwarf_Attribute attribute;
	Dwarf_Die origin = *entry;
	Dwarf_Die declared;
	struct facts f = {0};
	int error = 0;

	/* The instance, not its declaration: that may be shared by instances of other types. */
	if (dwarf_attr(entry, DW_AT_abstract_origin, &attribute) &&
	    !dwarf_formref_die(&attribute, &origin))
		origin = *entry;
	*out = key_map_find(&m->dwarf_functions, dwarf_dieoffset(&origin));
	if (*out)
		return 0;
	declared = dwarf_declaration(&origin);
	facts_of_entry(m, &origin, &declared, &f);
	if (f.name.failed || f.type.failed)
		error = -ENOMEM;
	else if (f.name.bytes)
		error = function_new(m, &f, &m->dwarf_functions, dwarf_dieoffset(&origin), out);
	facts_close(&f);
	return error;
}

static bool holds_line(const char *lines, const char *line)
{
	size_t length = strlen(line);

	for (const char *at = lines; at && (at = strstr(at, line)); at += length)
		if ((at == lines || at[-1] == '\n') && (at[length] == '\n' || !at[length]))
			return true;
	return false;
}

const char *symbol_aliases(struct symbol_module *m, uint64_t vaddr, const char *site)
{
	const struct elf_symbol *first = elf_symbols_find(&m->symtab, vaddr);
	const struct elf_symbol *end = m->symtab.items + m->symtab.count;
	struct text all = {0};
	const char *kept = NULL;
	uint64_t start = first ? first->start : 0;
	int count = 0;

	while (first && first > m->symtab.items && first[-1].start == start)
		first--;
	if (!first || first + 1 == end || first[1].start != start)
		return NULL;
	for (; first < end && first->start == start && count < ALIASES; first++) {
		struct text full = {0};
		struct text name = {0};
		bool rust;

		demangle_name(&full, first->name, &rust);
		if (rust && full.bytes) /* C libraries name one function many times on purpose */
			fold_name(&name, full.bytes);
		if (name.bytes && strcmp(name.bytes, site) && !holds_line(all.bytes, name.bytes)) {
			if (count++)
				text_add(&all, "\n", 1);
			text_add_string(&all, name.bytes);
		}
		text_close(&full);
		text_close(&name);
	}
	if (all.bytes && !all.failed)
		kept = keep(m, all.bytes);
	text_close(&all);
	return kept;
}
