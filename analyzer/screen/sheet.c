/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/sheet.h"
#include "format/base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sheet_show(struct sheet *p, const char *title, char *text)
{
	sheet_close(p);
	p->text = text;
	snprintf(p->title, sizeof(p->title), "%s", title);
	for (char *at = text; *at;) {
		size_t length = strcspn(at, "\n");
		bool last = !at[length];

		if (!array_grow(&p->line, p->lines, &p->room, sizeof(*p->line))) {
			sheet_close(p);
			return false;
		}
		at[length] = '\0';
		p->line[p->lines++] = at;
		at += length + !last;
	}
	return true;
}

void sheet_close(struct sheet *p)
{
	free(p->line);
	free(p->text);
	*p = (struct sheet) {0};
}

/* What an escape sequence at `text` chooses; its bytes, 0: there is none. */
static size_t style_read(const char *text, enum paint *paint, unsigned *style)
{
	static const enum paint paints[] = {PAINT_PLAIN, PAINT_BAD,   PAINT_GOOD,  PAINT_CARE,
					    PAINT_CALM,  PAINT_DOUBT, PAINT_TITLE, PAINT_PLAIN};
	const char *at = text + 2;

	if (text[0] != '\033' || text[1] != '[')
		return 0;
	for (;;) {
		long code = strtol(at, (char **)&at, 10);

		if (code == 0) {
			*paint = PAINT_PLAIN;
			*style = STYLE_NONE;
		} else if (code == 1) {
			*style |= STYLE_BOLD;
		} else if (code == 2) {
			*style |= STYLE_DIM;
		} else if (code >= 30 && code <= 37) {
			*paint = paints[code - 30];
		}
		if (*at != ';')
			break;
		at++;
	}
	return *at == 'm' ? (size_t)(at + 1 - text) : 0;
}

static void line_draw(const struct canvas *c, int y, const char *text, bool selected)
{
	enum paint paint = PAINT_PLAIN;
	unsigned style = STYLE_NONE;
	char part[1024];
	int x = 0;

	if (selected)
		paint_row(c, y, PAINT_PLAIN, STYLE_REVERSE);
	while (*text && x < c->columns) {
		size_t bytes = style_read(text, &paint, &style);

		if (bytes) {
			text += bytes;
			continue;
		}
		bytes = 1 + strcspn(text + 1, "\033");
		snprintf(part, sizeof(part), "%.*s", (int)bytes, text);
		x += paint_text(c, y, x, c->columns - x, part, paint,
				style | (selected ? STYLE_REVERSE : 0));
		text += bytes;
	}
}

void sheet_draw(struct sheet *p, const struct canvas *c)
{
	char where[64];

	p->rows = c->rows > 2 ? c->rows - 2 : 1;
	if (p->selected < p->top)
		p->top = p->selected;
	if (p->selected >= p->top + p->rows)
		p->top = p->selected - p->rows + 1;
	paint_row(c, 0, PAINT_TITLE, STYLE_REVERSE);
	paint_text(c, 0, 1, c->columns - 2, p->title, PAINT_TITLE, STYLE_REVERSE | STYLE_BOLD);
	for (int i = 0; i < p->rows && p->top + i < (int)p->lines; i++)
		line_draw(c, 1 + i, p->line[p->top + i], p->top + i == p->selected);
	snprintf(where, sizeof(where), "line %d of %zu", p->selected + 1, p->lines);
	paint_text(c, c->rows - 1, 0, c->columns, "Esc back  Enter source line  arrows move",
		   PAINT_PLAIN, STYLE_DIM);
	if (c->columns > 64)
		paint_right(c, c->rows - 1, 42, c->columns - 43, where, PAINT_PLAIN, STYLE_DIM);
}

void sheet_move(struct sheet *p, int by)
{
	int last = (int)p->lines - 1;

	p->selected += by;
	if (p->selected > last)
		p->selected = last;
	if (p->selected < 0)
		p->selected = 0;
}

/* Where the last "word:number" of a line begins; NULL: it has none. */
static const char *place_find(const char *line, const char **colon)
{
	const char *end = line + strlen(line), *at;

	while (end > line && (end[-1] == ' ' || end[-1] == ')'))
		end--;
	at = end;
	while (at > line && at[-1] >= '0' && at[-1] <= '9')
		at--;
	if (at == end || at == line || at[-1] != ':')
		return NULL;
	*colon = at - 1;
	for (at = *colon; at > line && at[-1] != ' ' && at[-1] != '(';)
		at--;
	return at < *colon ? at : NULL;
}

bool sheet_place(const struct sheet *p, char *file, size_t room, int *line)
{
	char plain[1024];
	const char *colon, *at;
	size_t count = 0;

	if (p->selected >= (int)p->lines)
		return false;
	for (at = p->line[p->selected]; *at && count + 1 < sizeof(plain);) {
		enum paint paint;
		unsigned style = 0;
		size_t bytes = style_read(at, &paint, &style);

		if (!bytes)
			plain[count++] = *at;
		at += bytes ? bytes : 1;
	}
	plain[count] = '\0';
	at = place_find(plain, &colon);
	if (!at || (size_t)(colon - at) >= room)
		return false;
	snprintf(file, room, "%.*s", (int)(colon - at), at);
	*line = (int)strtol(colon + 1, NULL, 10);
	return *line > 0;
}
