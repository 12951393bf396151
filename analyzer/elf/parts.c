/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/elf/parts.h"

enum { PROGRAM_HEADERS_MAX = 4096 };

bool elf_section_next(Elf *elf, Elf_Scn **section, GElf_Shdr *header, const char **name)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((*section = elf_nextscn(elf, *section))) {
		if (!gelf_getshdr(*section, header))
			continue;
		*name = elf_strptr(elf, names, header->sh_name);
		if (!*name)
			*name = "";
		return true;
	}
	return false;
}

bool elf_program_headers(Elf *elf, size_t *count)
{
	return !elf_getphdrnum(elf, count) && *count <= PROGRAM_HEADERS_MAX;
}
