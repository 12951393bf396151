/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_LAYOUT_H
#define HUD_ANALYZER_SCREEN_LAYOUT_H

/* Which panel has how many rows of the screen. */

enum panel { PANEL_SITES, PANEL_NOW, PANEL_WORKERS, PANEL_TASKS, PANEL_POOL, PANEL_LIVES, PANELS };

/* Rows above the panels: the header, the verdict, what is known. Below: the keys. */
struct frame {
	int verdict_rows; /* the sentence may need two */
	int known_rows;   /* 0 where the screen is low */
	int keys_rows;
	int first, rows; /* of the panels */
};

struct frame frame_of(int screen_rows, int verdict_rows);

/*
 * Divides `rows`: each panel has its title and some of the rows that it has to show (`want`,
 * without the title; -1: it has not even that), the focused one first. 0: it is not shown, which
 * happens on a low screen.
 */
void layout_divide(int rows, const int want[PANELS], enum panel focus, int out[PANELS]);

#endif
