/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/debugfile/find.h"
#include "analyzer/debugfile/search.h"
#include "format/base/array.h"
#include "format/elf/text_hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum { VDSO_BYTES = 1 << 20 };

const char *search_base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

void search_log(struct search *s, const char *path, const char *outcome)
{
	struct module_files *found = s->found;
	struct symbol_step step = {
		.step = s->step, .path = strdup(path), .outcome = strdup(outcome)};

	if (step.path && step.outcome &&
	    array_grow(&found->steps, found->step_count, &found->step_room,
		       sizeof(*found->steps))) {
		found->steps[found->step_count++] = step;
		return;
	}
	free((void *)(uintptr_t)step.path);
	free((void *)(uintptr_t)step.outcome);
	s->error = -ENOMEM;
}

static bool same_name(const struct search *s, const char *path)
{
	return s->key->path && !strcmp(search_base_name(path), search_base_name(s->key->path));
}

static bool id_matches(const struct search *s, struct elf_file *f)
{
	const struct build_id *hash;

	if (s->by_hash)
		return !elf_file_text_hash(f, &hash) &&
		       !memcmp(hash->byte, s->key->build_id, hash->bytes);
	return f->build_id_bytes == s->key->build_id_bytes &&
	       (!f->build_id_bytes || !memcmp(f->build_id, s->key->build_id, f->build_id_bytes));
}

/*
 * Keeps the first problem: later candidates are less likely to be the right file. `what` begins
 * with a verb, or with a colon.
 */
static void problem_set(struct search *s, const char *path, const char *what)
{
	const char *space = *what == ':' ? "" : " ";

	if (s->found->problem)
		return;
	if (asprintf(&s->found->problem, "%s%s%s", path, space, what) < 0) {
		s->found->problem = NULL;
		s->error = -ENOMEM;
	}
}

/* Why a file is not the one wanted: its build-id or hash, and that of the capture. */
static void refusal_word(const struct search *s, struct elf_file *f, char *what, size_t room)
{
	const struct build_id *hash;
	char id[BUILD_ID_TEXT_BYTES];

	if (!s->by_hash) {
		build_id_text(f->build_id, f->build_id_bytes, id);
		snprintf(what, room, "is another build: its build-id is %s, the capture has %s",
			 *id ? id : "missing", *s->id ? s->id : "none");
	} else if (elf_file_text_hash(f, &hash)) {
		snprintf(what, room,
			 "has neither code nor a build-id to compare: it is found through "
			 ".gnu_debuglink of its binary only");
	} else {
		build_id_text(hash->byte, HUD_TEXT_HASH_BYTES, id);
		snprintf(what, room,
			 "is another build: the hash of its code is %s, the capture has %s", id,
			 s->id);
	}
}

static void refuse_build_id(struct search *s, const char *path, struct elf_file *f, bool notable)
{
	char what[2 * BUILD_ID_TEXT_BYTES + 128];

	refusal_word(s, f, what, sizeof(what));
	search_log(s, path, what);
	if (notable)
		problem_set(s, path, what);
}

bool search_take(struct search *s, struct module_file *slot, struct elf_file *f, const char *path)
{
	slot->path = strdup(path);
	if (!slot->path) {
		s->error = -ENOMEM;
		return false;
	}
	slot->elf = *f;
	return true;
}

bool search_needs_debug(const struct search *s)
{
	const struct module_files *found = s->found;

	return !s->error && !found->debug.path &&
	       !(found->image.path && found->image.elf.has_dwarf);
}

static bool search_done(const struct search *s)
{
	return s->error || (s->found->image.path && !search_needs_debug(s));
}

/* Takes a file of this build for what is missing yet. False: it is not needed. */
static bool try_slots(struct search *s, const char *path, struct elf_file *f)
{
	struct module_files *found = s->found;

	if (!found->image.path && f->has_code) {
		search_log(s, path,
			   f->has_dwarf ? "taken: the binary, with debug information"
					: "taken: the binary");
		return search_take(s, &found->image, f, path);
	}
	if (!found->debug.path && f->has_dwarf) {
		search_log(s, path, "taken: debug information");
		return search_take(s, &found->debug, f, path);
	}
	search_log(s, path, f->has_dwarf ? "not needed" : "has no debug information");
	return false;
}

static void refuse_error(struct search *s, const char *path, int error, bool notable)
{
	const char *why = strerrordesc_np(-error);
	char what[128] = "is no ELF file";

	search_log(s, path, error == -ENOEXEC ? what : why);
	if (error != -ENOEXEC)
		snprintf(what, sizeof(what), ": %s", why);
	if (notable)
		problem_set(s, path, what);
}

/* `notable`: a file that cannot be read or is another build is a problem to report. */
bool search_try(struct search *s, const char *path, bool notable)
{
	struct elf_file f;
	int error;

	if (search_done(s))
		return false;
	error = elf_file_open(&f, path);
	if (error) {
		refuse_error(s, path, error, notable);
		return false;
	}
	if (!id_matches(s, &f))
		refuse_build_id(s, path, &f, notable);
	else if (try_slots(s, path, &f))
		return true;
	elf_file_close(&f);
	return false;
}

