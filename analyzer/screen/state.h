/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_STATE_H
#define HUD_ANALYZER_SCREEN_STATE_H

#include "analyzer/open/input.h"
#include "analyzer/screen/layout.h"
#include "analyzer/screen/model.h"
#include "analyzer/screen/screen.h"
#include "analyzer/screen/sheet.h"
#include "analyzer/screen/tty.h"

/* What the screen shows and how; of this folder only. */

enum sort { SORT_TOTAL, SORT_POLLS, SORT_P99, SORT_MAX, SORT_LAST, SORT_NAME, SORTS };

#define FILTER_BYTES 128
#define SAID_BYTES 200

/* Where a panel is, and which of its rows are seen. */
struct place {
	int y, rows; /* with its title; 0 rows: it is not shown */
	int top;     /* the first row seen */
	int selected;
	int count; /* rows that it has */
};

struct screen {
	const struct screen_options *options;
	struct session *session;
	struct tty tty;
	struct canvas canvas;
	struct model model;
	struct sheet sheet; /* over the panels, while it has a text */

	enum panel focus;
	struct place place[PANELS];
	enum sort sort;
	enum model_group group;
	int window; /* which of the lengths that there are */
	int least;  /* which of the least lengths of a blocking poll */
	char filter[FILTER_BYTES];
	bool filtering; /* keys go to the filter */

	bool paused, quit, failed, changed;
	bool over;                    /* the stream has ended */
	bool waiting;                 /* the next chunk is there, and is taken when it is due */
	bool held;                    /* there may be more than what poll() sees */
	uint64_t captures;            /* of the stream; the clock of a replay begins with each */
	int redrawn;                  /* how often, since the stream ended */
	int64_t arrived_ms, drawn_ms; /* by the clock here: of the last chunk, of the drawing */
	int known_y;                  /* where the line above the panels is; -1: nowhere */
	char said[SAID_BYTES];        /* one line to the user, until the next key */

	/* Of a replay: until when the recording is shown, CLOCK_MONOTONIC of its target. */
	int64_t replay_ns, replay_ms; /* `replay_ms`: since when, by the clock here */
	int speed;                    /* index of speeds */
	bool seeking;
};

int64_t screen_now_ms(void);
/* A line for the user. */
void screen_say(struct screen *u, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* view.c: draws all of it. */
void view_draw(struct screen *u);
/* How long a poll that goes on has lasted by now. */
int64_t view_age(const struct screen *u, const struct model_now *n);
/* The time of a replay at this place of its bar, ns since the start; -1: it is not there. */
int64_t view_seek_at(const struct screen *u, int y, int x);
/* Sorts and filters the rows of the model; what was selected stays selected. */
void view_arrange(struct screen *u, const char *selected);
/* The name of the selected site; NULL: there is none. */
const char *view_selected_name(const struct screen *u);

/* keys.c: takes one key of curses. */
void keys_take(struct screen *u, int key);
/* The keys that fit into one line. */
void keys_line(char *out, size_t room, int columns);

/* run.c */
/* Derives now, if anything was added, and reads the model. False: it failed; the screen ends. */
bool screen_refresh(struct screen *u);
/* Shows a replay as it was `at_ns` after its start; and the moment that it shows now. */
void screen_seek(struct screen *u, int64_t at_ns);
int64_t screen_replay_at_ns(const struct screen *u);
/* How long the window of the screen is, ns; and whether sites are of all the time instead. */
int64_t screen_window_ns(const struct screen *u);
bool screen_all_time(const struct screen *u);
double screen_speed(const struct screen *u);
void screen_set_window(struct screen *u, int window);
/* The least length of the blocking polls that are shown, ns; the next one, or the one before. */
int64_t screen_least_ns(const struct screen *u);
void screen_change_least(struct screen *u, int by);
void screen_set_speed(struct screen *u, int speed);
void screen_pause(struct screen *u, bool paused);

/* drill.c: pages; false: there is nothing to show, which was said. */
bool drill_site(struct screen *u, const struct model_site *site);
bool drill_source(struct screen *u, const char *file, int line);
bool drill_help(struct screen *u);

/*
 * copy.c: a copy of the window, its filter in force: only this site (0: all), from where the window
 * begins. The caller closes out->db. False: it cannot be copied.
 */
bool copy_window(const struct screen *u, int64_t site, struct input *out);
enum copy_form { COPY_PAGE, COPY_TRACE, COPY_JSON, COPY_CAPTURE };
/* Writes the window into a file of the current directory, and says which. */
void copy_export(struct screen *u, enum copy_form form);

#endif
