/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/panels.h"
#include "analyzer/base/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const group_names[GROUPS] = {"function", "file", "task",
						"function, all the time"};
static const char *const sort_names[SORTS] = {"total", "polls", "p99", "max", "last", "name"};

/* Figures are right-aligned; then come a cause and a name. */
enum { FIGURE_WIDTH = 8, COUNT_WIDTH = 7, NARROW = 70, WIDE = 100 };

const char *sort_name(enum sort sort)
{
	return sort_names[sort];
}

void panels_count(const struct screen *u, int out[PANELS])
{
	const struct model *m = &u->model;

	/* With the names of the columns, and a line that says there are none. */
	out[PANEL_SITES] = (int)m->site.count + 1 + !m->site.count;
	out[PANEL_NOW] = (int)m->now.count;
	out[PANEL_WORKERS] = (int)m->worker.count + (m->mark.count > 0);
	out[PANEL_TASKS] = (int)m->task.count;
	out[PANEL_POOL] = 1;
	/* Only of recordings that follow tasks. */
	out[PANEL_LIVES] = m->life.count ? (int)m->life.count : -1;
}

static void title_draw(const struct screen *u, enum panel panel, const char *text)
{
	const struct place *p = &u->place[panel];
	bool focused = u->focus == panel;

	paint_row(&u->canvas, p->y, PAINT_TITLE, focused ? STYLE_REVERSE : STYLE_NONE);
	paint_text(&u->canvas, p->y, 0, u->canvas.columns, text, PAINT_TITLE,
		   STYLE_BOLD | (focused ? STYLE_REVERSE : 0u));
}

/* The rows of a panel that are seen: scrolls so that the selected one is among them. */
static int rows_seen(struct place *p, int count, int head)
{
	int rows = p->rows - 1 - head;

	if (p->selected >= count)
		p->selected = count ? count - 1 : 0;
	if (rows < 1)
		return 0;
	if (p->selected < p->top)
		p->top = p->selected;
	if (p->selected >= p->top + rows)
		p->top = p->selected - rows + 1;
	if (p->top > 0 && p->top + rows > count)
		p->top = count > rows ? count - rows : 0;
	return rows;
}

static unsigned row_style(const struct screen *u, enum panel panel, int row)
{
	return u->focus == panel && u->place[panel].selected == row ? STYLE_REVERSE : STYLE_NONE;
}

static void figure_draw(const struct screen *u, int y, int x, int64_t ns, unsigned style)
{
	char word[WORD_BYTES];

	paint_right(&u->canvas, y, x, FIGURE_WIDTH, duration_word(word, ns), PAINT_PLAIN, style);
}

static void place_text(char *out, size_t room, const char *file, int64_t line)
{
	if (file && line)
		snprintf(out, room, "  %s:%" PRId64, file, line);
	else
		snprintf(out, room, "%s%s", file ? "  " : "", file ? file : "");
}

static bool narrow(const struct screen *u)
{
	return u->canvas.columns < NARROW;
}

static int cause_width(const struct screen *u)
{
	return u->canvas.columns < WIDE ? 9 : 20;
}

/* The end of a path that fits: its last parts say more than its first. */
static const char *name_end(const char *name, int width)
{
	const char *end = name, *next;

	while (strlen(end) > (size_t)(width > 0 ? width : 0) && (next = strstr(end, "::")))
		end = next + 2;
	return end;
}

/* A name with its place, at the end of a row. The column after it. */
static int name_draw(const struct screen *u, int y, int x, const char *name, const char *file,
		     int64_t line, unsigned style)
{
	char place[600];
	int used = paint_text(&u->canvas, y, x, u->canvas.columns - x,
			      name ? name_end(name, u->canvas.columns - x) : "unknown", PAINT_PLAIN,
			      style | STYLE_BOLD);

	place_text(place, sizeof(place), file, line);
	if (x + used < u->canvas.columns)
		used += paint_text(&u->canvas, y, x + used, u->canvas.columns - x - used, place,
				   PAINT_PLAIN, style | STYLE_DIM);
	return x + used;
}

/* Columns before the causes: total, polls, p99, max, last; on a narrow screen total and polls. */
static int figures_of(const struct screen *u)
{
	return narrow(u) ? 2 : 5;
}

static int figure_width(int column)
{
	return column == SORT_POLLS ? COUNT_WIDTH : FIGURE_WIDTH;
}

/* Where a column of figures begins; that of the one after the last is where the cause is. */
static int figure_x(int column)
{
	return column * FIGURE_WIDTH - (column > SORT_POLLS ? FIGURE_WIDTH - COUNT_WIDTH : 0);
}

