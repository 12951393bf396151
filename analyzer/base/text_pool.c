/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_pool.h"

#define XXH_INLINE_ALL
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { BLOCK_BYTES = 64 << 10 };

struct text_block {
	struct text_block *next;
	size_t used;
	size_t room;
	alignas(max_align_t) char bytes[];
};

void text_pool_close(struct text_pool *p)
{
	for (struct text_block *b = p->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(p->slots);
	free(p->hashes);
	memset(p, 0, sizeof(*p));
}

static struct text_block *block_add(struct text_pool *p, size_t bytes)
{
	size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
	struct text_block *b = calloc(1, sizeof(*b) + room);

	if (!b)
		return NULL;
	b->room = room;
	b->next = p->blocks;
	p->blocks = b;
	return b;
}

static void *pool_take(struct text_pool *p, size_t bytes, size_t align)
{
	struct text_block *b = p->blocks;
	size_t at = b ? (b->used + align - 1) & ~(align - 1) : 0;

	if (!b || at > b->room || bytes > b->room - at) {
		b = block_add(p, bytes);
		if (!b)
			return NULL;
		at = 0;
	}
	b->used = at + bytes;
	return b->bytes + at;
}

void text_pool_adopt(struct text_pool *p, struct text_pool *from)
{
	struct text_block **last = &from->blocks;

	while (*last)
		last = &(*last)->next;
	/* After our first block, which is the one with room. */
	*last = p->blocks ? p->blocks->next : NULL;
	if (p->blocks)
		p->blocks->next = from->blocks;
	else
		p->blocks = from->blocks;
	from->blocks = NULL;
	text_pool_close(from);
}

void *text_pool_alloc(struct text_pool *p, size_t bytes)
{
	return pool_take(p, bytes ? bytes : 1, alignof(max_align_t));
}

static uint32_t text_hash_of(const char *text, size_t bytes)
{
	return (uint32_t)XXH3_64bits(text, bytes);
}

static bool slots_double(struct text_pool *p)
{
	size_t count = p->slot_count ? p->slot_count * 2 : 1024;
	const char **slots = calloc(count, sizeof(*slots));
	uint32_t *hashes = calloc(count, sizeof(*hashes));

	if (!slots || !hashes) {
		free(slots);
		free(hashes);
		return false;
	}
	for (size_t i = 0; i < p->slot_count; i++) {
		size_t at = p->hashes[i] & (count - 1);

		if (!p->slots[i])
			continue;
		while (slots[at])
			at = (at + 1) & (count - 1);
		slots[at] = p->slots[i];
		hashes[at] = p->hashes[i];
	}
	free(p->slots);
	free(p->hashes);
	p->slots = slots;
	p->hashes = hashes;
	p->slot_count = count;
	return true;
}

/* `kept` is terminated and may be shorter; strncmp() stops at its end. */
static bool text_same(const char *kept, const char *text, size_t bytes)
{
	return !strncmp(kept, text, bytes) && !kept[bytes];
}

const char *text_pool_intern(struct text_pool *p, const char *text, size_t bytes)
{
	uint32_t hash = text_hash_of(text, bytes);
	size_t at;
	char *copy;

	if (p->used * 2 >= p->slot_count && !slots_double(p))
		return NULL;
	for (at = hash & (p->slot_count - 1); p->slots[at]; at = (at + 1) & (p->slot_count - 1))
		if (p->hashes[at] == hash && text_same(p->slots[at], text, bytes))
			return p->slots[at];
	copy = pool_take(p, bytes + 1, 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, bytes);
	copy[bytes] = '\0';
	p->slots[at] = copy;
	p->hashes[at] = hash;
	p->used++;
	return copy;
}
