/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_MODULE_FIND_H
#define HUD_ANALYZER_MODULE_FIND_H

#include "analyzer/elf_file.h"
#include "analyzer/symbols.h"
#include "analyzer/symbols_text.h"

/* What is asked for: one mapping of a capture. */
struct module_key {
	const uint8_t *build_id;
	size_t build_id_bytes; /* 0: the capture has none */
	const char *path;      /* NULL */
};

/* A file that fits. */
struct module_file {
	struct elf_file elf;
	char *path; /* NULL: none found */
};

struct module_files {
	struct module_file image; /* with the code: its offsets are the capture's */
	struct module_file debug; /* with DWARF; has no path when the image has that too */
	char *problem;            /* one line, or NULL */
};

/* `used`: one flag per --binary, set where one was taken. */
int module_files_find(struct module_files *found, const struct symbolizer_options *options,
		      bool *used, const struct module_key *key);
void module_files_close(struct module_files *found);

#endif