enum sort panel_sort_at(const struct screen *u, int x)
{
	for (int i = 0; i < figures_of(u); i++) {
		if (x < figure_x(i + 1))
			return (enum sort)i;
	}
	return SORT_NAME;
}

static void sites_head(const struct screen *u, int y)
{
	int x = figure_x(figures_of(u)) + 1;

	for (int i = 0; i < figures_of(u); i++)
		paint_right(&u->canvas, y, figure_x(i), figure_width(i), sort_names[i], PAINT_PLAIN,
			    (int)u->sort == i ? STYLE_BOLD : STYLE_DIM);
	paint_text(&u->canvas, y, x, cause_width(u), "cause", PAINT_PLAIN, STYLE_DIM);
	paint_text(&u->canvas, y, x + cause_width(u), 20, "where", PAINT_PLAIN,
		   u->sort == SORT_NAME ? STYLE_BOLD : STYLE_DIM);
}

/* The time is what may be too much: several polls in a row can look like one. */
static void total_draw(const struct screen *u, int y, int64_t ns, bool at_most, unsigned style)
{
	const char *bound = !at_most ? "" : u->canvas.form.unicode ? "≤" : "<";
	char word[WORD_BYTES], total[WORD_BYTES + 4];

	snprintf(total, sizeof(total), "%s%s", bound, duration_word(word, ns));
	paint_right(&u->canvas, y, 0, FIGURE_WIDTH, total, PAINT_PLAIN, style);
}

static void count_draw(const struct screen *u, int y, int64_t number, unsigned style)
{
	char count[WORD_BYTES];

	snprintf(count, sizeof(count), "%" PRId64, number);
	paint_right(&u->canvas, y, figure_x(SORT_POLLS), COUNT_WIDTH, count, PAINT_PLAIN, style);
}

static void site_row(const struct screen *u, int y, const struct model_site *s, unsigned style)
{
	int x = figure_x(figures_of(u)) + 1;

	if (style)
		paint_row(&u->canvas, y, PAINT_PLAIN, style);
	total_draw(u, y, s->total_ns, s->at_most, style);
	count_draw(u, y, s->count, style);
	if (!narrow(u)) {
		figure_draw(u, y, figure_x(SORT_P99), s->p99_ns, style);
		figure_draw(u, y, figure_x(SORT_MAX), s->max_ns, style);
		figure_draw(u, y, figure_x(SORT_LAST), u->model.window.to_ns - s->last_ns, style);
	}
	if (s->open_count)
		paint_text(&u->canvas, y, x - 1, 1, "!", PAINT_BAD, STYLE_BOLD | style);
	paint_text(&u->canvas, y, x, cause_width(u) - 1,
		   s->causes  ? s->causes
		   : s->cause ? s->cause
			      : "",
		   PAINT_CARE, style);
	name_draw(u, y, x + cause_width(u), s->name, s->file, s->line, style);
}

static void sites_draw(struct screen *u)
{
	struct place *p = &u->place[PANEL_SITES];
	int count = (int)u->model.site.count, rows = rows_seen(p, count, 1);
	char title[200];

	snprintf(title, sizeof(title), "SITES by %s, sorted by %s%s%s",
		 group_names[screen_all_time(u) ? GROUP_ALL : u->group], sort_names[u->sort],
		 u->filter[0] ? ", with " : "", u->filter);
	title_draw(u, PANEL_SITES, title);
	if (p->rows > 1)
		sites_head(u, p->y + 1);
	if (!count && p->rows > 2)
		paint_text(&u->canvas, p->y + 2, 2, u->canvas.columns - 2,
			   u->filter[0] ? "nothing that blocked has this in its name"
					: "no poll blocked",
			   PAINT_PLAIN, STYLE_DIM);
	for (int i = 0; i < rows && p->top + i < count; i++) {
		int row = p->top + i;

		site_row(u, p->y + 2 + i, &u->model.site.at[row], row_style(u, PANEL_SITES, row));
	}
}

int64_t view_age(const struct screen *u, const struct model_now *n)
{
	int64_t age_ns = u->model.window.to_ns - n->start_ns;

	if (!u->options->replay && !u->paused && !session_state(u->session).over)
		age_ns += (screen_now_ms() - u->arrived_ms) * 1000000;
	return age_ns;
}

#define ONE_CAUSE_WIDTH 12 /* "mapped-file" */
#define HOLDER_LEAST 16    /* columns of a name that are worth it */

