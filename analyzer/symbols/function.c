/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/names/demangle.h"
#include "analyzer/names/fold.h"
#include "analyzer/symbols/module.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* The facts of a function while its frame is made. */
struct facts {
	struct text name; /* demangled */
	struct text type; /* T of a poll function; of a job its own name with types */
	bool rust;
	bool job;
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

/* Without debug information a v0 name still has T: raw::poll::<T, S>, <Harness<T, S>>::poll. */
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
		if (!memcmp(argument + i, "::", 2)) { /* a bare `T` names no type */
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
	if (f->type.bytes && !f->job)
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
		.user_prefixes = m->owner->options.user_prefixes,
		.user_prefix_count = m->owner->options.user_prefix_count,
		.user_crates = m->owner->options.user_crates,
		.user_crate_count = m->owner->options.user_crate_count,
	};
	const char *file = f->decl_file;

	if (f->rust)
		q.crate = fold_crate(f->name.bytes, &q.crate_length, &q.by_trait);
	if (!q.crate_length)
		q.function = f->name.bytes;
	if (q.crate_length) {
		frame->crate = text_pool_intern(&m->owner->pool, q.crate, q.crate_length);
		if (!frame->crate)
			return -ENOMEM;
	} else {
		q.crate = NULL;
	}
	frame->origin = origin_of(m->owner->rules, &q, &frame->runtime);
	if (frame->origin == ORIGIN_USER)
		file = symbol_path_short(file, f->comp_dir);
	frame->decl_line = f->decl_line;
	frame->generated = origin_derived(m->owner->rules, frame->function, f->macro_names);
	frame->decl_file = file ? keep(m, file) : NULL;
	return file && !frame->decl_file ? -ENOMEM : 0;
}

static int function_new(struct symbol_module *m, struct facts *f, struct symbol_function **out)
{
	struct symbol_function *function = text_pool_alloc(&m->owner->pool, sizeof(*function));
	int error;

	if (!function || f->name.failed || f->type.failed || !f->name.bytes)
		return -ENOMEM;
	error = name_frame(m, &function->frame, f);
	if (!error)
		error = place_frame(m, &function->frame, f);
	if (!error && f->job)
		error = symbol_job_closure(m, f->type.bytes ? f->type.bytes : f->name.bytes,
					   function->frame.crate, &function->frame.runs);
	function->comp_dir = f->comp_dir;
	*out = function;
	return error;
}

static bool has_role(const struct symbol_module *m, const char *name, enum role role)
{
	struct text site = {0};
	bool has;

	if (!name || !rules_may_have_role(m->owner->rules, role, name))
		return false;
	fold_name(&site, name);
	has = site.bytes && rules_has_role(m->owner->rules, role, site.bytes);
	text_close(&site);
	return has;
}

int symbol_function_of(struct symbol_module *m, struct symbol_definition *d,
		       const struct symbol_function **out)
{
	struct symbol_function *function = NULL;
	struct facts f = {.decl_line = d->decl_line, .comp_dir = d->comp_dir};
	int error;

	*out = d->made;
	if (*out)
		return 0;
	if (d->rust) {
		text_add_string(&f.name, d->rust);
		f.rust = true;
	} else if (d->flags & HUD_SYMBOL_LINKAGE) {
		demangle_name(&f.name, d->name, &f.rust);
	} else {
		text_add_string(&f.name, d->name);
		f.rust = d->flags & HUD_SYMBOL_RUST;
	}
	f.decl_file = symbol_path_full(m, d->decl_file, d->comp_dir);
	f.macro_names = f.rust && d->flags & HUD_SYMBOL_MACRO_NAMES;
	f.job = has_role(m, f.name.bytes, ROLE_JOB);
	if (d->task_type)
		text_add_string(&f.type, d->task_type);
	else if (has_role(m, f.name.bytes, ROLE_POLL))
		type_from_name(&f);
	error = function_new(m, &f, &function);
	if (!error)
		d->made = *out = function;
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

/* One linker's name, folded, if it is Rust's. */
static void alias_fold(struct text *out, const char *name, size_t length)
{
	char *linkage = strndup(name, length);
	struct text full = {0};
	bool rust = false;

	if (linkage)
		demangle_name(&full, linkage, &rust);
	if (rust && full.bytes)
		fold_name(out, full.bytes);
	text_close(&full);
	free(linkage);
}

const char *symbol_aliases(struct symbol_module *m, const char *aliases, const char *site)
{
	struct text all = {0};
	const char *kept = NULL;

	while (aliases && *aliases) {
		size_t length = strcspn(aliases, "\n");
		struct text name = {0};

		alias_fold(&name, aliases, length);
		if (name.bytes && strcmp(name.bytes, site) != 0 &&
		    !holds_line(all.bytes, name.bytes)) {
			if (all.bytes)
				text_add(&all, "\n", 1);
			text_add_string(&all, name.bytes);
		}
		text_close(&name);
		aliases += length + (aliases[length] == '\n');
	}
	if (all.bytes && !all.failed)
		kept = keep(m, all.bytes);
	text_close(&all);
	return kept;
}
