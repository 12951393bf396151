/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/definition_table.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 << 10) /* holds many records; the largest has 4 KiB */
#define SLOTS_FIRST 64u

struct definition_block {
	struct definition_block *next;
	size_t used, capacity;
	uint64_t data[];
};

struct key {
	const uint8_t *data;
	size_t bytes;
	uint32_t hash;
};

static uint64_t mix(uint64_t value)
{
	value ^= value >> 32;
	value *= 0xd6e8feb86659fd93u;
	value ^= value >> 29;
	return value;
}

static uint32_t hash_bytes(const uint8_t *data, size_t bytes, uint64_t seed)
{
	uint64_t hash = mix(seed ^ bytes), word;

	for (; bytes >= sizeof(word); data += sizeof(word), bytes -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		hash = mix(hash ^ word) + 0x9e3779b97f4a7c15u;
	}
	word = 0;
	memcpy(&word, data, bytes);
	return (uint32_t)(mix(hash ^ word) >> 16);
}

static struct key record_key(const struct definition_table *t, const struct hud_record *record)
{
	struct key key = {
		.data = (const uint8_t *)record + t->key_from,
		.bytes = (t->key_to ? t->key_to : record->size) - t->key_from,
	};

	key.hash = hash_bytes(key.data, key.bytes, t->seed);
	return key;
}

void definition_table_init(struct definition_table *t, uint16_t key_from, uint16_t key_to,
			   uint64_t seed)
{
	*t = (struct definition_table) {
		.key_from = key_from, .key_to = key_to, .seed = seed, .first_id = 1};
}

void definition_table_free(struct definition_table *t)
{
	while (t->block) {
		struct definition_block *next = t->block->next;

		free(t->block);
		t->block = next;
	}
	free(t->definition);
	free(t->slot);
	t->definition = NULL;
	t->slot = NULL;
	t->count = t->capacity = t->slots = t->bytes = 0;
}

void definition_table_forget(struct definition_table *t)
{
	uint64_t next = definition_table_next_id(t);

	definition_table_free(t);
	t->first_id = next;
}

uint64_t definition_table_next_id(const struct definition_table *t)
{
	return t->first_id + t->count;
}

/* Makes room for a record of `bytes` and its definition, so that storing it cannot fail. */
static int reserve(struct definition_table *t, size_t bytes)
{
	size_t room = t->capacity;

	if (!array_grow(&t->definition, t->count, &t->capacity, sizeof(*t->definition)))
		return -ENOMEM;
	t->bytes += (t->capacity - room) * sizeof(*t->definition);
	if (!t->block || t->block->capacity - t->block->used < bytes) {
		size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
		struct definition_block *block = malloc(sizeof(*block) + capacity);

		if (!block)
			return -ENOMEM;
		block->next = t->block;
		block->used = 0;
		block->capacity = capacity;
		t->block = block;
		t->bytes += sizeof(*block) + capacity;
	}
	return 0;
}

int64_t definition_table_append(struct definition_table *t, const struct hud_record *record)
{
	uint64_t id = definition_table_next_id(t);
	void *copy;
	int err;

	if (id > UINT32_MAX)
		return -EOVERFLOW;
	err = reserve(t, record->size);
	if (err)
		return err;
	copy = (uint8_t *)t->block->data + t->block->used;
	memcpy(copy, record, record->size);
	t->block->used += record->size;
	t->definition[t->count++] = (struct definition) {.record = copy};
	return (int64_t)id;
}

/* The slot that holds the key, or the empty one where it belongs. */
static uint32_t *find_slot(const struct definition_table *t, const struct key *key)
{
	for (size_t i = key->hash;; i++) {
		uint32_t *slot = &t->slot[i & (t->slots - 1)];
		const struct definition *d;
		struct key other;

		if (!*slot)
			return slot;
		d = &t->definition[*slot - 1];
		if (d->hash != key->hash)
			continue;
		other.data = (const uint8_t *)d->record + t->key_from;
		other.bytes = (t->key_to ? t->key_to : d->record->size) - t->key_from;
		if (other.bytes == key->bytes && !memcmp(other.data, key->data, key->bytes))
			return slot;
	}
}

static int grow_slots(struct definition_table *t)
{
	size_t slots = t->slots ? t->slots * 2 : SLOTS_FIRST;
	uint32_t *slot = calloc(slots, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	for (size_t i = 0; i < t->count; i++) {
		size_t at = t->definition[i].hash & (slots - 1);

		while (slot[at])
			at = (at + 1) & (slots - 1);
		slot[at] = (uint32_t)(i + 1);
	}
	free(t->slot);
	t->bytes += (slots - t->slots) * sizeof(*slot);
	t->slot = slot;
	t->slots = slots;
	return 0;
}

int64_t definition_table_intern(struct definition_table *t, const struct hud_record *record)
{
	struct key key = record_key(t, record);
	uint32_t *slot;
	int64_t id;
	int err;

	if ((t->count + 1) * 2 > t->slots) {
		err = grow_slots(t);
		if (err)
			return err;
	}
	slot = find_slot(t, &key);
	if (*slot)
		return (int64_t)(t->first_id + *slot - 1);
	id = definition_table_append(t, record);
	if (id < 0)
		return id;
	t->definition[t->count - 1].hash = key.hash;
	*slot = (uint32_t)t->count;
	return id;
}

struct definition *definition_table_find(const struct definition_table *t,
					 const struct hud_record *record)
{
	struct key key;
	uint32_t position;

	if (!t->slots)
		return NULL;
	key = record_key(t, record);
	position = *find_slot(t, &key);
	return position ? &t->definition[position - 1] : NULL;
}

struct definition *definition_table_at(const struct definition_table *t, uint64_t id)
{
	if (id < t->first_id || id - t->first_id >= t->count)
		return NULL;
	return &t->definition[id - t->first_id];
}
