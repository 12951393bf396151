/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/act.h"
#include "analyzer/screen/mark.h"
#include "analyzer/screen/panels.h"

#include <inttypes.h>
#include <limits.h>
#include <ncursesw/curses.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define JUMP_NS INT64_C(5000000000)

static struct place *focused(struct screen *u)
{
	return &u->place[u->focus];
}

/* Rows of the focused panel that can be selected. */
static int selectable(const struct screen *u)
{
	const struct model *m = &u->model;
	const size_t counts[PANELS] = {
		[PANEL_SITES] = m->site.count,     [PANEL_NOW] = m->now.count,
		[PANEL_WORKERS] = m->worker.count, [PANEL_TASKS] = m->task.count,
		[PANEL_LIVES] = m->life.count,
	};

	return (int)counts[u->focus];
}

static void select_by(struct screen *u, int by)
{
	struct place *p = focused(u);
	int count = selectable(u);

	if (u->sheet.text) {
		sheet_move(&u->sheet, by);
		return;
	}
	p->selected += by;
	if (p->selected >= count)
		p->selected = count - 1;
	if (p->selected < 0)
		p->selected = 0;
}

static int page_rows(struct screen *u)
{
	int rows = u->sheet.text ? u->sheet.rows : focused(u)->rows - 2;

	return rows > 1 ? rows : 1;
}

void act_up(struct screen *u)
{
	select_by(u, -1);
}

void act_down(struct screen *u)
{
	select_by(u, 1);
}

void act_page_up(struct screen *u)
{
	select_by(u, -page_rows(u));
}

void act_page_down(struct screen *u)
{
	select_by(u, page_rows(u));
}

void act_first(struct screen *u)
{
	select_by(u, -(INT_MAX / 2));
}

void act_last(struct screen *u)
{
	select_by(u, INT_MAX / 2);
}

/* One that is not there is passed over. */
static void panel_next(struct screen *u, int by)
{
	u->focus = (enum panel)(((int)u->focus + by) % PANELS);
	if (u->focus == PANEL_LIVES && !u->model.life.count)
		u->focus = (enum panel)(((int)u->focus + by) % PANELS);
}

void act_next_panel(struct screen *u)
{
	panel_next(u, 1);
}

void act_panel_before(struct screen *u)
{
	panel_next(u, PANELS - 1);
}

