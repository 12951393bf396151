/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_KEY_MAP_H
#define HUD_ANALYZER_BASE_KEY_MAP_H

#include <stddef.h>
#include <stdint.h>

/* A hash map from 64-bit keys to pointers that are not NULL. All zeros is an empty map. */
struct key_map {
	uint64_t *keys;
	void **values; /* NULL: free */
	size_t slots;
	size_t used;
};

/* NULL: it is not in the map. */
void *key_map_find(const struct key_map *map, uint64_t key);

/* Adds or replaces. 0 or -ENOMEM. */
int key_map_put(struct key_map *map, uint64_t key, void *value);

void key_map_close(struct key_map *map);

#endif
