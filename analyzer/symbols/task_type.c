/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/index.h"
#include "analyzer/dwarf/lines.h"
#include "analyzer/dwarf/name.h"
#include "analyzer/dwarf/type.h"
#include "analyzer/names/fold.h"
#include "analyzer/symbols/module.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Types of futures: a recorder gives their place in the debug information, and at which await a
 * coroutine is; this says their names and lines.
 */

/* What is read once of a unit. */
struct task_unit {
	struct dwarf_containers containers;
	struct dwarf_lines lines; /* its source files */
};

static uint64_t unit_key(const struct dwarf_unit *unit)
{
	return (uint64_t)(uintptr_t)unit;
}

static void unit_free(struct task_unit *u)
{
	if (!u)
		return;
	dwarf_containers_close(&u->containers);
	dwarf_lines_close(&u->lines);
	free(u);
}

void symbol_task_units_close(struct symbol_module *m)
{
	for (size_t i = 0; i < m->units.slots; i++)
		unit_free(m->units.values[i]);
	key_map_close(&m->units);
	dropped_guards_close(&m->dropped_guards);
}

/* NULL: no memory. */
static struct task_unit *unit_of(struct symbol_module *m, struct dwarf_unit *unit)
{
	struct task_unit *u = key_map_find(&m->units, unit_key(unit));

	if (u)
		return u;
	u = calloc(1, sizeof(*u));
	if (u && !dwarf_containers_read(&u->containers, unit) &&
	    !dwarf_lines_sources(&u->lines, unit) && !key_map_put(&m->units, unit_key(unit), u))
		return u;
	unit_free(u);
	return NULL;
}

static const struct dwarf_containers *containers_of(void *context, struct dwarf_unit *unit)
{
	struct task_unit *u = unit_of(context, unit);

	return u ? &u->containers : NULL;
}

static struct dwarf_unit *unit_at(const struct dwarf_file *file, uint64_t entry)
{
	size_t low = 0, high = file->unit_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->units[middle].end <= entry)
			low = middle + 1;
		else
			high = middle;
	}
	return low < file->unit_count && file->units[low].first <= entry ? &file->units[low] : NULL;
}

/*
 * The variants of a coroutine: the one of a tag, and the first two, which are before its first
 * line was run and after its last one.
 */
struct variant_search {
	uint64_t value;
	struct dwarf_entry at, first, last; /* each with a kind once it was found */
};

static int variant_take(void *context, const struct dwarf_variant *v)
{
	struct variant_search *s = context;

	if (!v->tag.known)
		return 0;
	if (v->tag.value == s->value)
		s->at = v->entry;
	if (v->tag.value == 0)
		s->first = v->entry;
	else if (v->tag.value == 1)
		s->last = v->entry;
	return 0;
}

static uint64_t number_of(const struct dwarf_entry *entry, uint16_t attribute)
{
	struct dwarf_value value =
		entry->kind ? dwarf_entry_value(entry, attribute) : (struct dwarf_value) {0};

	return value.form ? dwarf_value_number(&value) : 0;
}

static char *path_joined(const struct dwarf_source *from)
{
	struct text path = {0};

	if (from->directory && from->name[0] != '/') {
		text_add_string(&path, from->directory);
		text_add(&path, "/", 1);
	}
	text_add_string(&path, from->name);
	if (!path.failed)
		return path.bytes;
	text_close(&path);
	return NULL;
}

/* Where the await is. `*full`: the path with its directory. */
static int place_read(struct symbol_module *m, const struct dwarf_entry *at,
		      struct symbol_task_type *out, const char **full)
{
	struct dwarf_value file = dwarf_entry_value(at, DW_AT_decl_file);
	struct dwarf_value line = dwarf_entry_value(at, DW_AT_decl_line);
	struct task_unit *u = unit_of(m, at->unit);
	uint64_t number = dwarf_value_number(&file);
	const char *path, *dir = at->unit->comp_dir;
	char *joined;

	if (!u)
		return -ENOMEM;
	if (!file.form || number >= u->lines.source_count || !u->lines.sources[number].name)
		return 0;
	joined = path_joined(&u->lines.sources[number]);
	path = joined ? text_pool_intern(&m->owner->pool, joined, strlen(joined)) : NULL;
	free(joined);
	if (!path)
		return -ENOMEM;
	*full = symbol_path_full(m, path, dir);
	out->file = path;
	out->line = (uint32_t)dwarf_value_number(&line);
	return *full ? 0 : -ENOMEM;
}

