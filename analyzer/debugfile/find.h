/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGFILE_FIND_H
#define HUD_ANALYZER_DEBUGFILE_FIND_H

#include "analyzer/debugfile/server.h"
#include "analyzer/debugfile/sources.h"
#include "analyzer/elf/file.h"

/* What to find: the binary of a mapping. */
struct module_key {
	const uint8_t *build_id;
	size_t build_id_bytes; /* 0: the capture has none */
	const char *path;      /* NULL */
	bool own; /* the path is of this machine, not of the capture: it is tried first */
};

/* A file that fits. */
struct module_file {
	struct elf_file elf;
	char *path; /* NULL: none found */
};

struct module_files {
	struct module_file image;   /* the binary, with the code: the capture's offsets are in it */
	struct module_file debug;   /* with DWARF; has no path when the image has that too */
	struct module_file symbols; /* with a symbol table, if neither of them has one */
	struct module_file package; /* split units (.dwp) */
	struct module_file supplement; /* what dwz moved out of the debug file */
	char *problem;                 /* one line, or NULL */
	struct symbol_step *steps;     /* where it was looked, in that order */
	size_t step_count, step_room;
};

/* `used`: one flag per --binary, set where one was taken. */
int module_files_find(struct module_files *found, const struct debug_sources *sources,
		      struct debug_server *server, bool *used, const struct module_key *key);
void module_files_close(struct module_files *found);

/* Shared by find.c and linked.c. */
enum { HEX_BYTES = 2 * ELF_BUILD_ID_BYTES + 1 };

struct search {
	const struct module_key *key;
	const struct debug_sources *sources;
	struct module_files *found;
	struct debug_server *server;
	const char *step;   /* what is being tried, for `info --symbols` */
	char id[HEX_BYTES]; /* of the key; a hash without its mark */
	bool by_hash;       /* the key is a hash of the code, not a build-id */
	int error;          /* -ENOMEM ends the search */
};

/* As hex_write(), of ELF_BUILD_ID_BYTES at most. */
void search_hex(char *out, const uint8_t *bytes, size_t count);
void search_log(struct search *s, const char *path, const char *outcome);
const char *search_base_name(const char *path);
/* Opens the file and takes it as the image or the debug file, if it fits. */
bool search_try(struct search *s, const char *path, bool notable);
bool search_needs_debug(const struct search *s);
bool search_take(struct search *s, struct module_file *slot, struct elf_file *f, const char *path);

/*
 * Finds more files by those that were found: the file of .gnu_debuglink, debuginfod's, the
 * supplement of dwz, a package of split units, the symbol table in .gnu_debugdata.
 */
void debug_find(struct search *s);

#endif
