/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_clean.h"
#include "format/base/text_sequence.h"

#include <stdlib.h>
#include <string.h>

char *text_clean(const char *text, size_t bytes)
{
	static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
	char *clean = malloc(bytes * 3 + 1);
	size_t out = 0;

	if (!clean)
		return NULL;
	for (size_t i = 0; i < bytes;) {
		size_t length = text_sequence(text + i, bytes - i);

		memcpy(clean + out, length ? text + i : replacement, length ? length : 3);
		out += length ? length : 3;
		i += length ? length : 1;
	}
	clean[out] = '\0';
	return clean;
}
