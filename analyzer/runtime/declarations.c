/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/declarations.h"
#include "analyzer/dwarf/type.h"

#include <dwarf.h>
#include <stdio.h>

/* Limits for hostile files; no path in the rules comes near them. */
enum { DEPTH = 4096, PATH_PARTS = 32, PATH_BYTES = 512 };

struct walk {
	struct plan_declarations *out;
	const struct plan_names *names;
	const struct plan_tls *tls;
	uint64_t around[PATH_PARTS]; /* the namespaces that an entry is in */
	uint32_t parts;
	uint32_t depth; /* how many entries of any kind contain the current one */
	/* size of the runtime's thread-local, from its symbol; 0: no symbol */
	uint64_t storage_bytes;
};

static const size_t variables[] = {
	NAME_CONTEXT_VARIABLE,
	NAME_MULTI + OF_VARIABLE,
	NAME_SINGLE + OF_VARIABLE,
};
static const size_t types[] = {
	NAME_MULTI + OF_CONTEXT,  NAME_MULTI + OF_CORE_TYPE,
	NAME_SINGLE + OF_CONTEXT, NAME_SINGLE + OF_CORE_TYPE,
	NAME_HEADER_TYPE,         NAME_VTABLE_TYPE,
	NAME_POOL_TASK,           NAME_TRAILER_TYPE,
};
enum {
	VARIABLES = sizeof(variables) / sizeof(variables[0]),
	TYPES = sizeof(types) / sizeof(types[0]),
};

/*
 * A location in the thread-local block: a constant, and the operation that makes an address of it.
 */
static bool location_value(const struct dwarf_value *v, uint64_t *value)
{
	struct byte_reader from = bytes_of(v->bytes, v->bytes ? v->number : 0);
	uint64_t operation = bytes_fixed(&from, 1);

	switch (operation) {
	case DW_OP_const4u:
		*value = bytes_fixed(&from, 4);
		break;
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_addr:
		*value = bytes_fixed(&from, 8);
		break;
	case DW_OP_constu:
		*value = bytes_uleb(&from);
		break;
	default:
		return false;
	}
	operation = bytes_fixed(&from, 1);
	return !from.failed &&
	       (operation == DW_OP_GNU_push_tls_address || operation == DW_OP_form_tls_address);
}

static const char *linkage_name(const struct dwarf_entry *e)
{
	struct dwarf_value v = dwarf_entry_value(e, DW_AT_linkage_name);

	return v.form ? dwarf_unit_text(e->unit, &v) : NULL;
}

/*
 * Is the variable in the program? The linker writes 0 for the place of one that it dropped, so 0 is
 * a place only where the variable has a symbol.
 */
static bool variable_kept(const struct walk *w, const struct dwarf_entry *e, uint64_t value)
{
	const char *name = linkage_name(e);

	if (value >= w->tls->bytes)
		return false;
	if (!w->tls->has_symbols || !name)
		return value != 0;
	return plan_tls_find(w->tls, name) || value != 0;
}

static bool path_read(const struct walk *w, const struct dwarf_entry *e, char path[PATH_BYTES])
{
	size_t length = 0;

	for (uint32_t i = 0; i <= w->parts; i++) {
		struct dwarf_entry around;
		const char *name;
		int written;

		if (i < w->parts && !dwarf_entry_read(e->unit, w->around[i], &around))
			return false;
		name = dwarf_entry_name(i < w->parts ? &around : e);
		written = snprintf(path + length, PATH_BYTES - length, "%s%s", i ? "::" : "",
				   name ? name : "");
		if (written < 0 || (size_t)written >= PATH_BYTES - length)
			return false;
		length += (size_t)written;
	}
	return true;
}

static void variable_take(struct walk *w, const struct dwarf_entry *e)
{
	struct dwarf_value location = dwarf_entry_value(e, DW_AT_location);
	char path[PATH_BYTES];
	uint64_t value;

	if (!location_value(&location, &value) || !path_read(w, e, path) ||
	    !variable_kept(w, e, value))
		return;
	for (size_t i = 0; i < VARIABLES; i++) {
		struct plan_declared *d = &w->out->of[variables[i]];
		struct dwarf_place place;

		/* Some have a byte of the same name, which says whether they are initialized. */
		if (!d->found && pattern_matches(w->names->name[variables[i]], path) &&
		    dwarf_place_of(e, 0, &place) && place.type.kind->tag != DW_TAG_base_type)
			*d = (struct plan_declared) {.found = true, .entry = *e, .value = value};
	}
}

static const char *last_part(const char *path)
{
	const char *last = path;

	for (const char *at = path; (at = strstr(at, "::")); at += 2)
		last = at + 2;
	return last;
}

static void type_take(struct walk *w, const struct dwarf_entry *e)
{
	const char *name = dwarf_entry_name(e);
	char path[PATH_BYTES];

	for (size_t i = 0; name && i < TYPES; i++) {
		const char *wanted = w->names->name[types[i]];
		struct plan_declared *d = &w->out->of[types[i]];

		if (!d->found && e->kind->has_children && !strcmp(last_part(wanted), name) &&
		    path_read(w, e, path) && !strcmp(wanted, path))
			*d = (struct plan_declared) {.found = true, .entry = *e};
	}
}

