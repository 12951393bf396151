/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_DEFINITION_TABLE_H
#define HUD_FORMAT_CAPTURE_DEFINITION_TABLE_H

#include "format/wire/chunk.h"

/*
 * Definition records, found by id or by exact content.
 *
 * Ids are dense, begin at 1 and are never reused, not even after definition_table_forget(). A table
 * keeps its own copies; they do not move until it forgets them or is freed.
 */
struct definition {
	struct hud_record *record;
	uint64_t chunk; /* the last chunk it was written in; 0: none */
	uint32_t hash;
	uint32_t space_version; /* user stacks: the address space's, when its mappings were found */
};

struct definition_table {
	uint16_t key_from; /* a record's key is its bytes [key_from, key_to) */
	uint16_t key_to;   /* 0: to its end */
	uint64_t seed;     /* of the hash, so that a target cannot provoke collisions */
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

/* Adds a definition, even if there is one with the same key. Its id or a negative errno. */
int64_t definition_table_append(struct definition_table *t, const struct hud_record *record);

/* Finds the definition with the same key, or adds one. Its id or a negative errno. */
int64_t definition_table_intern(struct definition_table *t, const struct hud_record *record);

/* The definition with the same key, or NULL. */
struct definition *definition_table_find(const struct definition_table *t,
					 const struct hud_record *record);

/* NULL: no such id, or forgotten. */
struct definition *definition_table_at(const struct definition_table *t, uint64_t id);

/* Frees all definitions; ids continue. */
void definition_table_forget(struct definition_table *t);

#endif
