/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGFILE_SEARCH_H
#define HUD_ANALYZER_DEBUGFILE_SEARCH_H

#include "analyzer/debugfile/find.h"
#include "format/elf/build_id.h"

/* A search for the files of one binary: shared by find.c, which begins it, and linked.c. */
struct search {
	const struct module_key *key;
	const struct debug_sources *sources;
	struct module_files *found;
	struct debug_server *server;
	const char *step;             /* what is being tried, for `info --symbols` */
	char id[BUILD_ID_TEXT_BYTES]; /* of the key */
	bool by_hash;                 /* the key is a hash of the code, not a build-id */
	int error;                    /* -ENOMEM ends the search */
};

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
