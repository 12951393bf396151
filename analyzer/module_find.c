// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/module_find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_BYTES = 2 * ELF_BUILD_ID_BYTES + 1 };

struct search {
	const struct module_key *key;
	struct module_files *found;
	char id[HEX_BYTES]; /* of the key */
	int error;          /* -ENOMEM ends the search */
};

static void hex_write(char *out, const uint8_t *bytes, size_t count)
{
	count = count < ELF_BUILD_ID_BYTES ? count : ELF_BUILD_ID_BYTES;
	for (size_t i = 0; i < count; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	out[2 * count] = '\0';
}

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

static bool same_name(const struct search *s, const char *path)
{
	return s->key->path && !strcmp(base_name(path), base_name(s->key->path));
}

static bool id_matches(const struct search *s, const struct elf_file *f)
{
	return f->build_id_bytes == s->key->build_id_bytes &&
	       (!f->build_id_bytes || !memcmp(f->build_id, s->key->build_id, f->build_id_bytes));
}

/* The first problem is the one told: later candidates are further from what was asked for. */
static void problem_set(struct search *s, const char *path, const char *what)
{
	if (s->found->problem)
		return;
	if (asprintf(&s->found->problem, "%s %s", path, what) < 0) {
		s->found->problem = NULL;
		s->error = -ENOMEM;
	}
}

static void problem_build_id(struct search *s, const char *path, const struct elf_file *f)
{
	char id[HEX_BYTES];
	char what[2 * HEX_BYTES + 64];

	hex_write(id, f->build_id, f->build_id_bytes);
	snprintf(what, sizeof(what), "is another build: its build-id is %s, the capture has %s",
		 *id ? id : "missing", *s->id ? s->id : "none");
	problem_set(s, path, what);
}

static bool take(struct search *s, struct module_file *slot, struct elf_file *f, const char *path)
{
	slot->path = strdup(path);
	if (!slot->path) {
		s->error = -ENOMEM;
		return false;
	}
	slot->elf = *f;
	return true;
}

static bool search_done(const struct search *s)
{
	return s->error ||
	       (s->found->image.path && (s->found->debug.path || s->found->image.elf.has_dwarf));
}

/* `told`: a file that cannot be read or is another build is worth telling about. */
static bool try_file(struct search *s, const char *path, bool told)
{
	struct module_files *found = s->found;
	struct elf_file f;
	int error;

	if (search_done(s))
		return false;
	error = elf_file_open(&f, path);
	if (error) {
		if (told)
			problem_set(s, path,
				    error == -ENOEXEC ? "is no ELF file" : strerrordesc_np(-error));
		return false;
	}
	if (!id_matches(s, &f)) {
		if (told)
			problem_build_id(s, path, &f);
	} else if (!found->image.path && f.has_code) {
		if (take(s, &found->image, &f, path))
			return true;
	} else if (!found->debug.path && f.has_dwarf) {
		if (take(s, &found->debug, &f, path))
			return true;
	}
	elf_file_close(&f);
	return false;
}

static bool try_joined(struct search *s, const char *directory, const char *name,
		       const char *suffix, bool told)
{
	char *path = NULL;
	bool taken;

	if (asprintf(&path, "%s/%s%s", directory, name, suffix) < 0) {
		s->error = -ENOMEM;
		return false;
	}
	taken = try_file(s, path, told);
	free(path);
	return taken;
}

static void try_by_id(struct search *s, const char *directory)
{
	char name[HEX_BYTES + 16];

	if (s->key->build_id_bytes < 2)
		return;
	snprintf(name, sizeof(name), ".build-id/%.2s/%s", s->id, s->id + 2);
	try_joined(s, directory, name, ".debug", false);
	try_joined(s, directory, name, "", false);
}

static void try_debug_dir(struct search *s, const char *directory)
{
	const char *path = s->key->path;

	try_by_id(s, directory);
	if (!path || !*path)
		return;
	try_joined(s, directory, base_name(path), "", false);
	try_joined(s, directory, base_name(path), ".debug", false);
	try_joined(s, directory, path, "", false);
	try_joined(s, directory, path, ".debug", false);
}

static void search_run(struct search *s, const struct symbolizer_options *options, bool *used)
{
	for (size_t i = 0; i < options->binary_count; i++) {
		const char *path = options->binaries[i];

		if (!s->key->build_id_bytes && !same_name(s, path))
			continue;
		if (try_file(s, path, same_name(s, path)))
			used[i] = true;
	}
	for (size_t i = 0; i < options->debug_dir_count; i++)
		try_debug_dir(s, options->debug_dirs[i]);
	if (s->key->path && s->key->path[0] == '/')
		try_file(s, s->key->path, true);
	try_by_id(s, "/usr/lib/debug");
}

/* What a user should hear of a search that is over. */
static void problem_judge(struct search *s)
{
	struct module_files *found = s->found;

	if (found->image.path) {
		free(found->problem);
		found->problem = NULL;
	} else if (found->debug.path) {
		free(found->problem);
		found->problem = NULL;
		problem_set(s, found->debug.path,
			    "holds debug information only: give the binary too (--binary)");
	} else if (!found->problem) {
		problem_set(s, s->key->path && *s->key->path ? s->key->path : "mapping",
			    "is no file");
	}
}

int module_files_find(struct module_files *found, const struct symbolizer_options *options,
		      bool *used, const struct module_key *key)
{
	struct search s = {.key = key, .found = found};

	memset(found, 0, sizeof(*found));
	if (key->build_id_bytes)
		hex_write(s.id, key->build_id, key->build_id_bytes);
	search_run(&s, options, used);
	problem_judge(&s);
	if (s.error)
		module_files_close(found);
	return s.error;
}

static void module_file_close(struct module_file *f)
{
	if (f->path)
		elf_file_close(&f->elf);
	free(f->path);
}

void module_files_close(struct module_files *found)
{
	module_file_close(&found->image);
	module_file_close(&found->debug);
	free(found->problem);
	memset(found, 0, sizeof(*found));
}
