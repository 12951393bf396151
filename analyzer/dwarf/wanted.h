/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_WANTED_H
#define HUD_ANALYZER_DWARF_WANTED_H

#include "analyzer/base/sorted.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The addresses that a caller asks for, in ascending order, so that a reader can skip all else. */
struct dwarf_wanted {
	const uint64_t *address; /* NULL: all addresses */
	size_t count;
};

/* Index of the first wanted address at or after this one. */
static inline size_t dwarf_wanted_from(const struct dwarf_wanted *wanted, uint64_t address)
{
	return sorted_below(wanted->address, 0, wanted->count, sizeof(*wanted->address), address);
}

/* Is any wanted address in [start, end)? */
static inline bool dwarf_wanted_in(const struct dwarf_wanted *wanted, uint64_t start, uint64_t end)
{
	size_t at;

	if (!wanted->address)
		return true;
	at = dwarf_wanted_from(wanted, start);
	return at < wanted->count && wanted->address[at] < end;
}

#endif
