/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/base/plain.h"
#include "format/base/text_sequence.h"

#include <string.h>

const char *plain_name(const char *name, char out[PATH_MAX])
{
	size_t left = strlen(name), length = 0;

	while (left) {
		size_t bytes = text_sequence(name, left), of = bytes ? bytes : 1;

		if (length + of >= PATH_MAX)
			break;
		memcpy(out + length, bytes ? name : "?", of);
		length += of;
		name += of;
		left -= of;
	}
	out[length] = 0;
	return out;
}
