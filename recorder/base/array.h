/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_ARRAY_H
#define HUD_RECORDER_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes room for `more` items of `bytes` each after the first `count`, at least doubling the room.
 * `array` is the address of the pointer to the items, `*room` how many fit. False: no memory, and
 * nothing changed.
 */
bool array_reserve(void *array, size_t count, size_t more, size_t *room, size_t bytes);

#endif
