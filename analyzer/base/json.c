/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/json.h"
#include "analyzer/base/text_clean.h"

#include <stdbool.h>
#include <string.h>

/* What can stand in a JSON string as it is. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void json_text(FILE *out, const char *text)
{
	size_t left = text ? strlen(text) : 0;

	if (!text) {
		fputs("null", out);
		return;
	}
	putc_unlocked('"', out);
	while (left) {
		unsigned char c = (unsigned char)*text;
		size_t plain = 0, length;

		while (plain < left && is_plain((unsigned char)text[plain]))
			plain++;
		length = plain ? plain : text_sequence(text, left);
		if (plain || (length && c >= 0x80))
			fwrite(text, 1, length, out);
		else if (c < 0x80)
			fprintf(out, c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
		else
			fputs("\\ufffd", out);
		text += length ? length : 1;
		left -= length ? length : 1;
	}
	putc_unlocked('"', out);
}
