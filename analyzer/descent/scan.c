/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/scan.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/sorted.h"
#include "analyzer/dwarf/entry.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Limits for hostile files. */
enum { DEPTH = 4096, PATH_PARTS = 32 };
enum { CELLS_MAX = 1 << 20, VTABLES_MAX = 1 << 20, DRIVERS_MAX = 1 << 16, DROPS_MAX = 1 << 20 };

struct walk {
	struct descent_scan *out;
	const struct descent_rules *rules;
	const char *holder; /* its last part begins at `holder_name` */
	const char *holder_name;
	struct dwarf_unit *unit;
	const char *around[PATH_PARTS]; /* the namespaces that an entry is in */
	uint32_t parts;
	uint32_t depth;
	uint64_t function;       /* the last one that began: entries of what is inlined follow it */
	struct id_map no_driver; /* what is inlined, by its entry, and is none */
};

uint64_t descent_name_hash(const char *arguments)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *s = arguments; *s; s++)
		hash = (hash ^ (uint8_t)*s) * 0x100000001b3u;
	return hash;
}

/* Is the entry in the namespaces that the path of the holder begins with? */
static bool in_holder_namespace(const struct walk *w)
{
	const char *at = w->holder;

	for (uint32_t i = 0; i < w->parts; i++) {
		size_t length = strlen(w->around[i]);

		if (strncmp(at, w->around[i], length) != 0 || strncmp(at + length, "::", 2) != 0)
			return false;
		at += length + 2;
	}
	return at == w->holder_name;
}

static int cell_take(struct walk *w, const struct dwarf_entry *e)
{
	struct descent_scan *out = w->out;
	const char *name = dwarf_entry_name(e);
	size_t length = strlen(w->holder_name);

	if (!name || strncmp(name, w->holder_name, length) != 0 || name[length] != '<' ||
	    !in_holder_namespace(w) || out->cells == CELLS_MAX)
		return 0;
	if (!array_grow(&out->cell, out->cells, &out->cell_room, sizeof(*out->cell)))
		return -ENOMEM;
	out->cell[out->cells++] = (struct descent_cell) {
		.entry = e->offset, .unit = w->unit, .name = descent_name_hash(name + length)};
	return 0;
}

/* An address, and nothing else. */
static bool location_address(const struct dwarf_value *v, uint64_t *out)
{
	struct byte_reader from = bytes_of(v->bytes, v->bytes ? v->number : 0);
	uint64_t operation = bytes_fixed(&from, 1);

	*out = bytes_fixed(&from, 8);
	return operation == DW_OP_addr && !from.failed && *out;
}

static int vtable_take(struct walk *w, const struct dwarf_entry *e)
{
	struct descent_scan *out = w->out;
	const char *name = dwarf_entry_name(e);
	struct dwarf_entry table, behind;
	struct dwarf_value location;
	uint64_t address;

	if (!name || !descent_rules_vtable(w->rules, name) || out->vtables == VTABLES_MAX)
		return 0;
	location = dwarf_entry_value(e, DW_AT_location);
	if (!location_address(&location, &address) || !dwarf_entry_follow(e, DW_AT_type, &table) ||
	    !dwarf_entry_follow(&table, DW_AT_containing_type, &behind))
		return 0;
	if (!array_grow(&out->vtable, out->vtables, &out->vtable_room, sizeof(*out->vtable)))
		return -ENOMEM;
	out->vtable[out->vtables++] = (struct descent_vtable) {
		.address = address, .entry = behind.offset, .unit = behind.unit};
	return 0;
}

/* The entry that names a function: itself, or what it is the code of. */
static bool declaration_find(const struct dwarf_entry *function, struct dwarf_entry *out)
{
	*out = *function;
	return dwarf_entry_name(function) ||
	       dwarf_entry_follow(function, DW_AT_specification, out) ||
	       dwarf_entry_follow(function, DW_AT_abstract_origin, out);
}

/* Does its name begin as that of a line, up to the type arguments? */
static bool may_drive(const struct walk *w, const char *name)
{
	const struct rules_line *rule;
	size_t length = strcspn(name, "<");

	for (size_t i = 0; (rule = descent_rules_nth(w->rules, WORD_MAIN, i)); i++)
		if (strlen(rule->words[3]) == length && !strncmp(rule->words[3], name, length))
			return true;
	return false;
}

static int drop_take(struct walk *w, const struct dwarf_entry *e, const char *name)
{
	struct dwarf_value low = dwarf_entry_value(e, DW_AT_low_pc);
	struct descent_scan *out = w->out;
	uint64_t address;

	if (!dwarf_unit_address(w->unit, &low, &address) || !address || out->drops == DROPS_MAX)
		return 0;
	if (!array_grow(&out->drop, out->drops, &out->drop_room, sizeof(*out->drop)))
		return -ENOMEM;
	out->drop[out->drops++] = (struct descent_drop) {
		.address = address, .name = descent_name_hash(name + strcspn(name, "<"))};
	return 0;
}

static int driver_add(struct walk *w, uint64_t entry, uint64_t function,
		      const struct dwarf_entry *declaration)
{
	struct descent_scan *out = w->out;

	if (out->drivers == DRIVERS_MAX)
		return 0;
	if (!array_grow(&out->driver, out->drivers, &out->driver_room, sizeof(*out->driver)))
		return -ENOMEM;
	out->driver[out->drivers++] =
		(struct descent_driver) {entry, function, w->unit, *declaration};
	return 0;
}