static void holder_draw(const struct screen *u, int y, int x, const struct model_now *n,
			unsigned style)
{
	char text[64];
	int room = u->canvas.columns - x;

	snprintf(text, sizeof(text), "  held before (%" PRId64 "/%" PRId64 ") by ", n->held,
		 n->waits);
	if (room < (int)strlen(text) + HOLDER_LEAST)
		return;
	x += paint_text(&u->canvas, y, x, room, text, PAINT_PLAIN, style | STYLE_DIM);
	room = u->canvas.columns - x;
	paint_text(&u->canvas, y, x, room, name_end(n->holder, room), PAINT_PLAIN, style);
}

static void now_row(const struct screen *u, int y, const struct model_now *n, unsigned style)
{
	char text[64];
	int x;

	if (style)
		paint_row(&u->canvas, y, PAINT_PLAIN, style);
	figure_draw(u, y, 0, view_age(u, n), style | STYLE_BOLD);
	snprintf(text, sizeof(text), "%" PRId64, n->tid);
	paint_right(&u->canvas, y, FIGURE_WIDTH, FIGURE_WIDTH, text, PAINT_PLAIN, style);
	paint_text(&u->canvas, y, 2 * FIGURE_WIDTH + 1, ONE_CAUSE_WIDTH - 1,
		   n->cause ? n->cause : "", PAINT_BAD, style);
	x = name_draw(u, y, 2 * FIGURE_WIDTH + 1 + ONE_CAUSE_WIDTH, n->function, n->file, n->line,
		      style);
	if (n->holder)
		holder_draw(u, y, x, n, style);
}

static void now_draw(struct screen *u)
{
	struct place *p = &u->place[PANEL_NOW];
	int count = (int)u->model.now.count, rows = rows_seen(p, count, 0);
	char title[100];

	snprintf(title, sizeof(title), "NOW  %d poll%s still block%s", count, count == 1 ? "" : "s",
		 count == 1 ? "s" : "");
	title_draw(u, PANEL_NOW, count ? title : "NOW  no poll blocks");
	for (int i = 0; i < rows && p->top + i < count; i++) {
		int row = p->top + i;

		now_row(u, p->y + 1 + i, &u->model.now.at[row], row_style(u, PANEL_NOW, row));
	}
}

static void worker_row(const struct screen *u, int y, const struct model_worker *w, unsigned style)
{
	int bar = narrow(u) ? 8 : 12, x = 8;
	double share = w->wall_ns ? 100.0 * (double)w->blocking_ns / (double)w->wall_ns : 0;
	char text[64];

	snprintf(text, sizeof(text), "%" PRId64, w->tid);
	paint_right(&u->canvas, y, 0, 7, text, PAINT_PLAIN, style);
	if (u->canvas.columns >= 100) {
		paint_text(&u->canvas, y, x, 15, w->comm ? w->comm : "", PAINT_PLAIN, style);
		x += 16;
	}
	snprintf(text, sizeof(text), "%5.1f%%", share);
	paint_text(&u->canvas, y, x, 7, text, share >= 10 ? PAINT_BAD : PAINT_PLAIN, style);
	bar_draw(u, y, x + 7, bar, w);
	lane_draw(u, y, x + 8 + bar, u->canvas.columns - x - 8 - bar, w->tid);
}

static void workers_draw(struct screen *u)
{
	struct place *p = &u->place[PANEL_WORKERS];
	int count = (int)u->model.worker.count, marks = u->model.mark.count > 0;
	int rows = rows_seen(p, count, marks), x = u->canvas.columns >= 100 ? 24 : 8;
	char title[200];

	snprintf(title, sizeof(title), "WORKERS  %d  %s", count, lane_legend);
	title_draw(u, PANEL_WORKERS, title);
	x += 8 + (narrow(u) ? 8 : 12);
	if (marks && p->rows > 1)
		lane_marks_draw(u, p->y + 1, x, u->canvas.columns - x);
	for (int i = 0; i < rows && p->top + i < count; i++) {
		int row = p->top + i;

		worker_row(u, p->y + 1 + marks + i, &u->model.worker.at[row],
			   row_style(u, PANEL_WORKERS, row));
	}
}

static void task_row(const struct screen *u, int y, const struct model_task *t, unsigned style)
{
	int figures = narrow(u) ? 2 : 4;

	if (style)
		paint_row(&u->canvas, y, PAINT_PLAIN, style);
	total_draw(u, y, t->blocked_ns, t->at_most, style);
	count_draw(u, y, t->count, style);
	if (figures > 2) {
		figure_draw(u, y, figure_x(2), t->p99_ns, style);
		figure_draw(u, y, figure_x(3), t->max_ns, style);
	}
	name_draw(u, y, figure_x(figures) + 1, t->name ? t->name : "unknown task", t->file, t->line,
		  style);
}

