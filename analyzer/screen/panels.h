/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_PANELS_H
#define HUD_ANALYZER_SCREEN_PANELS_H

#include "analyzer/screen/state.h"

/* The panels: each draws its title and as many of its rows as its place has. */

/* How many rows each has, without the title. */
void panels_count(const struct screen *u, int out[PANELS]);
void panel_draw(struct screen *u, enum panel panel);

/* The column of the list of sites that is at `x`; SORTS: none that can be sorted by. */
enum sort panel_sort_at(const struct screen *u, int x);
const char *sort_name(enum sort sort);

/* lanes.c: what each worker did, as letters over the columns; `width` of them. */
void lane_draw(const struct screen *u, int y, int x, int width, int64_t tid);
void lane_marks_draw(const struct screen *u, int y, int x, int width);
/* The shares of a worker's states as `width` letters. */
void bar_draw(const struct screen *u, int y, int x, int width, const struct model_worker *w);
/* "B blocked  c on CPU ..." */
extern const char lane_legend[];

#endif