static bool try_joined(struct search *s, const char *directory, const char *name,
		       const char *suffix)
{
	char *path = NULL;
	bool taken;

	if (asprintf(&path, "%s/%s%s", directory, name, suffix) < 0) {
		s->error = -ENOMEM;
		return false;
	}
	taken = search_try(s, path, false);
	free(path);
	return taken;
}

static void try_by_id(struct search *s, const char *directory)
{
	char name[BUILD_ID_TEXT_BYTES + 16];

	if (s->key->build_id_bytes < 2)
		return;
	snprintf(name, sizeof(name), "%s/%.2s/%s", s->by_hash ? ".text-hash" : ".build-id", s->id,
		 s->id + 2);
	try_joined(s, directory, name, ".debug");
	try_joined(s, directory, name, "");
}

static void try_debug_dir(struct search *s, const char *directory)
{
	const char *path = s->key->path;

	try_by_id(s, directory);
	if (!path || !*path)
		return;
	try_joined(s, directory, search_base_name(path), "");
	try_joined(s, directory, search_base_name(path), ".debug");
	try_joined(s, directory, path, "");
	try_joined(s, directory, path, ".debug");
}

/* The vdso is in no file, but in our own process, if this is the same kernel. */
static void try_vdso(struct search *s)
{
	unsigned long start = getauxval(AT_SYSINFO_EHDR);
	struct elf_file f;
	const Elf64_Ehdr *header;
	size_t bytes;
	void *image;

	if (!start || !s->key->path || strcmp(s->key->path, "[vdso]") != 0 || s->key->own)
		return;
	s->step = "the vdso of this kernel";
	header = (const void *)start; /* section headers are at its end */
	bytes = header->e_shoff + (size_t)header->e_shnum * header->e_shentsize;
	image = bytes < VDSO_BYTES ? malloc(bytes) : NULL;
	if (!image)
		return;
	memcpy(image, header, bytes);
	if (elf_file_open_memory(&f, image, bytes))
		return;
	if (!id_matches(s, &f))
		refuse_build_id(s, s->key->path, &f, false);
	else if (try_slots(s, s->key->path, &f))
		return;
	elf_file_close(&f);
}

static void search_run(struct search *s, bool *used)
{
	const struct debug_sources *sources = s->sources;

	s->step = "the file itself";
	if (s->key->own)
		search_try(s, s->key->path, true);
	s->step = "--binary";
	for (size_t i = 0; i < sources->binary_count; i++) {
		const char *path = sources->binaries[i];

		if (!s->key->build_id_bytes && !same_name(s, path))
			continue;
		if (search_try(s, path, same_name(s, path)))
			used[i] = true;
	}
	s->step = "--debug-dir";
	for (size_t i = 0; i < sources->debug_dir_count; i++)
		try_debug_dir(s, sources->debug_dirs[i]);
	s->step = "beside the capture";
	for (size_t i = 0; i < sources->beside_count; i++)
		try_by_id(s, sources->beside[i]);
	s->step = "path in the capture";
	if (!s->key->own && s->key->path && s->key->path[0] == '/')
		search_try(s, s->key->path, true);
	s->step = "/usr/lib/debug";
	try_by_id(s, "/usr/lib/debug");
	if (!s->found->image.path)
		try_vdso(s);
}

/* Debug information without the binary still has names, and addresses of code. */
static void image_stand_in(struct search *s)
{
	struct module_files *found = s->found;
	struct elf_file f;

	if (s->error || found->image.path || !found->debug.path)
		return;
	s->step = "the binary";
	if (elf_file_open(&f, found->debug.path))
		return;
	search_log(s, found->debug.path, "stands in for the binary, which was not found");
	if (!search_take(s, &found->image, &f, found->debug.path))
		elf_file_close(&f);
}

/* The problem to report, once the search is over. */
static void problem_judge(struct search *s)
{
	struct module_files *found = s->found;

	if (found->image.path) {
		free(found->problem);
		found->problem = NULL;
	} else if (!found->problem) {
		problem_set(s, s->key->path && *s->key->path ? s->key->path : "mapping",
			    "is no file");
	}
}

int module_files_find(struct module_files *found, const struct debug_sources *sources,
		      struct debug_server *server, bool *used, const struct module_key *key)
{
	struct search s = {.key = key, .sources = sources, .found = found, .server = server};

	memset(found, 0, sizeof(*found));
	s.by_hash = key->build_id_bytes && text_hash_is(key->build_id, key->build_id_bytes);
	if (key->build_id_bytes)
		build_id_text(key->build_id, key->build_id_bytes, s.id);
	search_run(&s, used);
	debug_find(&s);
	image_stand_in(&s);
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
	module_file_close(&found->symbols);
	module_file_close(&found->package);
	module_file_close(&found->supplement);
	for (size_t i = 0; i < found->step_count; i++) {
		free((void *)(uintptr_t)found->steps[i].path);
		free((void *)(uintptr_t)found->steps[i].outcome);
	}
	free(found->steps);
	free(found->problem);
	memset(found, 0, sizeof(*found));
}
