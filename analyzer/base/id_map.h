/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_ID_MAP_H
#define HUD_ANALYZER_BASE_ID_MAP_H

#include <stddef.h>
#include <stdint.h>

/* A hash map from a pair of numbers to a number that is not 0. All zeros is an empty map. */
struct id_map_slot {
	uint64_t first;
	uint64_t second;
	uint64_t value; /* 0: free */
};

struct id_map {
	struct id_map_slot *slot;
	size_t slots; /* a power of two, or 0 */
	size_t used;
};

/* 0: not in the map. */
uint64_t id_map_get(const struct id_map *map, uint64_t first, uint64_t second);

/* Adds or replaces; `value` must not be 0. 0 or -ENOMEM. */
int id_map_set(struct id_map *map, uint64_t first, uint64_t second, uint64_t value);

void id_map_free(struct id_map *map);

#endif
