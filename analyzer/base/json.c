/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/json.h"
#include "format/base/text_sequence.h"

#include <stdbool.h>
#include <string.h>

/* What can stand in a JSON string as it is. `also`: what cannot, beside what JSON forbids. */
static bool is_plain(unsigned char c, char also)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != (unsigned char)also;
}

static void write_text(FILE *out, const char *text, char also)
{
	size_t left = text ? strlen(text) : 0;

	if (!text) {
		fputs("null", out);
		return;
	}
	putc_unlocked('"', out);
	while (left) {
		unsigned char c = (unsigned char)*text;
		size_t plain = 0, length = 0;

		while (plain < left && is_plain((unsigned char)text[plain], also))
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

void json_text(FILE *out, const char *text)
{
	write_text(out, text, '"');
}

void json_text_in_page(FILE *out, const char *text)
{
	write_text(out, text, '<');
}
