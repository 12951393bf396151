/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/key_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t key_slot(const struct key_map *map, uint64_t key)
{
	size_t at = (size_t)((key * 0x9e3779b97f4a7c15U) >> 20) & (map->slots - 1);

	while (map->values[at] && map->keys[at] != key)
		at = (at + 1) & (map->slots - 1);
	return at;
}

void *key_map_find(const struct key_map *map, uint64_t key)
{
	return map->slots ? map->values[key_slot(map, key)] : NULL;
}

static int key_map_double(struct key_map *map)
{
	struct key_map grown = {.slots = map->slots ? map->slots * 2 : 256};

	grown.keys = calloc(grown.slots, sizeof(*grown.keys));
	grown.values = calloc(grown.slots, sizeof(*grown.values));
	if (!grown.keys || !grown.values) {
		key_map_close(&grown);
		return -ENOMEM;
	}
	for (size_t i = 0; i < map->slots; i++)
		if (map->values[i])
			key_map_put(&grown, map->keys[i], map->values[i]);
	key_map_close(map);
	*map = grown;
	return 0;
}

int key_map_put(struct key_map *map, uint64_t key, void *value)
{
	size_t at;

	if (map->used * 2 >= map->slots && key_map_double(map))
		return -ENOMEM;
	at = key_slot(map, key);
	map->used += map->values[at] ? 0 : 1;
	map->keys[at] = key;
	map->values[at] = value;
	return 0;
}

void key_map_close(struct key_map *map)
{
	free(map->keys);
	free(map->values);
	memset(map, 0, sizeof(*map));
}
