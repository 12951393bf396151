/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_SECTIONS_H
#define HUD_ANALYZER_DWARF_SECTIONS_H

#include "analyzer/base/bytes.h"

#include <libelf.h>

/*
 * The sections of one file with debug information (DWARF 2 to 5): a binary, a separate debug file,
 * a dwz supplement, a .dwo or a .dwp. They are read in place, without a copy; compressed ones are
 * unpacked.
 */
enum dwarf_section {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_LINE,
	DWARF_STR,
	DWARF_LINE_STR,
	DWARF_STR_OFFSETS,
	DWARF_ADDR,
	DWARF_RANGES,
	DWARF_RNGLISTS,
	DWARF_CU_INDEX,
	DWARF_LOC, /* this and the next only where they are not compressed: few readers want them */
	DWARF_LOCLISTS,
	DWARF_SECTIONS,
};

struct dwarf_view {
	const uint8_t *start; /* NULL: the file has no such section */
	size_t bytes;
};

struct dwarf_sections {
	struct dwarf_view view[DWARF_SECTIONS];
	void *unpacked[DWARF_SECTIONS]; /* owned; NULL: the view is of the file itself */
	bool split;                     /* these are the .dwo sections */
	const char *problem;            /* why a section could not be unpacked; NULL */
};

/*
 * Finds the sections of an open file, which must stay open. An object may have both skeleton and
 * split units (-gsplit-dwarf=single): `split` says which to take first. 0; -ENODATA: no .debug_info
 * or no .debug_abbrev; -ENOMEM. On an error there is nothing to close.
 */
int dwarf_sections_open(struct dwarf_sections *s, Elf *elf, bool split);
void dwarf_sections_close(struct dwarf_sections *s);

/* A section from an offset on; no bytes, and failed, where the offset is not in the section. */
static inline struct byte_reader dwarf_view_from(const struct dwarf_view *view, uint64_t offset)
{
	if (offset >= view->bytes)
		return (struct byte_reader) {.failed = true};
	return bytes_of(view->start + offset, view->bytes - offset);
}

/*
 * Number `index` of a table of numbers of `bytes` each, which begins at `base`. False: none there.
 */
static inline bool dwarf_view_number(const struct dwarf_view *view, uint64_t base, uint64_t index,
				     unsigned int bytes, uint64_t *out)
{
	struct byte_reader at;

	if (base > view->bytes || index > (view->bytes - base) / bytes)
		return false;
	at = dwarf_view_from(view, base + index * bytes);
	*out = bytes_fixed(&at, bytes);
	return !at.failed;
}

#endif
