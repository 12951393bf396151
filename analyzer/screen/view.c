/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/screen/panels.h"

#include <inttypes.h>
#include <ncursesw/curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The screen around the panels: header, verdict, what is known, keys. */

static const struct {
	const char *level;
	enum paint paint;
} levels[] = {
	{"HUNG", PAINT_BAD},          {"STARVED", PAINT_BAD},  {"SATURATED", PAINT_BAD},
	{"WARNING", PAINT_BAD},       {"CAUTION", PAINT_CARE}, {"NOMINAL", PAINT_GOOD},
	{"CANNOT TELL", PAINT_DOUBT},
};

static enum paint level_paint(const char *level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		if (strcmp(levels[i].level, level) == 0)
			return levels[i].paint;
	}
	return PAINT_PLAIN;
}

static void state_word(const struct screen *u, char *out, size_t room)
{
	struct session_state s = session_state(u->session);

	if (s.error || s.cut)
		snprintf(out, room, "CUT");
	else if (s.over)
		snprintf(out, room, u->options->replay ? "REPLAY ENDED" : "ENDED");
	else if (u->paused && u->options->replay)
		snprintf(out, room, "PAUSED x%g", screen_speed(u));
	else if (u->paused)
		snprintf(out, room, "PAUSED");
	else if (u->options->replay)
		snprintf(out, room, "REPLAY x%g", screen_speed(u));
	else if (u->model.known && screen_now_ms() - u->arrived_ms > 3000)
		snprintf(out, room, "NOTHING COMES");
	else
		snprintf(out, room, "LIVE");
}

static void header_draw(const struct screen *u)
{
	const struct model *m = &u->model;
	const struct window_state *w = &m->window;
	char state[32], line[320], more[32] = "";

	state_word(u, state, sizeof(state));
	if (m->processes > 1)
		snprintf(more, sizeof(more), " +%" PRId64, m->processes - 1);
	snprintf(line, sizeof(line),
		 "hud  %s (%" PRId64 ")%s  %.1f s  last %.1f of %g s%s  %s  %.0f events/s",
		 m->target ? m->target : "?", m->pid, more,
		 (double)(w->to_ns - w->recording.start_ns) / 1e9,
		 (double)(w->to_ns - w->from_ns) / 1e9, (double)screen_window_ns(u) / 1e9,
		 screen_all_time(u) ? " (sites: all)" : "", m->source ? m->source : "",
		 m->events_per_s);
	paint_row(&u->canvas, 0, PAINT_TITLE, STYLE_REVERSE);
	paint_text(&u->canvas, 0, 0, u->canvas.columns - (int)strlen(state) - 2,
		   m->known ? line : "hud  waiting for the recorder", PAINT_TITLE, STYLE_REVERSE);
	paint_right(&u->canvas, 0, u->canvas.columns - (int)strlen(state) - 1, (int)strlen(state),
		    state, PAINT_TITLE, STYLE_REVERSE | STYLE_BOLD);
}

/* Where a line of `columns` is broken: at a blank, if there is one. */
static size_t break_at(const char *text, int columns)
{
	size_t length = strlen(text), at = (size_t)columns;

	if (length <= at)
		return length;
	while (at > 0 && text[at] != ' ')
		at--;
	return at ? at : (size_t)columns;
}

static int verdict_rows(const struct screen *u)
{
	const struct model *m = &u->model;

	if (!m->known || !m->sentence || !m->level || u->canvas.columns < 20)
		return 1;
	return strlen(m->level) + 2 + strlen(m->sentence) > (size_t)u->canvas.columns ? 2 : 1;
}

static void verdict_draw(const struct screen *u, int rows)
{
	const struct model *m = &u->model;
	char line[1024];
	size_t at;

	if (!m->known || !m->level)
		return;
	snprintf(line, sizeof(line), "%s: %s", m->level, m->sentence ? m->sentence : "");
	at = rows > 1 ? break_at(line, u->canvas.columns) : strlen(line);
	if (rows > 1)
		paint_text(&u->canvas, 2, 0, u->canvas.columns, line + at + (line[at] == ' '),
			   PAINT_PLAIN, STYLE_BOLD);
	line[at] = '\0';
	paint_text(&u->canvas, 1, 0, u->canvas.columns, line, PAINT_PLAIN, STYLE_BOLD);
	paint_text(&u->canvas, 1, 0, u->canvas.columns, m->level, level_paint(m->level),
		   STYLE_REVERSE | STYLE_BOLD);
}

/* Columns of the bar that shows where a replay is, at the right of the line above the panels. */
#define SEEK_LEAST 16

static int seek_width(const struct screen *u)
{
	int width = u->canvas.columns / 3;

	return u->options->replay && width >= SEEK_LEAST ? width : 0;
}

