/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/array.h"

#include <stdlib.h>
#include <string.h>

bool array_grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t want = *room ? *room * 2 : 16;
	void *grown;
	void *old;

	if (count < *room)
		return true;
	memcpy(&old, array, sizeof(old));
	grown = reallocarray(old, want, size);
	if (!grown)
		return false;
	memcpy(array, &grown, sizeof(grown));
	*room = want;
	return true;
}
