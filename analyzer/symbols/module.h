/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_MODULE_H
#define HUD_ANALYZER_SYMBOLS_MODULE_H

#include "analyzer/base/key_map.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/debugfile/find.h"
#include "analyzer/facts/cache_file.h"
#include "analyzer/facts/given.h"
#include "analyzer/rules/origin.h"
#include "analyzer/symbols/dropped_guards.h"
#include "analyzer/symbols/extract.h"
#include "analyzer/symbols/symbols.h"

/* What the files of this folder share; scan.c and addr2line use it too. */

enum { MAIN_CRATES = 8 };

struct symbolizer {
	struct text_pool pool;
	struct rules *rules;
	struct symbolizer_options options; /* our own copies of the paths */
	bool *used;                        /* by --binary */
	struct debug_server *server;
	struct symbol_module *modules;
	struct key_map perf_maps;    /* struct generated_code, by pid; of the last capture */
	struct symbol_givens givens; /* facts that came with captures */
};

/* What all frames of one function share. */
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
	enum hud_symbol_quality quality;
	const char *problem;
	bool searched; /* for files */
	bool known;    /* quality, crates and marker */
	bool loaded;
	bool changed; /* something was looked up that is not in the cache */
	struct symbol_given
		*given; /* facts that came with a capture: used instead of files; NULL */
	bool cached;    /* `cache` is open */
	struct cache_file cache;
	bool has_symtab;
	struct dwarf_index *index;
	struct elf_symbols symtab;
	struct elf_symbols dynsym;
	struct symbol_source source;
	struct symbol_nameless *nameless; /* the binary's code; NULL: not read, or it cannot be */
	bool nameless_tried;
	struct symbol_extract *single; /* for addresses that come one by one */
	const char *main_crates[MAIN_CRATES];
	size_t main_crate_count;
	const char *marker;    /* a name that shows that a runtime is in it; NULL */
	struct key_map facts;  /* struct symbol_facts, by file offset */
	struct key_map chains; /* struct symbol_chain, by file offset */
	struct key_map units;  /* struct task_unit of task_type.c, by unit */
	struct dropped_guards dropped_guards;
};

/*
 * Looks for files, once. As the next two it returns 0, also where nothing was found, or a
 * negative errno.
 */
int symbol_module_search(struct symbol_module *m, bool own);
/* Finds what holds for the whole binary: quality, crates with a main, the runtime's marker. */
int symbol_module_know(struct symbol_module *m);
/* Opens the tables, once. One that cannot be opened lowers the quality. */
int symbol_module_load(struct symbol_module *m);
/* Describes it for symbol_writer_binary(). */
int symbol_module_binary(struct symbol_module *m, struct symbol_binary *out);

/* Offset in the file of a virtual address. False: in no segment of it. */
bool symbol_module_offset(const struct symbol_module *m, uint64_t vaddr, uint64_t *offset);

/* The module of a file at a path, instead of that of a mapping. */
struct symbol_module *symbolizer_module_at(struct symbolizer *s, const uint8_t *build_id,
					   size_t build_id_bytes, const char *path);

/*
 * The facts of an address, looked up on first use; `count` 0: there are none. 0 or a negative
 * errno.
 */
int symbol_module_facts(struct symbol_module *m, uint64_t file_offset,
			const struct symbol_facts **out);

/* The function of a definition: named, its origin found; once. */
int symbol_function_of(struct symbol_module *m, struct symbol_definition *d,
		       const struct symbol_function **out);
/*
 * The closure that a job of `crate` runs, by the types in the job's name: the user's, else one of
 * another crate; NULL: neither. 0 or -ENOMEM.
 */
int symbol_job_closure(struct symbol_module *m, const char *name, const char *crate,
		       const struct symbol_frame **out);
/* task_type.c: frees what it kept of a module. */
void symbol_task_units_close(struct symbol_module *m);

/* Folded names of the functions in `aliases` other than `site`, by '\n'; NULL: none. */
const char *symbol_aliases(struct symbol_module *m, const char *aliases, const char *site);
/* A path of debug information, joined with its unit's directory where relative. */
const char *symbol_path_full(struct symbol_module *m, const char *path, const char *comp_dir);
/* `path` without the directory the unit was compiled in. */
const char *symbol_path_short(const char *path, const char *comp_dir);

#endif
