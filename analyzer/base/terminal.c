/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/terminal.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool colour_wanted(FILE *stream)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(stream)) && !(no && *no);
}

int terminal_width(FILE *stream)
{
	struct winsize size;

	if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

/* Bytes of the escape sequence for a colour at `text`; 0: there is none. */
static size_t escape_length(const char *text, size_t length)
{
	size_t i = 2;

	if (length < 2 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (i < length && text[i] != 'm')
		i++;
	return i < length ? i + 1 : length;
}

/*
 * How many bytes fill `width` columns or fewer. Every UTF-8 character is taken to be one column
 * wide.
 */
static size_t text_walk(const char *text, size_t length, int width, int *columns)
{
	size_t i = 0;

	*columns = 0;
	while (i < length) {
		size_t escape = escape_length(text + i, length - i);

		if (!escape && (text[i] & 0xc0) != 0x80) {
			if (*columns == width)
				break;
			++*columns;
		}
		i += escape ? escape : 1;
	}
	return i;
}

int text_width(const char *text, size_t length)
{
	int columns;

	text_walk(text, length, INT_MAX, &columns);
	return columns;
}

size_t text_cut(const char *text, size_t length, int width)
{
	int columns;

	if (text_walk(text, length, width, &columns) == length)
		return length;
	return text_walk(text, length, width > 0 ? width - 1 : 0, &columns);
}
