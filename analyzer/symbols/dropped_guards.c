/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/dropped_guards.h"
#include "analyzer/dwarf/name.h"
#include "analyzer/names/fold.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Which coroutines may part with a guard of a lock before the end of its block? `drop(guard)`,
 * `mem::forget(guard)` and whatever else takes a guard by value are inlined into their code, and
 * the debug information says so.
 */

enum { DEPTH = 256, BODIES_MAX = 4096, CRATES_MAX = 256, PARAMETERS_MAX = 64 };

struct search {
	struct dropped_guards *out;
	struct dwarf_unit *unit;
	const struct rules *rules;
	dwarf_container_source source;
	void *context;
	uint64_t function[DEPTH]; /* around the entry that is read, by depth; 0: no function */
	int depth;
};

static bool begins_with(const char *text, const char *with)
{
	return text && !strncmp(text, with, strlen(with));
}

/* `path`: of a type. */
static bool is_guard(const struct search *s, const struct text *path)
{
	struct text folded = {0};
	bool is;

	if (path->bytes)
		fold_name(&folded, path->bytes);
	is = folded.bytes && rules_has_role(s->rules, ROLE_GUARD, folded.bytes);
	text_close(&folded);
	return is;
}

/* Of a parameter, by value: a reference is a type without such a name. */
static bool parameter_is_guard(struct search *s, const struct dwarf_entry *parameter)
{
	struct dwarf_entry type;
	struct text path = {0};
	const char *name;
	bool is;

	if (!dwarf_entry_follow(parameter, DW_AT_type, &type) || !type.kind ||
	    type.kind->tag != DW_TAG_structure_type)
		return false;
	name = dwarf_entry_name(&type);
	/* Most types are none: their paths are not asked for. */
	if (!name || (!strstr(name, "Guard<") && !strstr(name, "Permit")))
		return false;
	dwarf_qualified_name(&type, s->source, s->context, &path);
	is = is_guard(s, &path);
	text_close(&path);
	return is;
}

/* Is this function drop() or forget(), of a guard? */
static bool ends_guard(struct search *s, const struct dwarf_entry *function)
{
	const char *name = dwarf_entry_name(function);
	struct text type = {0};
	bool ends;

	if (!begins_with(name, "drop<") && !begins_with(name, "forget<"))
		return false;
	dwarf_type_parameter(function, "T", s->source, s->context, &type);
	ends = is_guard(s, &type);
	text_close(&type);
	return ends;
}

/* Does this function take a guard by value, to end it or to give it to others? */
static bool takes_guard(struct search *s, const struct dwarf_entry *function)
{
	struct dwarf_entry child;
	bool takes = ends_guard(s, function), more = dwarf_entry_child(function, &child);

	for (int i = 0; !takes && more && i < PARAMETERS_MAX; i++) {
		if (child.kind->tag == DW_TAG_formal_parameter)
			takes = parameter_is_guard(s, &child);
		more = dwarf_entry_sibling(&child);
	}
	return takes;
}

/* Keeps the name of the innermost coroutine around the entry. 0 or -ENOMEM. */
static int body_add(struct search *s)
{
	for (int i = s->depth - 1; i >= 0; i--) {
		struct dwarf_entry function;
		struct text path = {0};
		size_t own;
		int err = 0;
		bool is_body;

		if (i >= DEPTH || !s->function[i] ||
		    !dwarf_entry_read(s->unit, s->function[i], &function))
			continue;
		own = dwarf_qualified_name(&function, s->source, s->context, &path);
		is_body = path.bytes && begins_with(path.bytes + own, "{async");
		if (path.failed ||
		    (is_body && text_set_index(&s->out->bodies, path.bytes) == -ENOMEM))
			err = -ENOMEM;
		text_close(&path);
		if (err || is_body)
			return err;
	}
	return 0;
}

static int entry_take(struct search *s, const struct dwarf_entry *e)
{
	struct dwarf_entry function;

	if (e->kind->tag == DW_TAG_inlined_subroutine &&
	    dwarf_entry_follow(e, DW_AT_abstract_origin, &function) && takes_guard(s, &function))
		return body_add(s);
	/*
	 * Where nothing is inlined, who calls it is not said. Of other functions than these that
	 * would make each circle of a program without optimization a possible one.
	 */
	if (e->kind->tag == DW_TAG_subprogram && dwarf_entry_value(e, DW_AT_low_pc).form &&
	    ends_guard(s, e))
		s->out->everywhere = true;
	return 0;
}

static int unit_read(struct search *s)
{
	uint64_t offset = s->unit->first;
	struct dwarf_entry e;

	s->depth = 0;
	while (!s->out->everywhere && offset < s->unit->end &&
	       dwarf_entry_read(s->unit, offset, &e) && dwarf_entry_end(&e, &offset)) {
		bool function;

		if (!e.kind) {
			s->depth -= s->depth > 0;
			continue;
		}
		function = e.kind->tag == DW_TAG_subprogram ||
			   e.kind->tag == DW_TAG_inlined_subroutine;
		if (function && entry_take(s, &e))
			return -ENOMEM;
		if (s->out->bodies.count >= BODIES_MAX)
			s->out->everywhere = true;
		if (!e.kind->has_children)
			continue;
		if (s->depth < DEPTH)
			s->function[s->depth] = function ? e.offset : 0;
		s->depth++;
	}
	return 0;
}

/* What the names of all units of a crate begin with: FILE/@/CRATE.HASH-cgu. */
static size_t crate_length(const char *unit)
{
	const char *number = strstr(unit, "-cgu.");

	return number ? (size_t)(number - unit) + strlen("-cgu.") : strlen(unit);
}

/* 1: it is new; 0: it was read before; -ENOMEM. */
static int crate_add(struct dropped_guards *out, const char *unit, size_t length)
{
	char *crate = strndup(unit, length);
	size_t before = out->crates.count;
	int64_t index = crate ? text_set_index(&out->crates, crate) : -ENOMEM;

	free(crate);
	return index < 0 ? -ENOMEM : out->crates.count > before;
}

int dropped_guards_read(struct dropped_guards *out, struct dwarf_unit *unit,
			const struct rules *rules, dwarf_container_source source, void *context)
{
	struct search s = {.out = out, .rules = rules, .source = source, .context = context};
	const char *name = unit->name ? unit->name : "";
	size_t length = crate_length(name);
	int err = crate_add(out, name, length);

	if (err <= 0)
		return err;
	err = 0;
	if (out->crates.count > CRATES_MAX)
		out->everywhere = true;
	for (size_t i = 0; !err && !out->everywhere && i < unit->file->unit_count; i++) {
		s.unit = &unit->file->units[i];
		if (s.unit->name && !strncmp(s.unit->name, name, length))
			err = unit_read(&s);
	}
	return err;
}

bool dropped_guards_by(const struct dropped_guards *g, const char *type)
{
	static const char env[] = "_env#";
	const char *at = type, *last = NULL;
	struct text body = {0};
	bool found = g->everywhere;

	while ((at = strstr(at, env)))
		last = at++;
	if (!last)
		return found;
	text_add(&body, type, (size_t)(last - type));
	text_add_string(&body, last + strlen("_env"));
	for (size_t i = 0; !found && body.bytes && i < g->bodies.count; i++)
		found = !strcmp(g->bodies.text[i], body.bytes);
	text_close(&body);
	return found;
}

void dropped_guards_close(struct dropped_guards *g)
{
	text_set_free(&g->bodies);
	text_set_free(&g->crates);
}
