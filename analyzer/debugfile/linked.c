/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/debugfile/search.h"
#include "analyzer/debugfile/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char debug_root[] = "/usr/lib/debug";

/* "A/B/C"; parts that are NULL are left out. NULL: no memory. */
static char *joined(struct search *s, const char *a, const char *b, const char *c)
{
	char *path = NULL;

	if (asprintf(&path, "%s%s%s%s%s", a ? a : "", a ? "/" : "", b ? b : "", b ? "/" : "", c) <
	    0)
		s->error = -ENOMEM;
	return s->error ? NULL : path;
}

static char *directory_of(struct search *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");

	if (!directory)
		s->error = -ENOMEM;
	return directory;
}

/* Is it the file of .gnu_debuglink: with its checksum, and without another build-id? */
static bool link_fits(struct search *s, const char *path, const struct elf_file *f)
{
	const struct elf_file *image = &s->found->image.elf;

	if (f->build_id_bytes && image->build_id_bytes &&
	    (f->build_id_bytes != image->build_id_bytes ||
	     memcmp(f->build_id, image->build_id, f->build_id_bytes) != 0)) {
		search_log(s, path, "is of another build");
		return false;
	}
	if (elf_file_crc(f) != image->debuglink_crc) {
		search_log(s, path, "has another checksum than .gnu_debuglink says");
		return false;
	}
	if (!f->has_dwarf && !f->has_symtab) {
		search_log(s, path, "has no debug information");
		return false;
	}
	return true;
}

static void try_link(struct search *s, char *path)
{
	struct elf_file f;
	int error;

	if (!path || !search_needs_debug(s) || !strcmp(path, s->found->image.path)) {
		free(path);
		return;
	}
	error = elf_file_open(&f, path);
	if (error) {
		search_log(s, path, error == -ENOEXEC ? "is no ELF file" : strerrordesc_np(-error));
	} else if (!link_fits(s, path, &f)) {
		elf_file_close(&f);
	} else {
		search_log(s, path,
			   f.has_dwarf ? "taken: debug information" : "taken: a symbol table");
		if (!search_take(s, f.has_dwarf ? &s->found->debug : &s->found->symbols, &f, path))
			elf_file_close(&f);
	}
	free(path);
}

/* Tries where debuggers look for it, and the directories of --debug-dir. */
static void debuglink_find(struct search *s)
{
	const struct module_file *image = &s->found->image;
	const char *name = image->path ? image->elf.debuglink : NULL;
	char *directory;
	const char *below;

	if (!name || strchr(name, '/') || !search_needs_debug(s))
		return;
	s->step = ".gnu_debuglink";
	directory = directory_of(s, image->path);
	if (!directory)
		return;
	below = directory[0] == '/' ? directory + 1 : NULL;
	try_link(s, joined(s, directory, NULL, name));
	try_link(s, joined(s, directory, ".debug", name));
	if (below)
		try_link(s, joined(s, debug_root, below, name));
	for (size_t i = 0; i < s->sources->debug_dir_count; i++) {
		try_link(s, joined(s, s->sources->debug_dirs[i], NULL, name));
		if (below)
			try_link(s, joined(s, s->sources->debug_dirs[i], below, name));
	}
	free(directory);
}

static void server_find(struct search *s, enum debug_server_file kind, const char *what)
{
	char *path = NULL;
	char *outcome = NULL;

	if (s->error)
		return;
	s->step = "debuginfod";
	if (debug_server_find(s->server, s->key->build_id, s->key->build_id_bytes, kind, &path,
			      &outcome))
		s->error = -ENOMEM;
	else if (path && !search_try(s, path, false))
		debug_server_trouble(s->server, s->found->steps[s->found->step_count - 1].outcome);
	else if (!path)
		search_log(s, what, outcome);
	free(path);
	free(outcome);
}

static void servers_ask(struct search *s)
{
	if (!debug_server_wanted() || !s->key->build_id_bytes || s->by_hash)
		return;
	if (search_needs_debug(s))
		server_find(s, DEBUG_SERVER_DEBUG, "debug file");
	if (!s->found->image.path)
		server_find(s, DEBUG_SERVER_IMAGE, "binary");
}

static struct module_file *debug_holder(struct search *s)
{
	struct module_files *found = s->found;

	if (found->debug.path)
		return &found->debug;
	return found->image.path && found->image.elf.has_dwarf ? &found->image : NULL;
}

