/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_BASE_ARRAY_H
#define HUD_FORMAT_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes room for `more` items of `bytes` each after the first `count` of a heap array, at least
 * doubling its room. `array` is the address of the pointer to the items, `*room` how many fit.
 * False: out of memory, and nothing has changed.
 */
bool array_reserve(void *array, size_t count, size_t more, size_t *room, size_t bytes);
/* The same for one more item. */
bool array_grow(void *array, size_t count, size_t *room, size_t bytes);

#endif
