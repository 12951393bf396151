/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"

#include <stdlib.h>
#include <string.h>

void text_add(struct text *t, const char *bytes, size_t length)
{
	if (t->failed || !length)
		return;
	if (length >= t->room - t->length || !t->room) {
		size_t room = (t->length + length + 1) * 2;
		char *grown = realloc(t->bytes, room);

		if (!grown) {
			t->failed = true;
			return;
		}
		t->bytes = grown;
		t->room = room;
	}
	memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
	t->bytes[t->length] = '\0';
}

void text_add_string(struct text *t, const char *string)
{
	text_add(t, string, strlen(string));
}

void text_close(struct text *t)
{
	free(t->bytes);
	memset(t, 0, sizeof(*t));
}