static int function_take(struct walk *w, const struct dwarf_entry *e)
{
	struct dwarf_entry declaration;
	const char *name =
		declaration_find(e, &declaration) ? dwarf_entry_name(&declaration) : NULL;

	if (name && descent_rules_match(w->rules, WORD_DROP, name))
		return drop_take(w, e, name);
	if (!name || !may_drive(w, name))
		return 0;
	return driver_add(w, e->offset, e->offset, &declaration);
}

/* Where a driver is inlined in a function. Of each that is, the name is read once. */
static int inlined_take(struct walk *w, const struct dwarf_entry *e)
{
	struct dwarf_value v = dwarf_entry_value(e, DW_AT_abstract_origin);
	struct dwarf_entry origin, declaration;
	struct dwarf_unit *unit;
	const char *name = NULL;
	uint64_t offset;

	if (!dwarf_unit_reference(w->unit, &v, &unit, &offset) ||
	    id_map_get(&w->no_driver, offset, 0))
		return 0;
	if (dwarf_entry_read(unit, offset, &origin) && declaration_find(&origin, &declaration))
		name = dwarf_entry_name(&declaration);
	if (name && may_drive(w, name))
		return driver_add(w, e->offset, w->function, &declaration);
	return id_map_set(&w->no_driver, offset, 0, 1);
}

static int entry_take(struct walk *w, const struct dwarf_entry *e)
{
	if (e->kind->tag == DW_TAG_subprogram) {
		w->function = e->offset;
		return function_take(w, e);
	}
	if (e->kind->tag == DW_TAG_inlined_subroutine)
		return inlined_take(w, e);
	if (w->depth != w->parts + 1)
		return 0;
	if (e->kind->tag == DW_TAG_structure_type)
		return cell_take(w, e);
	return e->kind->tag == DW_TAG_variable ? vtable_take(w, e) : 0;
}

static void namespace_enter(struct walk *w, const struct dwarf_entry *e)
{
	const char *name = dwarf_entry_name(e);

	w->around[w->parts++] = name ? name : "";
}

static int unit_walk(struct walk *w)
{
	uint64_t offset = w->unit->first;
	struct dwarf_entry e;
	int err = 0;

	w->parts = 0;
	w->depth = 0;
	w->function = 0;
	while (!err && w->depth < DEPTH && dwarf_entry_read(w->unit, offset, &e)) {
		bool inside = w->depth == w->parts + 1;

		if (e.kind)
			err = entry_take(w, &e);
		if (!dwarf_entry_end(&e, &offset))
			break;
		if (!e.kind) {
			if (inside && w->parts)
				w->parts--;
			if (w->depth-- <= 1)
				break;
		} else if (e.kind->has_children) {
			if (inside && e.kind->tag == DW_TAG_namespace && w->parts < PATH_PARTS)
				namespace_enter(w, &e);
			w->depth++;
		}
	}
	return err;
}

static int cell_order(const void *a, const void *b)
{
	const struct descent_cell *x = a, *y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static int vtable_order(const void *a, const void *b)
{
	const struct descent_vtable *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static int drop_order(const void *a, const void *b)
{
	const struct descent_drop *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

int descent_scan_read(struct descent_scan *out, struct dwarf_file *file,
		      const struct descent_rules *rules, const char *holder)
{
	struct walk w = {.out = out, .rules = rules, .holder = holder, .holder_name = holder};
	int err = 0;

	memset(out, 0, sizeof(*out));
	for (const char *at = holder; (at = strstr(at, "::")); at += 2)
		w.holder_name = at + 2;
	for (size_t i = 0; !err && i < file->unit_count; i++) {
		w.unit = &file->units[i];
		if (w.unit->language == DW_LANG_Rust)
			err = unit_walk(&w);
	}
	id_map_free(&w.no_driver);
	if (out->cells)
		qsort(out->cell, out->cells, sizeof(*out->cell), cell_order);
	if (out->vtables)
		qsort(out->vtable, out->vtables, sizeof(*out->vtable), vtable_order);
	if (out->drops)
		qsort(out->drop, out->drops, sizeof(*out->drop), drop_order);
	if (err)
		descent_scan_close(out);
	return err;
}

void descent_scan_close(struct descent_scan *s)
{
	free(s->cell);
	free(s->vtable);
	free(s->driver);
	free(s->drop);
	memset(s, 0, sizeof(*s));
}

const struct descent_cell *descent_scan_cell(const struct descent_scan *s, uint64_t name)
{
	size_t at = SORTED_BELOW(s->cell, s->cells, name, name);

	return at < s->cells && s->cell[at].name == name ? &s->cell[at] : NULL;
}

bool descent_scan_drops(const struct descent_scan *s, uint64_t address, uint64_t name)
{
	/* The linker may have folded the code of several types. */
	for (size_t i = SORTED_BELOW(s->drop, s->drops, address, address);
	     i < s->drops && s->drop[i].address == address; i++)
		if (s->drop[i].name == name)
			return true;
	return false;
}
