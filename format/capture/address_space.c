/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/capture/address_space.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Position of the first range that ends after `address`. */
static size_t first_after(const struct address_space *space, uint64_t address)
{
	size_t low = 0, high = space->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (space->range[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int address_space_map(struct address_space *space, uint64_t start, uint64_t end, uint32_t mapping)
{
	struct address_range instead[3];
	size_t first, after, pieces = 0;

	/* A mapping inside an older one leaves two pieces of that: one range becomes three. */
	if (!array_reserve(&space->range, space->count, 2, &space->capacity, sizeof(*space->range)))
		return -ENOMEM;
	first = after = first_after(space, start);
	while (after < space->count && space->range[after].start < end)
		after++;

	if (first < after && space->range[first].start < start) {
		instead[pieces] = space->range[first];
		instead[pieces++].end = start;
	}
	instead[pieces++] = (struct address_range) {start, end, mapping};
	if (first < after && space->range[after - 1].end > end) {
		instead[pieces] = space->range[after - 1];
		instead[pieces++].start = end;
	}
	if (space->count > after)
		memmove(space->range + first + pieces, space->range + after,
			(space->count - after) * sizeof(*space->range));
	memcpy(space->range + first, instead, pieces * sizeof(*instead));
	space->count = space->count - (after - first) + pieces;
	space->version++;
	return 0;
}

uint32_t address_space_find(const struct address_space *space, uint64_t address)
{
	size_t at = first_after(space, address);

	if (at == space->count || space->range[at].start > address)
		return 0;
	return space->range[at].mapping;
}

void address_space_free(struct address_space *space)
{
	free(space->range);
	*space = (struct address_space) {0};
}
