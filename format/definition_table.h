/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_DEFINITION_TABLE_H
#define HUD_FORMAT_DEFINITION_TABLE_H

#include "format/wire.h"

/*
 * Records that define something, found by id and by exact content.
 *
 * Ids are dense, begin at 1 and are never given twice, not even after forgetting. A table keeps its
 * own copies; they stay where they are until it forgets or is freed.
 */
struct definition {
	struct hud_record *record;
	uint64_t chunk; /* the last one it was written in; 0: none */
	uint32_t hash;
	uint32_t layout; /* user stacks: the address space's version when its mappings were found */
};

struct definition_table {
	uint16_t key_from; /* the bytes of a record that tell it from others: [key_from, key_to) */
	uint16_t key_to;   /* 0: to its end */
	uint64_t seed;     /* of the hash, so that a target cannot choose what collides */
	uint64_t first_id;
	struct definition *definition;
	size_t count, capacity;
	uint32_t *slot; /* open addressing; position in `definition` plus 1 */
	size_t slots;   /* a power of two, or 0 */
	struct definition_block *block;
	size_t bytes; /* memory held */
};

void definition_table_init(struct definition_table *t, uint16_t key_from, uint16_t key_to,
			   uint64_t seed);
void definition_table_free(struct definition_table *t);

/* The id that the next new record gets. */
uint64_t definition_table_next_id(const struct definition_table *t);

/* A new definition, whatever is there already. Its id or a negative errno. */
int64_t definition_table_append(struct definition_table *t, const struct hud_record *record);

/* The one with the same key, else a new one. Its id or a negative errno. */
int64_t definition_table_intern(struct definition_table *t, const struct hud_record *record);

/* The one with the same key, or NULL. */
struct definition *definition_table_find(const struct definition_table *t,
					 const struct hud_record *record);

/* NULL: no such id, or forgotten. */
struct definition *definition_table_at(const struct definition_table *t, uint64_t id);

/* Gives all memory back; ids go on. */
void definition_table_forget(struct definition_table *t);

#endif
