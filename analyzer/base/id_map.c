/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/id_map.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t mix(uint64_t first, uint64_t second)
{
	uint64_t h = (first ^ (second * 0x9E3779B97F4A7C15u)) * 0xBF58476D1CE4E5B9u;

	h ^= h >> 31;
	h *= 0x94D049BB133111EBu;
	return h ^ (h >> 29);
}

/* The slot of this key, or the free slot for it; there always is one. */
static struct id_map_slot *find(const struct id_map *map, uint64_t first, uint64_t second)
{
	size_t at = (size_t)mix(first, second) & (map->slots - 1);

	while (map->slot[at].value &&
	       (map->slot[at].first != first || map->slot[at].second != second))
		at = (at + 1) & (map->slots - 1);
	return &map->slot[at];
}

static int grow(struct id_map *map)
{
	struct id_map larger = {.slots = map->slots ? map->slots * 2 : 64, .used = map->used};

	larger.slot = calloc(larger.slots, sizeof(*larger.slot));
	if (!larger.slot)
		return -ENOMEM;
	for (size_t i = 0; i < map->slots; i++) {
		if (map->slot[i].value)
			*find(&larger, map->slot[i].first, map->slot[i].second) = map->slot[i];
	}
	free(map->slot);
	*map = larger;
	return 0;
}

uint64_t id_map_get(const struct id_map *map, uint64_t first, uint64_t second)
{
	return map->slots ? find(map, first, second)->value : 0;
}

int id_map_set(struct id_map *map, uint64_t first, uint64_t second, uint64_t value)
{
	struct id_map_slot *slot;

	if (map->used * 4 >= map->slots * 3) {
		int err = grow(map);

		if (err)
			return err;
	}
	slot = find(map, first, second);
	if (!slot->value)
		map->used++;
	*slot = (struct id_map_slot) {first, second, value};
	return 0;
}

void id_map_free(struct id_map *map)
{
	free(map->slot);
	*map = (struct id_map) {0};
}
