/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/panels.h"

#include <string.h>

/* What workers did, as letters with colours: one for each part of the time. */

static const struct {
	char letter;
	enum paint paint;
	unsigned style;
} shown[STATES] = {
	[STATE_POLL_CPU] = {'c', PAINT_GOOD, STYLE_NONE},
	[STATE_POLL_OFFCPU] = {'o', PAINT_DOUBT, STYLE_NONE},
	[STATE_RUN_QUEUE] = {'q', PAINT_CARE, STYLE_NONE},
	[STATE_PARKED] = {'.', PAINT_CALM, STYLE_DIM},
	[STATE_RUNTIME] = {'r', PAINT_TITLE, STYLE_NONE},
	[STATE_UNKNOWN] = {'?', PAINT_PLAIN, STYLE_DIM},
};

const char lane_legend[] = "B blocked c CPU o off CPU q run queue r runtime . parked ? unknown";

#define LANE_MOST 512

/* What is known of one column. */
struct column {
	int64_t state_ns[STATES], other_ns;
	bool blocked;
};

static int64_t overlap(int64_t from, int64_t to, const struct model_lane *l)
{
	int64_t begin = l->start_ns > from ? l->start_ns : from;
	int64_t end = l->end_ns < to ? l->end_ns : to;

	return end > begin ? end - begin : 0;
}

/* Adds a part to the columns that it covers. */
static void column_add(struct column *column, int width, const struct window_state *w,
		       const struct model_lane *l)
{
	int64_t all_ns = w->to_ns - w->from_ns, length_ns = l->end_ns - l->start_ns;
	int first = (int)((l->start_ns - w->from_ns) * width / (all_ns ? all_ns : 1));

	for (int i = first < 0 ? 0 : first; i < width; i++) {
		int64_t from = w->from_ns + all_ns * i / width;
		int64_t to = w->from_ns + all_ns * (i + 1) / width;
		int64_t part_ns = overlap(from, to, l);

		if (from >= l->end_ns)
			break;
		column[i].blocked |= l->blocking && part_ns > 0;
		if (length_ns > 0 && part_ns > 0)
			column[i].other_ns += (int64_t)((double)l->other_ns * (double)part_ns /
							(double)length_ns);
		for (int s = 0; s < STATES && length_ns > 0 && part_ns > 0; s++)
			column[i].state_ns[s] += (int64_t)((double)l->state_ns[s] *
							   (double)part_ns / (double)length_ns);
	}
}

static int most(const int64_t state_ns[STATES])
{
	int best = -1;

	for (int s = 0; s < STATES; s++) {
		if (state_ns[s] > 0 && (best < 0 || state_ns[s] > state_ns[best]))
			best = s;
	}
	return best;
}

void lane_draw(const struct screen *u, int y, int x, int width, int64_t tid)
{
	struct column column[LANE_MOST] = {0};

	width = width < LANE_MOST ? width : LANE_MOST;
	for (size_t i = 0; i < u->model.lane.count; i++) {
		if (u->model.lane.at[i].tid == tid)
			column_add(column, width, &u->model.window, &u->model.lane.at[i]);
	}
	for (int i = 0; i < width; i++) {
		int state = most(column[i].state_ns);

		if (column[i].blocked)
			paint_repeat(&u->canvas, y, x + i, 1, 'B', PAINT_BAD, STYLE_REVERSE);
		else if (state >= 0 && column[i].state_ns[state] >= column[i].other_ns)
			paint_repeat(&u->canvas, y, x + i, 1, shown[state].letter,
				     shown[state].paint, shown[state].style);
	}
}

void lane_marks_draw(const struct screen *u, int y, int x, int width)
{
	const struct window_state *w = &u->model.window;

	for (size_t i = 0; i < u->model.mark.count; i++) {
		int64_t at_ns = u->model.mark.at[i].time_ns - w->from_ns;
		int column = (int)(at_ns * width / (w->to_ns - w->from_ns + 1));

		if (column >= 0 && column < width)
			paint_repeat(&u->canvas, y, x + column, 1, 'v', PAINT_CARE, STYLE_BOLD);
	}
}

void bar_draw(const struct screen *u, int y, int x, int width, const struct model_worker *w)
{
	int64_t done_ns = 0;
	int column = 0;

	for (int s = 0; s < STATES && w->wall_ns > 0; s++) {
		int until;

		done_ns += w->state_ns[s];
		until = (int)((double)done_ns * width / (double)w->wall_ns + 0.5);
		if (until > width)
			until = width;
		paint_repeat(&u->canvas, y, x + column, until - column, shown[s].letter,
			     shown[s].paint, shown[s].style);
		column = until > column ? until : column;
	}
}