static void try_supplement(struct search *s, const struct elf_file *holder, char *path)
{
	struct elf_file f;
	int error;

	if (!path || s->error || s->found->supplement.path) {
		free(path);
		return;
	}
	error = elf_file_open(&f, path);
	if (error) {
		search_log(s, path, error == -ENOEXEC ? "is no ELF file" : strerrordesc_np(-error));
	} else if (f.build_id_bytes != holder->altlink_id_bytes ||
		   memcmp(f.build_id, holder->altlink_id, f.build_id_bytes) != 0) {
		search_log(s, path, "is of another build");
		elf_file_close(&f);
	} else {
		search_log(s, path, "taken: what dwz moved out of the debug file");
		if (!search_take(s, &s->found->supplement, &f, path))
			elf_file_close(&f);
	}
	free(path);
}

static void supplement_in(struct search *s, const struct elf_file *holder, const char *directory)
{
	char id[BUILD_ID_TEXT_BYTES];
	char name[BUILD_ID_TEXT_BYTES + 16];

	build_id_text(holder->altlink_id, holder->altlink_id_bytes, id);
	if (strlen(id) > 2) {
		snprintf(name, sizeof(name), "%.2s/%s.debug", id, id + 2);
		try_supplement(s, holder, joined(s, directory, ".build-id", name));
	}
	try_supplement(s, holder, joined(s, directory, ".dwz", search_base_name(holder->altlink)));
	try_supplement(s, holder, joined(s, directory, NULL, search_base_name(holder->altlink)));
}

static void altlink_find(struct search *s)
{
	const struct module_file *holder = debug_holder(s);
	char *directory;

	if (!holder || !holder->elf.altlink)
		return;
	s->step = ".gnu_debugaltlink";
	if (holder->elf.altlink[0] == '/') {
		try_supplement(s, &holder->elf, strdup(holder->elf.altlink));
	} else {
		directory = directory_of(s, holder->path);
		if (directory)
			try_supplement(s, &holder->elf,
				       joined(s, directory, NULL, holder->elf.altlink));
		free(directory);
	}
	for (size_t i = 0; i < s->sources->debug_dir_count; i++)
		supplement_in(s, &holder->elf, s->sources->debug_dirs[i]);
	supplement_in(s, &holder->elf, debug_root);
}

static void try_package(struct search *s, char *path)
{
	struct elf_file f;

	if (!path || s->error || s->found->package.path || elf_file_open(&f, path)) {
		free(path);
		return;
	}
	search_log(s, path, "taken: split units");
	if (!search_take(s, &s->found->package, &f, path))
		elf_file_close(&f);
	free(path);
}

static char *with_suffix(struct search *s, const char *directory, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s%s%s.dwp", directory ? directory : "", directory ? "/" : "", name) <
	    0)
		s->error = -ENOMEM;
	return s->error ? NULL : path;
}

/* A package has no build-id: each unit in it is found by its own id. */
static void package_find(struct search *s)
{
	const struct module_files *found = s->found;

	s->step = ".dwp";
	if (!debug_holder(s))
		return;
	try_package(s, with_suffix(s, NULL, debug_holder(s)->path));
	if (found->image.path)
		try_package(s, with_suffix(s, NULL, found->image.path));
	for (size_t i = 0; i < s->sources->debug_dir_count && s->key->path; i++)
		try_package(s, with_suffix(s, s->sources->debug_dirs[i],
					   search_base_name(s->key->path)));
	if (s->key->path && s->key->path[0] == '/')
		try_package(s, with_suffix(s, NULL, s->key->path));
}

static void debugdata_find(struct search *s)
{
	struct module_files *found = s->found;
	struct elf_file f;
	int error;

	if (s->error || !found->image.path || found->symbols.path || found->image.elf.has_symtab ||
	    (found->debug.path && found->debug.elf.has_symtab) || !found->image.elf.has_debugdata)
		return;
	s->step = ".gnu_debugdata";
	error = elf_file_debugdata(&found->image.elf, &f);
	if (error == -ENOMEM) {
		s->error = error;
	} else if (error) {
		search_log(s, found->image.path, "cannot be unpacked");
	} else {
		search_log(s, found->image.path, "taken: a small symbol table");
		if (!search_take(s, &found->symbols, &f, found->image.path))
			elf_file_close(&f);
	}
}

void debug_find(struct search *s)
{
	debuglink_find(s);
	servers_ask(s);
	altlink_find(s);
	package_find(s);
	debugdata_find(s);
}
