/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_EXTRACT_H
#define HUD_ANALYZER_SYMBOLS_EXTRACT_H

#include "analyzer/base/text_pool.h"
#include "analyzer/dwarf/index.h"
#include "analyzer/elf/symbols.h"
#include "analyzer/facts/facts.h"
#include "analyzer/rules/rules.h"

/*
 * Facts about addresses, out of one binary's files. Each thread has an extraction of its own; the
 * sources they read are shared and never change.
 */
struct symbol_source {
	struct dwarf_index *index; /* NULL: no debug information */
	const struct elf_symbols *symtab, *dynsym;
	const struct rules *rules;
};

struct symbol_extract;

struct symbol_address {
	uint64_t key;            /* for the caller: file offset */
	uint64_t vaddr;          /* to look up */
	struct dwarf_unit *unit; /* dwarf_index_unit(); NULL: none */
	struct symbol_facts *facts;
};

/* `keep`: the tables of a unit are built whole and kept, for addresses that come one by one. */
int symbol_extract_open(const struct symbol_source *source, bool keep, struct symbol_extract **out);
/* Fills in `facts` of addresses of one unit, sorted by vaddr. */
int symbol_extract_unit(struct symbol_extract *e, struct symbol_address *addresses, size_t count);
/* Frees all but the facts, whose memory `pool` takes over; NULL: frees these as well. */
void symbol_extract_close(struct symbol_extract *e, struct text_pool *pool);

/*
 * The same for addresses of many units in any order, on all processors. Sorts them in place.
 * `shared` takes over the memory of the facts.
 */
int symbol_extract_all(const struct symbol_source *source, struct symbol_address *addresses,
		       size_t count, struct text_pool *shared);

#endif
