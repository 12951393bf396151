/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_SORTED_H
#define HUD_ANALYZER_BASE_SORTED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Binary search in an array of structs that is sorted by one uint64_t member, an address or an
 * offset. Inlined, so that the size of an item is a constant.
 */

static inline size_t sorted_below(const void *items, size_t offset, size_t count, size_t stride,
				  uint64_t key)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t at;

		memcpy(&at, (const char *)items + offset + middle * stride, sizeof(at));
		if (at < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many items are before `key`: the index of the first one at or after it. */
#define SORTED_BELOW(items, count, member, key)                                                    \
	sorted_below((items), offsetof(__typeof__(*(items)), member), (count), sizeof(*(items)),   \
		     (key))

/* How many items are at or before `key`. */
#define SORTED_UP_TO(items, count, member, key)                                                    \
	((key) == UINT64_MAX ? (count) : SORTED_BELOW(items, count, member, (key) + 1))

#endif
