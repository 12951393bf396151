/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_ELF_PARTS_H
#define HUD_ANALYZER_ELF_PARTS_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>

/* Sections and program headers of an open ELF file, whose headers may claim anything. */

/*
 * Moves to the next section that has a header; `*section` is NULL before the first one. `*name` is
 * "" where it cannot be read. False: there are no more, or the file has no names of sections.
 */
bool elf_section_next(Elf *elf, Elf_Scn **section, GElf_Shdr *header, const char **name);

/* How many program headers there are. False: more than any file has, or they cannot be read. */
bool elf_program_headers(Elf *elf, size_t *count);

#endif
