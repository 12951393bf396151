/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_MODULE_H
#define HUD_ANALYZER_SYMBOLS_MODULE_H

#include "analyzer/dwarf_index.h"
#include "analyzer/module_find.h"
#include "analyzer/origin.h"
#include "analyzer/symbols.h"

/* The parts of symbols.h that its own files share. */

enum { MAIN_CRATES = 8 };

struct symbolizer {
	struct text_pool pool;
	struct rules *rules;
	struct symbolizer_options options; /* our own copies of the paths */
	bool *used;                        /* by --binary */
	struct symbol_module *modules;
};

/* A table from 64-bit keys to pointers. */
struct key_map {
	uint64_t *keys;
	void **values; /* NULL: free */
	size_t slots;
	size_t used;
};
void *key_map_find(const struct key_map *map, uint64_t key);
int key_map_put(struct key_map *map, uint64_t key, void *value);
void key_map_close(struct key_map *map);

/* What is the same for all frames of one function. */
struct symbol_function {
	struct symbol_frame frame; /* without line, column, inlined */
	const char *comp_dir;
};

struct symbol_chain {
	struct symbol_frame *frames;
	size_t count;
};

struct symbol_module {
	struct symbol_module *next;
	struct symbolizer *owner;
	const char *path; /* in the capture; NULL */
	const char *name; /* its last part, for module+0xoffset */
	uint8_t *build_id;
	size_t build_id_bytes;
	struct module_files files;
	enum symbol_quality quality;
	const char *problem;
	bool loaded;
	Dwarf *dwarf;
	struct dwarf_index *index;
	struct elf_symbols symtab;
	struct elf_symbols dynsym;
	const char *main_crates[MAIN_CRATES];
	size_t main_crate_count;
	struct key_map chains;           /* by file offset */
	struct key_map dwarf_functions;  /* by offset of the declaring entry */
	struct key_map symbol_functions; /* by symbol's address */
};

/* Opens tables on first use. What cannot be opened lowers the quality. */
int symbol_module_load(struct symbol_module *m);

/* The function behind a linker's name or, where there is none, behind debug information. */
int symbol_function_of_symbol(struct symbol_module *m, const struct elf_symbol *symbol,
			      const struct symbol_function **out);
int symbol_function_of_entry(struct symbol_module *m, Dwarf_Die *entry,
			     const struct symbol_function **out);
/* Names of other functions that start where the one at `vaddr` does; NULL: none. */
const char *symbol_aliases(struct symbol_module *m, uint64_t vaddr, const char *site);
/* A path as debug information has it, kept: joined with the directory of its unit where relative. */
const char *symbol_path_full(struct symbol_module *m, const char *path, const char *comp_dir);
/* `path` without the directory the unit was compiled in. */
const char *symbol_path_short(const char *path, const char *comp_dir);

#endif