/* The site of this name, after the window was derived anew; NULL: it has none any more. */
static const struct model_site *site_named(struct screen *u, const char *name)
{
	for (size_t i = 0; name && i < u->model.site.count; i++) {
		const struct model_site *s = &u->model.site.at[i];

		if (s->name && strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

static void enter_function(struct screen *u, const char *name)
{
	const struct model_site *site;
	char own[512];

	snprintf(own, sizeof(own), "%s", name ? name : "");
	if (!screen_refresh(u))
		return;
	site = site_named(u, own);
	if (site)
		drill_site(u, site);
	else if (u->filter[0])
		screen_say(u, "%s is not among what /%s shows: Esc shows all", *own ? own : "it",
			   u->filter);
	else if (u->group != GROUP_FUNCTION)
		screen_say(u, "SITES lists no functions now: see g");
	else
		screen_say(u, "%s is not in the window any more", *own ? own : "it");
}

static void enter_page(struct screen *u)
{
	char file[512];
	int line;

	if (sheet_place(&u->sheet, file, sizeof(file), &line))
		drill_source(u, file, line);
}

void act_enter(struct screen *u)
{
	const struct model *m = &u->model;
	size_t selected = (size_t)focused(u)->selected;

	if (u->sheet.text)
		enter_page(u);
	else if (u->focus == PANEL_SITES && selected < m->site.count)
		enter_function(u, m->site.at[selected].name);
	else if (u->focus == PANEL_NOW && selected < m->now.count)
		enter_function(u, m->now.at[selected].function);
	else if (u->focus == PANEL_TASKS && selected < m->task.count && m->task.at[selected].name) {
		/* Its functions: those that its name filters. */
		snprintf(u->filter, sizeof(u->filter), "%s", m->task.at[selected].name);
		u->focus = PANEL_SITES;
		act_filter_changed(u);
	}
}

void act_escape(struct screen *u)
{
	if (u->sheet.text) {
		sheet_close(&u->sheet);
	} else if (u->filter[0]) {
		u->filter[0] = '\0';
		act_filter_changed(u);
	}
}

void act_filter(struct screen *u)
{
	if (!u->sheet.text)
		u->filtering = true;
}

/* Rows that the filter left out are read again. */
void act_filter_changed(struct screen *u)
{
	screen_refresh(u);
}

void act_sort(struct screen *u)
{
	u->sort = (u->sort + 1) % SORTS;
	screen_refresh(u);
	screen_say(u, "sorted by %s", sort_name(u->sort));
}

void act_group(struct screen *u)
{
	u->group = (u->group + 1) % GROUP_ALL;
	screen_refresh(u);
}

void act_window(struct screen *u)
{
	screen_set_window(u, u->window + 1);
}

void act_longer(struct screen *u)
{
	screen_change_least(u, 1);
}

void act_shorter(struct screen *u)
{
	screen_change_least(u, -1);
}

void act_pause(struct screen *u)
{
	screen_pause(u, !u->paused);
}

/* The selected row of the panel that has the focus. False: it has no name. */
static bool selected_text(struct screen *u, char *text, size_t room)
{
	const struct model *m = &u->model;
	size_t at = (size_t)focused(u)->selected;
	const char *name = NULL, *file = NULL;
	int64_t line = 0;

	if (u->focus == PANEL_SITES && at < m->site.count) {
		name = m->site.at[at].name;
		file = m->site.at[at].file;
		line = m->site.at[at].line;
	} else if (u->focus == PANEL_NOW && at < m->now.count) {
		name = m->now.at[at].function;
		file = m->now.at[at].file;
		line = m->now.at[at].line;
	} else if (u->focus == PANEL_TASKS && at < m->task.count) {
		name = m->task.at[at].name;
		file = m->task.at[at].file;
		line = m->task.at[at].line;
	} else if (u->focus == PANEL_WORKERS && at < m->worker.count) {
		name = m->worker.at[at].comm;
	} else if (u->focus == PANEL_LIVES && at < m->life.count) {
		name = m->life.at[at].name;
	}
	if (file)
		snprintf(text, room, "%s %s:%" PRId64, name ? name : "", file, line);
	else
		snprintf(text, room, "%s", name ? name : "");
	return *text != '\0';
}

void act_copy(struct screen *u)
{
	char text[1024];

	if (u->sheet.text && u->sheet.selected < (int)u->sheet.lines)
		tty_copy(&u->tty, u->sheet.line[u->sheet.selected]);
	else if (!u->sheet.text && selected_text(u, text, sizeof(text)))
		tty_copy(&u->tty, text);
	else
		return;
	screen_say(u, "copied, if the terminal allows it (OSC 52)");
}

static void export(struct screen *u, enum copy_form form)
{
	if (screen_refresh(u) && u->model.known)
		copy_export(u, form);
}

void act_export_page(struct screen *u)
{
	export(u, COPY_PAGE);
}

void act_export_trace(struct screen *u)
{
	export(u, COPY_TRACE);
}

void act_export_json(struct screen *u)
{
	export(u, COPY_JSON);
}

void act_export_capture(struct screen *u)
{
	export(u, COPY_CAPTURE);
}

void act_mark(struct screen *u)
{
	char text[64], answer[SAID_BYTES];
	time_t now = time(NULL);
	struct tm local;

	if (u->options->replay) {
		screen_say(u, "a mark belongs to a recording that goes on");
		return;
	}
	localtime_r(&now, &local);
	strftime(text, sizeof(text), "mark %H:%M:%S", &local);
	if (mark_send(u->model.pid, text, answer, sizeof(answer)))
		screen_say(u, "%s is set", text);
	else
		screen_say(u, "no mark was set: %s", answer);
}

static void jump(struct screen *u, int64_t by_ns)
{
	int64_t at_ns = screen_replay_at_ns(u) + by_ns;

	if (!u->options->replay)
		screen_say(u, "only a replay can go back and forth");
	else
		screen_seek(u, at_ns > 0 ? at_ns : 0);
}

void act_back(struct screen *u)
{
	jump(u, -JUMP_NS);
}

void act_on(struct screen *u)
{
	jump(u, JUMP_NS);
}

void act_begin(struct screen *u)
{
	jump(u, INT64_MIN / 2);
}

void act_slower(struct screen *u)
{
	screen_set_speed(u, u->speed - 1);
}

void act_faster(struct screen *u)
{
	screen_set_speed(u, u->speed + 1);
}

void act_redraw(struct screen *u)
{
	(void)u;
	clearok(curscr, TRUE);
}

void act_help(struct screen *u)
{
	drill_help(u);
}

void act_quit(struct screen *u)
{
	u->quit = true;
}

static void click(struct screen *u, int y, int x, bool twice)
{
	for (int i = 0; i < PANELS; i++) {
		struct place *p = &u->place[i];
		int head = i == PANEL_SITES ? 2 : 1;

		if (!p->rows || y < p->y || y >= p->y + p->rows)
			continue;
		u->focus = (enum panel)i;
		if (i == PANEL_SITES && y == p->y + 1) {
			u->sort = panel_sort_at(u, x);
			screen_refresh(u);
		} else if (y >= p->y + head) {
			bool again = p->selected == p->top + y - p->y - head;

			p->selected = p->top + y - p->y - head;
			select_by(u, 0);
			if (twice || (again && i == PANEL_SITES))
				act_enter(u);
		}
	}
}

static void press(struct screen *u, const MEVENT *event)
{
	int64_t at_ns = view_seek_at(u, event->y, event->x);

	if (u->sheet.text) {
		u->sheet.selected = u->sheet.top + event->y - 1;
		select_by(u, 0);
	} else if (at_ns >= 0) {
		screen_seek(u, at_ns);
	} else {
		click(u, event->y, event->x, event->bstate & BUTTON1_DOUBLE_CLICKED);
	}
}

void act_mouse(struct screen *u)
{
	MEVENT event;

	if (getmouse(&event) == ERR)
		return;
	if (event.bstate & BUTTON4_PRESSED)
		select_by(u, -3);
	else if (event.bstate & BUTTON5_PRESSED)
		select_by(u, 3);
	else if (event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED))
		press(u, &event);
}
