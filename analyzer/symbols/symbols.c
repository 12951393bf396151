/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/symbols.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/symbols/cache.h"
#include "analyzer/symbols/generated.h"
#include "analyzer/symbols/module.h"
#include "analyzer/symbols/nameless.h"
#include "format/capture/name.h"
#include "format/elf/build_id.h"
#include "format/wire/symbols.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const quality_names[] = {
	[HUD_SYMBOLS_NONE] = "none",
	[HUD_SYMBOLS_DYNSYM] = "dynsym",
	[HUD_SYMBOLS_SYMTAB] = "symtab",
	[HUD_SYMBOLS_DWARF] = "dwarf",
};

const char *symbol_quality_name(enum hud_symbol_quality q)
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
	s->options.sources.beside = NULL;
	s->options.sources.beside_count = 0;
	s->options.sources.binaries =
		paths_copy(s, options->sources.binaries, options->sources.binary_count);
	s->options.sources.debug_dirs =
		paths_copy(s, options->sources.debug_dirs, options->sources.debug_dir_count);
	s->options.user_prefixes =
		paths_copy(s, options->user_prefixes, options->user_prefix_count);
	s->options.user_crates = paths_copy(s, options->user_crates, options->user_crate_count);
	s->givens.pool = &s->pool;
	if (options->cache) {
		s->options.cache =
			text_pool_intern(&s->pool, options->cache, strlen(options->cache));
	}
	s->server = debug_server_open(&s->options.sources);
	s->used = text_pool_alloc(&s->pool, options->sources.binary_count * sizeof(*s->used));
	if (s->options.sources.binaries && s->options.sources.debug_dirs && s->used && s->server &&
	    s->options.user_prefixes && s->options.user_crates)
		error = rules_open(&s->rules);
	if (error) {
		symbolizer_close(s);
		return error;
	}
	*out = s;
	return 0;
}

int symbolizer_look_beside(struct symbolizer *s, const char *capture)
{
	char directory[PATH_MAX];
	size_t count = s->options.sources.beside_count;
	const char **beside;
	struct stat st;

	if (snprintf(directory, sizeof(directory), "%s" HUD_COPIES_SUFFIX, capture) >=
		    (int)sizeof(directory) ||
	    stat(directory, &st) || !S_ISDIR(st.st_mode))
		return 0;
	beside = text_pool_alloc(&s->pool, (count + 1) * sizeof(*beside));
	if (!beside)
		return -ENOMEM;
	if (count)
		memcpy(beside, s->options.sources.beside, count * sizeof(*beside));
	beside[count] = text_pool_intern(&s->pool, directory, strlen(directory));
	if (!beside[count])
		return -ENOMEM;
	s->options.sources.beside = beside;
	s->options.sources.beside_count++;
	symbol_generated_close(s); /* pids are of one capture */
	return 0;
}

int symbolizer_add_record(struct symbolizer *s, const uint8_t *capture_id,
			  const struct hud_record *record)
{
	return symbol_givens_add(&s->givens, capture_id, record);
}

static void module_close(struct symbol_module *m)
{
	if (m->changed && m->quality > HUD_SYMBOLS_DYNSYM)
		symbol_cache_save(m);
	cache_file_close(&m->cache);
	symbol_extract_close(m->single, NULL);
	symbol_nameless_close(m->nameless);
	dwarf_index_close(m->index);
	elf_symbols_close(&m->symtab);
	elf_symbols_close(&m->dynsym);
	symbol_task_units_close(m);
	key_map_close(&m->facts);
	key_map_close(&m->chains);
	module_files_close(&m->files);
}

