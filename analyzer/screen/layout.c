/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/layout.h"

#define LOW_ROWS 10 /* a screen lower than that has no line of keys */

/* With its title. In the order in which they are given up, the last first. */
static const int least[PANELS] = {
	[PANEL_SITES] = 4, [PANEL_NOW] = 2,  [PANEL_WORKERS] = 3,
	[PANEL_TASKS] = 2, [PANEL_POOL] = 2, [PANEL_LIVES] = 2,
};

struct frame frame_of(int screen_rows, int verdict_rows)
{
	struct frame f = {.verdict_rows = 1};

	if (screen_rows >= LOW_ROWS) {
		f.keys_rows = 1;
		f.known_rows = 1;
		f.verdict_rows = verdict_rows > 2 ? 2 : verdict_rows;
	}
	f.first = 1 + f.verdict_rows + f.known_rows;
	f.rows = screen_rows - f.first - f.keys_rows;
	if (f.rows < 0)
		f.rows = 0;
	return f;
}

static int give(int *rows, int *to, int most)
{
	int more = most - *to < *rows ? most - *to : *rows;

	if (more <= 0)
		return 0;
	*to += more;
	*rows -= more;
	return more;
}

/* A panel that has little to show needs no more rows than that. */
static int least_of(int panel, const int want[PANELS])
{
	return want[panel] + 1 < least[panel] ? want[panel] + 1 : least[panel];
}

void layout_divide(int rows, const int want[PANELS], enum panel focus, int out[PANELS])
{
	for (int i = 0; i < PANELS; i++)
		out[i] = 0;
	give(&rows, &out[focus], least_of((int)focus, want));
	for (int i = 0; i < PANELS; i++) {
		if (i != (int)focus && rows >= least_of(i, want))
			give(&rows, &out[i], least_of(i, want));
	}
	give(&rows, &out[focus], want[focus] + 1);
	for (int i = 0; i < PANELS; i++) {
		if (out[i])
			give(&rows, &out[i], want[i] + 1);
	}
}