static void tasks_draw(struct screen *u)
{
	struct place *p = &u->place[PANEL_TASKS];
	int count = (int)u->model.task.count, rows = rows_seen(p, count, 0);

	title_draw(u, PANEL_TASKS,
		   narrow(u) ? "TASKS  blocked, polls" : "TASKS  blocked, polls, p99, max");
	for (int i = 0; i < rows && p->top + i < count; i++) {
		int row = p->top + i;

		task_row(u, p->y + 1 + i, &u->model.task.at[row], row_style(u, PANEL_TASKS, row));
	}
}

static void pool_draw(struct screen *u)
{
	const struct model *m = &u->model;
	const struct place *p = &u->place[PANEL_POOL];
	char line[300], wait[WORD_BYTES];
	int used;

	title_draw(u, PANEL_POOL, "BLOCKING POOL");
	if (p->rows < 2)
		return;
	used = snprintf(line, sizeof(line),
			"%" PRId64 " threads, %.0f%% busy, at most %" PRId64 " at once",
			m->pool_threads, m->pool_busy, m->pool_peak);
	if (m->queue_known && m->queue_peak == 0)
		snprintf(line + used, sizeof(line) - (size_t)used,
			 "; of %" PRId64 "; nothing in its queue", m->pool_limit - m->pool_workers);
	else if (m->queue_known && m->queue_peak > 0)
		snprintf(line + used, sizeof(line) - (size_t)used,
			 "; of %" PRId64 "; queue: %" PRId64 " now, at most %" PRId64
			 ", longest wait >= %s; full %.0f%% of the time",
			 m->pool_limit - m->pool_workers, m->queue_now, m->queue_peak,
			 duration_word(wait, m->queue_wait_ns), m->pool_full);
	else
		snprintf(line + used, sizeof(line) - (size_t)used, "; its queue is not known");
	paint_text(&u->canvas, p->y + 1, 1, u->canvas.columns - 1, line,
		   m->pool_full >= 10 ? PAINT_BAD : PAINT_PLAIN, STYLE_NONE);
}

static const char *percent_word(char word[WORD_BYTES], double percent)
{
	if (percent < 0)
		return "-";
	snprintf(word, WORD_BYTES, "%.0f%%", percent);
	return word;
}

static void life_row(const struct screen *u, int y, const struct model_life *l, unsigned style)
{
	char line[200], life[WORD_BYTES], longest[WORD_BYTES];
	char polled[WORD_BYTES], ready[WORD_BYTES], awaiting[WORD_BYTES];
	char alive[WORD_BYTES];
	int used;

	/* Where ends are not seen, those that ended are among them. */
	snprintf(alive, sizeof(alive), "%s%" PRId64, l->ends_seen ? "" : "≤ ", l->alive);
	used = snprintf(line, sizeof(line), "%*s %8" PRId64, l->ends_seen ? 8 : 10, alive,
			l->ended);

	if (style)
		paint_row(&u->canvas, y, PAINT_PLAIN, style);
	if (!narrow(u))
		used += snprintf(line + used, sizeof(line) - (size_t)used, " %9s %5s %5s %5s %9s",
				 l->life_ns < 0 ? "-" : duration_word(life, l->life_ns),
				 percent_word(polled, l->polled), percent_word(ready, l->ready),
				 percent_word(awaiting, l->awaiting),
				 duration_word(longest, l->longest_ns));
	used -= l->ends_seen ? 0 : 2; /* a ≤ is three bytes, and one column */
	paint_text(&u->canvas, y, 0, used, line, PAINT_PLAIN, style);
	name_draw(u, y, used + 2, l->name ? l->name : "unknown task", NULL, 0, style);
}

static void lives_draw(struct screen *u)
{
	struct place *p = &u->place[PANEL_LIVES];
	int count = (int)u->model.life.count, rows = rows_seen(p, count, 0);

	title_draw(u, PANEL_LIVES,
		   narrow(u) ? "WHAT TASKS DID  alive, ended"
			     : "WHAT TASKS DID while followed  alive, ended, lifetime, "
			       "poll, ready, await, longest ready");
	for (int i = 0; i < rows && p->top + i < count; i++) {
		int row = p->top + i;

		life_row(u, p->y + 1 + i, &u->model.life.at[row], row_style(u, PANEL_LIVES, row));
	}
}

void panel_draw(struct screen *u, enum panel panel)
{
	static void (*const draw[PANELS])(struct screen * u) = {
		[PANEL_SITES] = sites_draw,     [PANEL_NOW] = now_draw,
		[PANEL_WORKERS] = workers_draw, [PANEL_TASKS] = tasks_draw,
		[PANEL_POOL] = pool_draw,       [PANEL_LIVES] = lives_draw,
	};

	draw[panel](u);
}
