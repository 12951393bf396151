/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever the debug information of an ELF file is, each of its addresses gives functions and lines
 * or none: units, entries, abbreviations, ranges, lines, compressed sections, its own split units,
 * and, with the same file as package and as supplement, those.
 */
#include "analyzer/dwarf/index.h"
#include "analyzer/elf/symbols.h"
#include "analyzer/symbols/extract.h"
#include "tests/fuzz/frame.h"

#include "analyzer/elf/file.h"

enum { ADDRESSES = 64 };

/* Addresses all over the segments; without any, small ones. */
static uint64_t address_of(const struct elf_file *f, size_t i)
{
	const struct elf_segment *s;

	if (!f->segment_count)
		return i * 4;
	s = &f->segments[i % f->segment_count];
	return s->vaddr + s->bytes / ADDRESSES * i;
}

static void facts_read(const struct symbol_source *source, const struct elf_file *f)
{
	struct symbol_address address[ADDRESSES] = {{0}};
	struct text_pool pool = {0};

	for (size_t i = 0; i < ADDRESSES; i++) {
		address[i].key = i;
		address[i].vaddr = address_of(f, i);
		address[i].unit = dwarf_index_unit(source->index, address[i].vaddr);
	}
	MUST(!symbol_extract_all(source, address, ADDRESSES, &pool));
	text_pool_close(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	struct elf_symbols symtab, dynsym;
	struct dwarf_index_options options = {0};
	struct symbol_source source = {.symtab = &symtab, .dynsym = &dynsym};
	uint8_t kind = supply_byte(&supply), *image;
	struct elf_file file;
	struct rules *rules;
	size_t bytes;

	image = supply_rest(&supply, &bytes);
	if (elf_file_open_memory(&file, image, bytes))
		return 0;
	options.elf = file.elf;
	options.package = kind & 1 ? &file : NULL;
	options.supplement = kind & 2 ? &file : NULL;
	MUST(!rules_open(&rules));
	source.rules = rules;
	MUST(!elf_symbols_open(&symtab, file.elf, SHT_SYMTAB) &&
	     !elf_symbols_open(&dynsym, file.elf, SHT_DYNSYM));
	if (!dwarf_index_open(&options, &source.index)) {
		facts_read(&source, &file);
		dwarf_index_close(source.index);
	}
	elf_symbols_close(&symtab);
	elf_symbols_close(&dynsym);
	rules_close(rules);
	elf_file_close(&file);
	return 0;
}
