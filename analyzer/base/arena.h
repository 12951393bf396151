/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_ARENA_H
#define HUD_ANALYZER_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that lives as long as the symbolizer: blocks handed out and never given back one by one,
 * and strings of which each is kept once, so that equal strings are equal pointers.
 */
struct text_pool {
	struct text_block *blocks;
	const char **slots; /* open addressing; slot_count is a power of two */
	uint32_t *hashes;
	size_t slot_count;
	size_t used;
};

void text_pool_close(struct text_pool *p);
/* Takes over the memory of another pool, which is empty then. */
void text_pool_adopt(struct text_pool *p, struct text_pool *from);
/* Zeroed and aligned for any object; NULL for no memory. */
void *text_pool_alloc(struct text_pool *p, size_t bytes);
/* The one copy of these bytes, terminated; NULL for no memory. */
const char *text_pool_intern(struct text_pool *p, const char *text, size_t bytes);

/* A string being built. Once memory ran out `failed` is set and everything appended is ignored. */
struct text {
	char *bytes; /* terminated; NULL while empty */
	size_t length;
	size_t room;
	bool failed;
};
void text_add(struct text *t, const char *bytes, size_t length);
void text_add_string(struct text *t, const char *string);
void text_close(struct text *t);

/* Room for one more item of `size` bytes behind `count`. False: no memory, nothing changed. */
bool array_grow(void *array, size_t count, size_t *room, size_t size);

#endif
