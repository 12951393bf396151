/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_ADDRESS_SPACE_H
#define HUD_FORMAT_ADDRESS_SPACE_H

#include <stddef.h>
#include <stdint.h>

/* Which mapping of one process holds an address: the newest that was mapped there. */
struct address_range {
	uint64_t start, end; /* [start, end) */
	uint32_t mapping;
};

struct address_space {
	struct address_range *range; /* sorted, none overlaps another */
	size_t count, capacity;
	uint32_t version; /* changes with every mapping */
};

/* Maps [start, end), which must not be empty; what older mappings had there is no longer theirs. */
int address_space_map(struct address_space *space, uint64_t start, uint64_t end, uint32_t mapping);

/* 0: no mapping holds the address. */
uint32_t address_space_find(const struct address_space *space, uint64_t address);

void address_space_free(struct address_space *space);

#endif
