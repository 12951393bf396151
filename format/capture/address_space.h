/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_ADDRESS_SPACE_H
#define HUD_FORMAT_CAPTURE_ADDRESS_SPACE_H

#include <stddef.h>
#include <stdint.h>

/* The mappings of one process by address; a newer mapping replaces what it overlaps. */
struct address_range {
	uint64_t start, end; /* [start, end) */
	uint32_t mapping;
};

struct address_space {
	struct address_range *range; /* sorted, without overlaps */
	size_t count, capacity;
	uint32_t version; /* changes with every mapping */
};

/* Maps [start, end), which must not be empty; replaces older mappings there. 0 or -errno. */
int address_space_map(struct address_space *space, uint64_t start, uint64_t end, uint32_t mapping);

/* The mapping that holds the address; 0: none. */
uint32_t address_space_find(const struct address_space *space, uint64_t address);

void address_space_free(struct address_space *space);

#endif
