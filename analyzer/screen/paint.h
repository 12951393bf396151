/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_PAINT_H
#define HUD_ANALYZER_SCREEN_PAINT_H

#include "analyzer/screen/cells.h"

#include <stdint.h>

/*
 * Texts and figures at places of the screen. A colour never says alone what a letter or word does
 * not say too.
 */
enum paint {
	PAINT_PLAIN,
	PAINT_BAD,   /* red */
	PAINT_CARE,  /* yellow */
	PAINT_GOOD,  /* green */
	PAINT_TITLE, /* cyan */
	PAINT_DOUBT, /* magenta */
	PAINT_CALM,  /* blue */
	PAINTS,
};

/* Its colour, of curses. */
short paint_colour(enum paint paint);

struct canvas {
	struct cells_form form;
	bool colour;
	int rows, columns; /* of the screen */
};

/* How a text is drawn, beside its paint. */
enum style { STYLE_NONE = 0, STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_REVERSE = 4 };

/* Draws what fits into `width`; returns the columns used. Nothing outside of the screen. */
int paint_text(const struct canvas *c, int y, int x, int width, const char *text, enum paint paint,
	       unsigned style);
/* The same, at the right end of `width`. */
void paint_right(const struct canvas *c, int y, int x, int width, const char *text,
		 enum paint paint, unsigned style);
/* `count` times the same character. */
void paint_repeat(const struct canvas *c, int y, int x, int count, char letter, enum paint paint,
		  unsigned style);
/* A whole row of blanks. */
void paint_row(const struct canvas *c, int y, enum paint paint, unsigned style);

#endif
