/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_SHEET_H
#define HUD_ANALYZER_SCREEN_SHEET_H

#include "analyzer/screen/paint.h"

#include <stdbool.h>
#include <stddef.h>

/* A text that takes all of the screen for a while: a site, a source file, the keys. */
struct sheet {
	char title[160];
	char *text;  /* lines; escape sequences of report_text() choose styles; NULL: none */
	char **line; /* each terminated */
	size_t lines, room;
	int top, selected, rows; /* rows: how many were drawn */
};

/* Takes the text. False: out of memory, and the text is freed. */
bool sheet_show(struct sheet *p, const char *title, char *text);
void sheet_close(struct sheet *p);
void sheet_draw(struct sheet *p, const struct canvas *c);
/* Moves the selected line; the ends of the text stop it. */
void sheet_move(struct sheet *p, int by);

/*
 * The file and line that the selected line ends with, "  src/main.rs:12"; false: it has none.
 * `room` is of `file`.
 */
bool sheet_place(const struct sheet *p, char *file, size_t room, int *line);

#endif