static void storage_take(struct walk *w, const struct dwarf_entry *e)
{
	struct plan_declared *d = &w->out->of[NAME_CONTEXT_STORAGE];
	struct dwarf_place place = {.type = *e}, inner;
	const char *name;

	if (d->found || !w->storage_bytes || dwarf_type_bytes(e) != w->storage_bytes)
		return;
	name = dwarf_entry_name(e);
	if (name && pattern_matches(w->names->name[NAME_CONTEXT_STORAGE], name) &&
	    dwarf_place_within(&place, DWARF_KIND_MEMBER, w->names->name[NAME_CONTEXT_TASK],
			       &inner))
		*d = (struct plan_declared) {.found = true, .entry = *e};
}

static void entry_take(struct walk *w, const struct dwarf_entry *e)
{
	/* inside of something other than a namespace, or the unit itself */
	if (w->depth != w->parts + 1)
		return;
	if (e->kind->tag == DW_TAG_variable)
		variable_take(w, e);
	if (e->kind->tag == DW_TAG_structure_type) {
		type_take(w, e);
		storage_take(w, e);
	}
}

static void unit_walk(struct walk *w, struct dwarf_unit *unit)
{
	uint64_t offset = unit->first;
	struct dwarf_entry e;

	w->parts = 0;
	w->depth = 0;
	while (w->depth < DEPTH && dwarf_entry_read(unit, offset, &e)) {
		bool inside = w->depth == w->parts + 1;

		if (e.kind)
			entry_take(w, &e);
		if (!dwarf_entry_end(&e, &offset))
			return;
		if (!e.kind) {
			if (w->depth == w->parts + 1 && w->parts)
				w->parts--;
			if (w->depth-- <= 1)
				return;
		} else if (e.kind->has_children) {
			if (inside && e.kind->tag == DW_TAG_namespace && w->parts < PATH_PARTS)
				w->around[w->parts++] = e.offset;
			w->depth++;
		}
	}
}

/*
 * Optimizers may drop the entry of a variable and keep the entry of its type. Its symbol says where
 * the variable is then.
 */
static void variables_by_symbol(struct walk *w)
{
	for (size_t i = 0; i < VARIABLES; i++) {
		struct plan_declared *d = &w->out->of[variables[i]];
		const struct plan_declared *storage = &w->out->of[NAME_CONTEXT_STORAGE];
		const struct plan_tls_symbol *symbol =
			d->found ? NULL : plan_tls_match(w->tls, w->names->name[variables[i]]);

		if (!symbol)
			continue;
		if (variables[i] == NAME_CONTEXT_VARIABLE && storage->found)
			*d = (struct plan_declared) {.found = true,
						     .entry = storage->entry,
						     .value = symbol->value,
						     .by = DECLARED_TYPE};
		else if (symbol->bytes == sizeof(uint64_t))
			*d = (struct plan_declared) {
				.found = true, .value = symbol->value, .by = DECLARED_WORD};
	}
}

static bool scheduler_found(const struct plan_declarations *d, size_t of)
{
	return (d->of[of + OF_VARIABLE].found || d->of[NAME_CONTEXT_VARIABLE].found) &&
	       d->of[of + OF_CONTEXT].found && d->of[of + OF_CORE_TYPE].found;
}

bool plan_declared_place(const struct plan_declared *d, struct dwarf_place *out)
{
	if (!d->found || d->by == DECLARED_WORD)
		return false;
	*out = (struct dwarf_place) {.type = d->entry, .offset = d->value};
	return d->by == DECLARED_TYPE || dwarf_place_of(&d->entry, d->value, out);
}

bool plan_member_word(const struct dwarf_place *in, const char *name, uint32_t *out)
{
	struct dwarf_place member;

	return dwarf_place_within(in, DWARF_KIND_MEMBER, name, &member) &&
	       dwarf_type_bytes(&member.type) == POINTER_BYTES &&
	       dwarf_offset_narrow(member.offset - in->offset, out);
}

void plan_declarations_read(struct plan_declarations *out, struct dwarf_file *file,
			    const struct plan_names *names, const struct plan_tls *tls)
{
	struct walk w = {.out = out, .names = names, .tls = tls};
	const char *crate = names->name[NAME_UNIT];
	const struct plan_tls_symbol *context =
		plan_tls_match(tls, names->name[NAME_CONTEXT_VARIABLE]);

	memset(out, 0, sizeof(*out));
	w.storage_bytes = context ? context->bytes : 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < file->unit_count; i++) {
			struct dwarf_unit *unit = &file->units[i];
			bool own = unit->name && pattern_matches(crate, unit->name);

			if (own == (pass == 0) && unit->language == DW_LANG_Rust)
				unit_walk(&w, unit);
		}
		variables_by_symbol(&w);
		/* One kind of scheduler is enough: a program may not have the other. */
		if (out->of[NAME_CONTEXT_VARIABLE].found &&
		    (scheduler_found(out, NAME_MULTI) || scheduler_found(out, NAME_SINGLE)))
			break;
	}
}
