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

/*
 * `used`: one flag per --binary, set where one was taken. 0, also where no file was found; -ENOMEM,
 * and there is nothing to close.
 */
int module_files_find(struct module_files *found, const struct debug_sources *sources,
		      struct debug_server *server, bool *used, const struct module_key *key);
void module_files_close(struct module_files *found);

#endif
