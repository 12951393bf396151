/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 16

bool array_reserve(void *array, size_t count, size_t more, size_t *room, size_t bytes)
{
	size_t wanted = *room ? 2 * *room : ROOM_MIN;
	void *old, *grown;

	if (more <= *room - count)
		return true;
	if (wanted - count < more)
		wanted = count + more;
	memcpy(&old, array, sizeof(old));
	grown = reallocarray(old, wanted, bytes);
	if (!grown)
		return false;
	memcpy(array, &grown, sizeof(grown));
	*room = wanted;
	return true;
}

bool array_grow(void *array, size_t count, size_t *room, size_t bytes)
{
	return array_reserve(array, count, 1, room, bytes);
}
