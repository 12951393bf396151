/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_TEXT_POOL_H
#define HUD_ANALYZER_BASE_TEXT_POOL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory that is freed all at once: strings, each kept only once so that equal strings are equal
 * pointers, and blocks for other objects. All zeros is an empty pool.
 */
struct text_pool {
	struct text_block *blocks;
	const char **slots; /* hash table with open addressing; slot_count is a power of two */
	uint32_t *hashes;
	size_t slot_count;
	size_t used;
};

/* Frees all strings and blocks. */
void text_pool_close(struct text_pool *p);

/*
 * Moves the memory of `from`, which is empty afterwards, to `p`. Its strings are not found by
 * intern().
 */
void text_pool_adopt(struct text_pool *p, struct text_pool *from);

/* Zeroed memory, aligned for any object. NULL: out of memory. */
void *text_pool_alloc(struct text_pool *p, size_t bytes);

/* The one copy of these bytes, with a terminating zero. NULL: out of memory. */
const char *text_pool_intern(struct text_pool *p, const char *text, size_t bytes);

#endif
