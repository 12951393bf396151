/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_FIND_H
#define HUD_ANALYZER_SYMBOLS_FIND_H

#include "analyzer/symbols/debug_server.h"
#include "analyzer/debuginfo/elf_file.h"
#include "analyzer/symbols/symbols.h"

/* What is asked for: one mapping of a capture. */
struct module_key {
	const uint8_t *build_id;
	size_t build_id_bytes; /* 0: the capture has none */
	const char *path;      /* NULL */
	bool own;              /* the path is ours, not the capture's: it is looked at first */
};

/* A file that fits. */
struct module_file {
	struct elf_file elf;
	char *path; /* NULL: none found */
};

struct module_files {
	struct module_file image;      /* with the code: its offsets are the capture's */
	struct module_file debug;      /* with DWARF; has no path when the image has that too */
	struct module_file symbols;    /* a symbol table that neither of them has */
	struct module_file package;    /* split units (.dwp) */
	struct module_file supplement; /* what dwz moved out of the debug file */
	char *problem;                 /* one line, or NULL */
	struct symbol_step *steps;     /* where it was looked, in that order */
	size_t step_count, step_room;
};

/* `used`: one flag per --binary, set where one was taken. */
int module_files_find(struct module_files *found, const struct symbolizer_options *options,
		      struct debug_server *server, bool *used, const struct module_key *key);
void module_files_close(struct module_files *found);

/* What module_find.c and debug_find.c share. */
enum { HEX_BYTES = 2 * ELF_BUILD_ID_BYTES + 1 };

struct search {
	const struct module_key *key;
	const struct symbolizer_options *options;
	struct module_files *found;
	struct debug_server *server;
	const char *step;   /* what is being tried, in the words of `info --symbols` */
	char id[HEX_BYTES]; /* of the key; a hash without its mark */
	bool by_hash;       /* the key is a hash of the code, not a build-id */
	int error;          /* -ENOMEM ends the search */
};

void search_hex(char *out, const uint8_t *bytes, size_t count);
void search_log(struct search *s, const char *path, const char *outcome);
const char *search_base_name(const char *path);
/* Opens the file and takes it for image or debug file, whichever it can be. */
bool search_try(struct search *s, const char *path, bool told);
bool search_needs_debug(const struct search *s);
bool search_take(struct search *s, struct module_file *slot, struct elf_file *f, const char *path);

/*
 * What the files that were found lead to: the file that .gnu_debuglink names, debuginfod's, dwz's
 * supplement, a package of split units, a table in .gnu_debugdata.
 */
void debug_find(struct search *s);

#endif
