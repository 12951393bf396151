/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever the symbol tables of an ELF file are, the notes, the links to debug files and the packed
 * table in .gnu_debugdata, they give functions or none, and each function found holds its address.
 */
#include "analyzer/elf/file.h"
#include "analyzer/elf/symbols.h"
#include "tests/fuzz/frame.h"

static void table_search(const struct elf_file *f, uint32_t type)
{
	struct elf_symbols table;

	MUST(!elf_symbols_open(&table, f->elf, type));
	for (size_t i = 0; i < table.count; i++) {
		uint64_t at = table.items[i].start;
		const struct elf_symbol *found = elf_symbols_find(&table, at);
		const struct elf_symbol *starting = elf_symbols_starting(&table, at);

		MUST(!found || (found->start <= at && at < found->end));
		MUST(starting && starting->start == at);
		MUST(strlen(table.items[i].name) < f->bytes);
		MUST(!table.items[i].file || strlen(table.items[i].file) < f->bytes);
	}
	elf_symbols_close(&table);
}

static void file_search(struct elf_file *f)
{
	const struct build_id *hash;
	uint64_t vaddr, offset;

	table_search(f, SHT_SYMTAB);
	table_search(f, SHT_DYNSYM);
	elf_file_text_hash(f, &hash);
	elf_file_crc(f);
	for (size_t i = 0; i < f->segment_count; i++)
		if (elf_file_vaddr(f, f->segments[i].offset, &vaddr))
			elf_file_offset(f, vaddr, &offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	struct elf_file file, inner;
	size_t bytes;
	uint8_t *image = supply_rest(&supply, &bytes);

	if (elf_file_open_memory(&file, image, bytes))
		return 0;
	file_search(&file);
	if (!elf_file_debugdata(&file, &inner)) {
		file_search(&inner);
		elf_file_close(&inner);
	}
	elf_file_close(&file);
	return 0;
}