int64_t view_seek_at(const struct screen *u, int y, int x)
{
	int64_t start_ns = u->model.window.recording.start_ns;
	int64_t length_ns = session_state(u->session).last_ns - start_ns;
	int width = seek_width(u), column = x - (u->canvas.columns - width);

	if (!width || !u->model.known || length_ns <= 0 || y != u->known_y || column < 0)
		return -1;
	return length_ns * (column + 1) / width;
}

static void seek_draw(const struct screen *u, int y)
{
	int64_t start_ns = u->model.window.recording.start_ns;
	int64_t length_ns = session_state(u->session).last_ns - start_ns;
	int width = seek_width(u), done;
	char length[WORD_BYTES + 8];

	if (!width || length_ns <= 0)
		return;
	done = (int)((double)(u->model.window.to_ns - start_ns) / (double)length_ns * width + 0.5);
	paint_repeat(&u->canvas, y, u->canvas.columns - width, width, '-', PAINT_CALM, STYLE_NONE);
	paint_repeat(&u->canvas, y, u->canvas.columns - width, done < width ? done : width, '=',
		     PAINT_TITLE, STYLE_BOLD);
	snprintf(length, sizeof(length), " of %.1f s ", (double)length_ns / 1e9);
	paint_right(&u->canvas, y, u->canvas.columns - width, width, length, PAINT_PLAIN,
		    STYLE_NONE);
}

static void known_draw(const struct screen *u, int y)
{
	const struct model *m = &u->model;
	char line[200], threshold[WORD_BYTES];
	bool care = m->loss_percent > m->loss_percent_max || m->missing;

	if (!m->known)
		return;
	snprintf(line, sizeof(line),
		 "lost %.2f%%  blocks from %s  recorder %.1f%% of a CPU  whole stacks %.0f%%",
		 m->loss_percent, duration_word(threshold, screen_least_ns(u)), m->recorder_percent,
		 m->stacks ? 100.0 * (double)m->whole_stacks / (double)m->stacks : 100.0);
	if (m->missing)
		snprintf(line, sizeof(line),
			 "lost %.2f%%  symbols are missing (--binary, --debug-dir): %s",
			 m->loss_percent, m->missing);
	paint_text(&u->canvas, y, 0, u->canvas.columns - seek_width(u), line,
		   care ? PAINT_CARE : PAINT_PLAIN, care ? STYLE_BOLD : STYLE_DIM);
	seek_draw(u, y);
}

static void keys_draw(const struct screen *u)
{
	char line[400];
	int y = u->canvas.rows - 1;

	if (u->filtering || u->filter[0]) {
		snprintf(line, sizeof(line), "/%s%s", u->filter,
			 u->filtering ? "_   Enter: keep, Esc: no filter" : "");
		paint_text(&u->canvas, y, 0, u->canvas.columns, line, PAINT_CARE, STYLE_BOLD);
		return;
	}
	keys_line(line, sizeof(line), u->canvas.columns);
	paint_text(&u->canvas, y, 0, u->canvas.columns, line, PAINT_PLAIN, STYLE_DIM);
}

static void panels_draw(struct screen *u)
{
	struct frame f = frame_of(u->canvas.rows, verdict_rows(u));
	int want[PANELS], rows[PANELS], y = f.first;

	header_draw(u);
	verdict_draw(u, f.verdict_rows);
	u->known_y = f.known_rows ? 1 + f.verdict_rows : -1;
	if (f.known_rows)
		known_draw(u, u->known_y);
	if (u->focus == PANEL_LIVES && !u->model.life.count)
		u->focus = PANEL_TASKS;
	panels_count(u, want);
	layout_divide(f.rows, want, u->focus, rows);
	for (int i = 0; i < PANELS; i++) {
		struct place *p = &u->place[i];

		p->y = y;
		p->rows = rows[i];
		p->count = want[i] < 0 ? 0 : want[i];
		y += rows[i];
		if (p->rows)
			panel_draw(u, (enum panel)i);
	}
	if (f.keys_rows || u->filtering)
		keys_draw(u);
}

/* Over all that the last line has: it goes away with the next key. */
static void said_draw(const struct screen *u)
{
	int y = u->canvas.rows - 1;

	paint_row(&u->canvas, y, PAINT_PLAIN, STYLE_NONE);
	paint_text(&u->canvas, y, 0, u->canvas.columns, u->said, PAINT_CARE, STYLE_BOLD);
}

void view_draw(struct screen *u)
{
	tty_follow_size(&u->tty);
	getmaxyx(stdscr, u->canvas.rows, u->canvas.columns);
	erase();
	if (u->sheet.text)
		sheet_draw(&u->sheet, &u->canvas);
	else
		panels_draw(u);
	if (u->said[0] && !u->filtering)
		said_draw(u);
	refresh();
	u->drawn_ms = screen_now_ms();
	u->changed = false;
}
