/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/paint.h"

#include <ncursesw/curses.h>
#include <stdlib.h>

#define COLUMNS_MOST 1000

short paint_colour(enum paint paint)
{
	static const short colours[PAINTS] = {
		[PAINT_PLAIN] = -1,          [PAINT_BAD] = COLOR_RED,
		[PAINT_CARE] = COLOR_YELLOW, [PAINT_GOOD] = COLOR_GREEN,
		[PAINT_TITLE] = COLOR_CYAN,  [PAINT_DOUBT] = COLOR_MAGENTA,
		[PAINT_CALM] = COLOR_BLUE,
	};

	return colours[paint];
}

static void begin(const struct canvas *c, enum paint paint, unsigned style)
{
	attr_t attributes = A_NORMAL;

	if (style & STYLE_BOLD)
		attributes |= A_BOLD;
	if (style & STYLE_DIM)
		attributes |= A_DIM;
	if (style & STYLE_REVERSE)
		attributes |= A_REVERSE;
	attr_set(attributes, c->colour ? (short)paint : 0, NULL);
}

static int room_at(const struct canvas *c, int y, int x, int width)
{
	if (y < 0 || y >= c->rows || x < 0 || x >= c->columns || width <= 0)
		return 0;
	width = c->columns - x < width ? c->columns - x : width;
	return width < COLUMNS_MOST ? width : COLUMNS_MOST;
}

int paint_text(const struct canvas *c, int y, int x, int width, const char *text, enum paint paint,
	       unsigned style)
{
	wchar_t out[3 * COLUMNS_MOST + 1];
	int used;

	width = room_at(c, y, x, width);
	if (!width)
		return 0;
	used = cells_fit(&c->form, text, width, out, sizeof(out) / sizeof(*out));
	begin(c, paint, style);
	mvaddwstr(y, x, out);
	begin(c, PAINT_PLAIN, 0);
	return used;
}

void paint_right(const struct canvas *c, int y, int x, int width, const char *text,
		 enum paint paint, unsigned style)
{
	wchar_t out[3 * COLUMNS_MOST + 1];
	int used;

	width = room_at(c, y, x, width);
	if (!width)
		return;
	used = cells_fit(&c->form, text, width, out, sizeof(out) / sizeof(*out));
	begin(c, paint, style);
	mvaddwstr(y, x + width - used, out);
	begin(c, PAINT_PLAIN, 0);
}

void paint_repeat(const struct canvas *c, int y, int x, int count, char letter, enum paint paint,
		  unsigned style)
{
	count = room_at(c, y, x, count);
	begin(c, paint, style);
	for (int i = 0; i < count; i++)
		mvaddch(y, x + i, (chtype)(unsigned char)letter);
	begin(c, PAINT_PLAIN, 0);
}

void paint_row(const struct canvas *c, int y, enum paint paint, unsigned style)
{
	paint_repeat(c, y, 0, c->columns, ' ', paint, style);
}
