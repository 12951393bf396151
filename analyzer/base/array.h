/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_ARRAY_H
#define HUD_ANALYZER_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes room for one more element of `size` bytes in a heap array that has `count` of them; `array`
 * is the address of the pointer to it. False: out of memory, nothing has changed.
 */
bool array_grow(void *array, size_t count, size_t *room, size_t size);

#endif
