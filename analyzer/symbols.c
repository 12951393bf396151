// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/symbols_module.h"

static const char *const origin_names[] = {
	[ORIGIN_UNKNOWN] = "unknown",
	[ORIGIN_USER] = "user",
	[ORIGIN_TOKIO] = "tokio",
	[ORIGIN_RUNTIME] = "runtime",
	[ORIGIN_THIRD_PARTY] = "third-party",
	[ORIGIN_STD] = "std",
	[ORIGIN_LIBC] = "libc",
	[ORIGIN_KERNEL] = "kernel",
};

static const char *const quality_names[] = {
	[SYMBOLS_NONE] = "none",
	[SYMBOLS_DYNSYM] = "dynsym",
	[SYMBOLS_SYMTAB] = "symtab",
	[SYMBOLS_DWARF] = "dwarf",
};

const char *frame_origin_name(enum frame_origin origin)
{
	return (size_t)origin < sizeof(origin_names) / sizeof(origin_names[0])
		       ? origin_names[origin]
		       : NULL;
}

const char *symbol_quality_name(enum symbol_quality q)
{
	return (size_t)q < sizeof(quality_names) / sizeof(quality_names[0]) ? quality_names[q]
									    : NULL;
}

static const char *const *paths_copy(struct symbolizer *s, const char *const *paths, size_t count)
{
	const char **copy = text_pool_alloc(&s->pool, count * sizeof(*copy));

	for (size_t i = 0; copy && i < count; i++) {
		copy[i] = text_pool_intern(&s->pool, paths[i], strlen(paths[i]));
		if (!copy[i])
			return NULL;
	}
	return copy;
}

int symbolizer_open(const struct symbolizer_options *options, struct symbolizer **out)
{
	static const struct symbolizer_options none;
	struct symbolizer *s = calloc(1, sizeof(*s));
	int error = -ENOMEM;

	if (!s)
		return -ENOMEM;
	options = options ? options : &none;
	s->options = *options;
	s->options.binaries = paths_copy(s, options->binaries, options->binary_count);
	s->options.debug_dirs = paths_copy(s, options->debug_dirs, options->debug_dir_count);
	s->used = text_pool_alloc(&s->pool, options->binary_count * sizeof(*s->used));
	if (s->options.binaries && s->options.debug_dirs && s->used)
		error = rules_open(&s->rules);
	if (error) {
		symbolizer_close(s);
		return error;
	}
	*out = s;
	return 0;
}

static void module_close(struct symbol_module *m)
{
	dwarf_index_close(m->index);
	if (m->dwarf)
		dwarf_end(m->dwarf);
	elf_symbols_close(&m->symtab);
	elf_symbols_close(&m->dynsym);
	key_map_close(&m->chains);
	key_map_close(&m->dwarf_functions);
	key_map_close(&m->symbol_functions);
	module_files_close(&m->files);
}

void symbolizer_close(struct symbolizer *s)
{
	if (!s)
		return;
	for (struct symbol_module *m = s->modules; m; m = m->next)
		module_close(m);
	rules_close(s->rules);
	text_pool_close(&s->pool);
	free(s);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct symbol_module *module_known(struct symbolizer *s, const uint8_t *build_id,
					  size_t bytes, const char *path)
{
	for (struct symbol_module *m = s->modules; m; m = m->next)
		if (m->build_id_bytes == bytes && same_text(m->path, path) &&
		    (!bytes || !memcmp(m->build_id, build_id, bytes)))
			return m;
	return NULL;
}

static enum symbol_quality files_quality(const struct module_files *files)
{
	const struct module_file *image = &files->image;
	const struct module_file *debug = &files->debug;

	if (!image->path)
		return SYMBOLS_NONE;
	if (debug->path || image->elf.has_dwarf)
		return SYMBOLS_DWARF;
	return image->elf.has_symtab ? SYMBOLS_SYMTAB : SYMBOLS_DYNSYM;
}

struct symbol_module *symbolizer_module(struct symbolizer *s, const uint8_t *build_id,
					size_t build_id_bytes, const char *path)
{
	struct symbol_module *m;
	const char *slash;

	if (!build_id)
		build_id_bytes = 0;
	m = module_known(s, build_id, build_id_bytes, path);
	if (m)
		return m;
	m = text_pool_alloc(&s->pool, sizeof(*m));
	if (!m)
		return NULL;
	m->owner = s;
	m->build_id_bytes = build_id_bytes;
	m->build_id = text_pool_alloc(&s->pool, build_id_bytes);
	m->path = path ? text_pool_intern(&s->pool, path, strlen(path)) : NULL;
	if (!m->build_id || (path && !m->path))
		return NULL;
	if (build_id_bytes)
		memcpy(m->build_id, build_id, build_id_bytes);
	slash = m->path ? strrchr(m->path, '/') : NULL;
	m->name = slash && slash[1] ? slash + 1 : m->path && *m->path ? m->path : "unknown";
	if (module_files_find(&m->files, &s->options, s->used,
			      &(struct module_key) {m->build_id, build_id_bytes, m->path}))
		return NULL;
	m->problem = m->files.problem;
	m->quality = files_quality(&m->files);
	m->next = s->modules;
	s->modules = m;
	return m;
}

enum symbol_quality symbol_module_quality(const struct symbol_module *m)
{
	return m->quality;
}

const char *symbol_module_file(const struct symbol_module *m)
{
	if (m->quality == SYMBOLS_DWARF && m->files.debug.path)
		return m->files.debug.path;
	return m->files.image.path;
}

const char *symbol_module_problem(const struct symbol_module *m)
{
	return m->problem;
}

const char *symbolizer_unused_binary(const struct symbolizer *s, size_t index)
{
	for (size_t i = 0; i < s->options.binary_count; i++)
		if (!s->used[i] && !index--)
			return s->options.binaries[i];
	return NULL;
}

static bool has_marker(const struct symbolizer *s, const struct elf_symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (rules_has_role(s->rules, ROLE_MARKER, symbols->items[i].name))
			return true;
	return false;
}

int symbol_module_has_tokio(struct symbol_module *m)
{
	if (symbol_module_load(m))
		return -1;
	if (has_marker(m->owner, &m->symtab) || has_marker(m->owner, &m->dynsym))
		return 1;
	return m->symtab.count ? 0 : -1;
}