void symbolizer_close(struct symbolizer *s)
{
	if (!s)
		return;
	for (struct symbol_module *m = s->modules; m; m = m->next)
		module_close(m);
	symbol_generated_close(s);
	symbol_givens_close(&s->givens);
	debug_server_close(s->server);
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

static enum hud_symbol_quality files_quality(const struct module_files *files)
{
	const struct module_file *image = &files->image;
	const struct module_file *debug = &files->debug;

	if (!image->path)
		return HUD_SYMBOLS_NONE;
	if (debug->path || image->elf.has_dwarf)
		return HUD_SYMBOLS_DWARF;
	return image->elf.has_symtab || files->symbols.path ? HUD_SYMBOLS_SYMTAB
							    : HUD_SYMBOLS_DYNSYM;
}

int symbol_module_search(struct symbol_module *m, bool own)
{
	struct symbolizer *s = m->owner;
	struct module_key key = {m->build_id, m->build_id_bytes, m->path, own};

	if (m->searched)
		return 0;
	m->searched = true;
	return module_files_find(&m->files, &s->options.sources, s->server, s->used, &key);
}

/* Chooses between files and the facts of a capture: the better; of equals, files if named. */
static int sources_find(struct symbol_module *m, bool own)
{
	const struct debug_sources *o = &m->owner->options.sources;
	bool named = o->binary_count || o->debug_dir_count;
	struct symbol_given *given =
		symbol_givens_find(&m->owner->givens, m->build_id, m->build_id_bytes, m->path);
	enum hud_symbol_quality quality;
	int error;

	if (!given || named || given->binary.quality < HUD_SYMBOLS_DWARF) {
		error = symbol_module_search(m, own);
		if (error)
			return error;
	}
	quality = files_quality(&m->files);
	if (given && (quality > given->binary.quality || (named && m->files.image.path)))
		given = NULL;
	m->given = given;
	m->quality = given ? (enum hud_symbol_quality)given->binary.quality : quality;
	m->problem = given ? given->binary.problem : m->files.problem;
	return 0;
}

/* Facts may have come since for a module that had none. */
static struct symbol_module *module_current(struct symbolizer *s, const uint8_t *build_id,
					    size_t bytes, const char *path)
{
	struct symbol_module *m = module_known(s, build_id, bytes, path);
	const struct symbol_given *given =
		m ? symbol_givens_find(&s->givens, build_id, bytes, path) : NULL;

	return given && given != m->given && given->binary.quality > (uint16_t)m->quality ? NULL
											  : m;
}

static struct symbol_module *module_open(struct symbolizer *s, const uint8_t *build_id,
					 size_t build_id_bytes, const char *path, bool own)
{
	struct symbol_module *m;
	const char *slash;

	if (!build_id)
		build_id_bytes = 0;
	m = module_current(s, build_id, build_id_bytes, path);
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
	if (sources_find(m, own))
		return NULL;
	m->next = s->modules;
	s->modules = m;
	return m;
}

struct symbol_module *symbolizer_module(struct symbolizer *s, const uint8_t *build_id,
					size_t build_id_bytes, const char *path)
{
	return module_open(s, build_id, build_id_bytes, path, false);
}

struct symbol_module *symbolizer_module_at(struct symbolizer *s, const uint8_t *build_id,
					   size_t build_id_bytes, const char *path)
{
	return module_open(s, build_id, build_id_bytes, path, true);
}

enum hud_symbol_quality symbol_module_quality(const struct symbol_module *m)
{
	return m->quality;
}

const char *symbol_module_file(const struct symbol_module *m)
{
	if (m->given)
		return m->given->binary.file;
	if (m->quality == HUD_SYMBOLS_DWARF && m->files.debug.path)
		return m->files.debug.path;
	return m->files.image.path;
}

const char *symbol_module_problem(const struct symbol_module *m)
{
	return m->problem;
}

static const char *split_advice(struct symbol_module *m)
{
	struct dwarf_split_state split = dwarf_index_split(m->index);
	char text[512];

	if (!split.missing)
		return NULL;
	snprintf(
		text, sizeof(text),
		"%zu of %zu split units were looked for and are missing (%s): keep the .dwo files, "
		"or make a .dwp and put it beside the binary",
		split.missing, split.split, split.example);
	return text_pool_intern(&m->owner->pool, text, strlen(text));
}

const char *symbol_module_split_missing(struct symbol_module *m)
{
	return m->quality == HUD_SYMBOLS_DWARF && m->index ? split_advice(m) : NULL;
}

bool symbolizer_binary_used(const struct symbolizer *s, size_t index)
{
	return s->used[index];
}

const char *symbolizer_unused_binary(const struct symbolizer *s, size_t index)
{
	for (size_t i = 0; i < s->options.sources.binary_count; i++)
		if (!s->used[i] && !index--)
			return s->options.sources.binaries[i];
	return NULL;
}

int symbol_module_has_runtime(struct symbol_module *m)
{
	if (symbol_module_know(m))
		return -1;
	if (m->marker)
		return 1;
	return m->has_symtab ? 0 : -1;
}

const struct symbol_step *symbol_module_step(const struct symbol_module *m, size_t index)
{
	return index < m->files.step_count ? &m->files.steps[index] : NULL;
}

/* What is missing at each quality, and what to do about it. */
static const char *const advices[] = {
	[HUD_SYMBOLS_NONE] =
		"no names: give the binary with --binary or --debug-dir, or record with "
		"--save-binaries; a stripped one needs its debug file as well",
	[HUD_SYMBOLS_DYNSYM] =
		"names of exported functions only: the binary is stripped; give the "
		"unstripped one with --binary, or its debug file with --debug-dir, or set "
		"DEBUGINFOD_URLS",
	[HUD_SYMBOLS_SYMTAB] =
		"names without lines, and none of inlined functions: build with debug "
		"information (debug = 1 in [profile.release]), or give its debug file "
		"with --debug-dir",
};

const char *symbol_module_advice(struct symbol_module *m)
{
	const struct module_file *holder;

	if (symbol_module_search(m, false) || symbol_module_load(m))
		return NULL;
	if (m->quality != HUD_SYMBOLS_DWARF)
		return advices[m->quality];
	holder = m->files.debug.path ? &m->files.debug : &m->files.image;
	if (holder->elf.altlink && !m->files.supplement.path)
		return "some names are in a file made by dwz, which was not found: put it where "
		       ".gnu_debugaltlink says, or give its directory with --debug-dir";
	return m->index ? split_advice(m) : NULL;
}
