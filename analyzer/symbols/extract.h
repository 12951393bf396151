/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_EXTRACT_H
#define HUD_ANALYZER_SYMBOLS_EXTRACT_H

#include "analyzer/debuginfo/dwarf_index.h"
#include "analyzer/rules/rules.h"
#include "analyzer/symbols/facts.h"
#include "analyzer/base/text_pool.h"

/*
 * Facts about addresses out of one binary's files. Each thread has an extraction of its own; what
 * they read from is shared and never changes.
 */
struct symbol_source {
	struct dwarf_index *index; /* NULL: no debug information */
	const struct elf_symbols *symtab, *dynsym;
	const struct rules *rules;
};

struct symbol_extract;

struct symbol_address {
	uint64_t key;            /* the caller's: file offset */
	uint64_t vaddr;          /* asked for */
	struct dwarf_unit *unit; /* dwarf_index_unit(); NULL: none */
	struct symbol_facts *facts;
};

/* `keep`: a unit's tables are built whole and kept, for addresses that come one by one. */
int symbol_extract_open(const struct symbol_source *source, bool keep, struct symbol_extract **out);
/* Fills in `facts` of addresses of one unit, sorted by vaddr. */
int symbol_extract_unit(struct symbol_extract *e, struct symbol_address *addresses, size_t count);
/* Frees all but the facts: their memory is taken over by `pool`, or freed where that is NULL. */
void symbol_extract_close(struct symbol_extract *e, struct text_pool *pool);

/*
 * The same for addresses of many units in any order, over all processors. They are sorted in place.
 * `shared` takes over the facts' memory.
 */
int symbol_extract_all(const struct symbol_source *source, struct symbol_address *addresses,
		       size_t count, struct text_pool *shared);

#endif
