/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/cells.h"

#include <stdint.h>
#include <string.h>

#define COMBINING_MOST 2 /* after one character; the rest is left out */

/*
 * The next character of UTF-8, and its bytes. What is no UTF-8 is U+FFFD, byte by byte. The text is
 * not at its end.
 */
static uint32_t utf8_next(const unsigned char *text, int *bytes)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	int length = *text < 0x80             ? 1
		     : (*text & 0xe0) == 0xc0 ? 2
		     : (*text & 0xf0) == 0xe0 ? 3
		     : (*text & 0xf8) == 0xf0 ? 4
					      : 0;
	uint32_t code = length == 1 ? *text : *text & (0x7fu >> length);

	*bytes = 1;
	if (!length)
		return 0xfffd;
	for (int i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0xfffd;
		code = code << 6 | (text[i] & 0x3fu);
	}
	if (length > 1 && (code < least[length] || code > 0x10ffff))
		return 0xfffd;
	*bytes = length;
	return code;
}

/*
 * What acts on characters outside of the name that it is in: marks of direction; and what joins or
 * alters its neighbours, of which terminals disagree how many columns are left of them.
 */
static bool acts_on_others(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x061c, 0x061c},   {0x200b, 0x200f},   {0x202a, 0x202e},
		{0x2060, 0x206f},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
		{0x1f1e6, 0x1f1ff}, {0x1f3fb, 0x1f3ff}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	}
	return false;
}

/* What the terminal gets for it, and how many columns that takes. */
static wchar_t shown(const struct cells_form *form, uint32_t code, int *columns)
{
	int width;

	if (code >= 0x20 && code < 0x7f) {
		*columns = 1;
		return (wchar_t)code;
	}
	*columns = 1;
	if (!form->unicode)
		return L'?';
	if (code < 0x20 || (code >= 0x7f && code < 0xa0) || acts_on_others(code) ||
	    (code >= 0xd800 && code < 0xe000))
		return 0xfffd;
	width = wcwidth((wchar_t)code);
	if (width < 0)
		return 0xfffd;
	*columns = width;
	return (wchar_t)code;
}

/* A text that is being written. */
struct writing {
	wchar_t *out;
	size_t room, count;
	int columns, combining;
	size_t last; /* where the last character that takes columns begins */
	int last_columns;
};

static void put(struct writing *w, wchar_t c, int columns)
{
	if (!columns && (w->combining == COMBINING_MOST || !w->count))
		return;
	if (w->count + 1 >= w->room)
		return;
	if (columns) {
		w->last = w->count;
		w->last_columns = columns;
	}
	w->combining = columns ? 0 : w->combining + 1;
	w->out[w->count++] = c;
	w->columns += columns;
}

/* Takes characters back until the ellipsis has a column. */
static void cut(struct writing *w, const struct cells_form *form, int columns)
{
	if (columns <= 0)
		return;
	if (w->columns == columns && w->count) {
		w->count = w->last;
		w->columns -= w->last_columns;
	}
	if (w->count + 1 < w->room) {
		w->out[w->count++] = form->unicode ? L'…' : L'~';
		w->columns++;
	}
}

int cells_fit(const struct cells_form *form, const char *text, int columns, wchar_t *out,
	      size_t room)
{
	struct writing w = {.out = out, .room = room};
	const unsigned char *at = (const unsigned char *)text;

	if (!room)
		return 0;
	while (*at) {
		int bytes, width;
		wchar_t c = shown(form, utf8_next(at, &bytes), &width);

		if (w.columns + width > columns) {
			cut(&w, form, columns);
			break;
		}
		put(&w, c, width);
		at += bytes;
	}
	out[w.count] = L'\0';
	return w.columns;
}