/*
 * Where a coroutine is suspended. A macro that awaits (select!) has the line of its own source
 * there: then it is known only that it lies between the ends of the function.
 */
static int await_read(struct symbol_module *m, const struct variant_search *s,
		      struct symbol_task_type *out, const char **full)
{
	uint64_t file = number_of(&s->first, DW_AT_decl_file);
	bool macro = file && file != number_of(&s->at, DW_AT_decl_file) &&
		     file == number_of(&s->last, DW_AT_decl_file);
	int err = place_read(m, macro ? &s->first : &s->at, out, full);

	if (!err && macro)
		out->line_end = (uint32_t)number_of(&s->last, DW_AT_decl_line);
	return err;
}

static void origin_read(struct symbol_module *m, const char *name, const char *file,
			const struct dwarf_unit *unit, struct symbol_task_type *out)
{
	const struct symbolizer_options *options = &m->owner->options;
	struct origin_query q = {
		.decl_file = file,
		.comp_dir = unit->comp_dir,
		.module_path = m->path,
		.main_crates = m->main_crates,
		.main_crate_count = m->main_crate_count,
		.user_prefixes = options->user_prefixes,
		.user_prefix_count = options->user_prefix_count,
		.user_crates = options->user_crates,
		.user_crate_count = options->user_crate_count,
	};

	q.crate = fold_crate(name, &q.crate_length, &q.by_trait);
	if (!q.crate_length)
		q.crate = NULL;
	out->origin = origin_of(m->owner->rules, &q, &out->runtime);
	if (out->file && out->origin == ORIGIN_USER)
		out->file = symbol_path_short(out->file, unit->comp_dir);
}

/* Does the coroutine drop guards before the end of their block? 0 or -ENOMEM. */
static int guards_read(struct symbol_module *m, const struct dwarf_entry *type, const char *path,
		       struct symbol_task_type *out)
{
	int err = dropped_guards_read(&m->dropped_guards, type->unit, m->owner->rules,
				      containers_of, m);

	if (!err)
		out->drops_guard = dropped_guards_by(&m->dropped_guards, path);
	return err;
}

static int type_read(struct symbol_module *m, const struct dwarf_entry *type,
		     const struct symbol_task_key *key, struct symbol_task_type *out)
{
	struct text path = {0}, folded = {0};
	struct dwarf_place value = {.type = *type};
	struct variant_search search = {.value = key->variant};
	const char *file = NULL;
	int err = -ENOMEM;

	dwarf_qualified_name(type, containers_of, m, &path);
	if (path.failed || !path.length) {
		err = path.failed ? -ENOMEM : 0;
		goto out;
	}
	fold_name(&folded, path.bytes);
	if (folded.failed || !folded.bytes)
		goto out;
	out->name = text_pool_intern(&m->owner->pool, folded.bytes, folded.length);
	err = out->name ? 0 : -ENOMEM;
	if (!err && key->coroutine)
		dwarf_variants_each(&value, variant_take, &search);
	if (!err && search.at.kind)
		err = await_read(m, &search, out, &file);
	if (!err)
		origin_read(m, path.bytes, file, type->unit, out);
	if (!err && key->keeps_guard)
		err = guards_read(m, type, path.bytes, out);
out:
	text_close(&path);
	text_close(&folded);
	return err;
}

int symbol_module_task_type(struct symbol_module *m, const struct symbol_task_key *key,
			    struct symbol_task_type *out)
{
	struct dwarf_file *file;
	struct dwarf_unit *unit;
	struct dwarf_entry type;
	int err;

	*out = (struct symbol_task_type) {0};
	err = symbol_module_search(m, false);
	if (!err)
		err = symbol_module_load(m);
	if (err)
		return err;
	file = m->index ? dwarf_index_file(m->index) : NULL;
	if (!file || file->sections.view[DWARF_INFO].bytes != key->debug_bytes)
		return 0;
	unit = unit_at(file, key->entry);
	if (!unit || !dwarf_entry_read(unit, key->entry, &type) || !type.kind ||
	    type.kind->tag != DW_TAG_structure_type)
		return 0;
	return type_read(m, &type, key, out);
}
