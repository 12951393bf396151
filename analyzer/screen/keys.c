/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/keys.h"
#include "analyzer/base/text.h"
#include "analyzer/screen/act.h"

#include <ncursesw/curses.h>
#include <stdio.h>
#include <string.h>

/* The keys: one table, from which the help and the line at the bottom are made as well. */

enum { ENTER = '\r', TAB = '\t', ESCAPE = 27, BACK = 127, CTRL_L = 12 };

#define KEYS_EACH 4

struct key {
	int key[KEYS_EACH];
	const char *name;  /* of the keys */
	const char *brief; /* for the line at the bottom; NULL: not there */
	const char *help;
	void (*act)(struct screen *u);
};

static const struct key keys[] = {
	{{ENTER, KEY_ENTER, '\n'},
	 "Enter",
	 "all about it",
	 "all about the selected row: calls, lines, wakers, polls; on a line of code: the source",
	 act_enter},
	{{TAB, 'l', KEY_RIGHT}, "Tab", "panel", "the next panel (also l, Right)", act_next_panel},
	{{KEY_BTAB, 'h', KEY_LEFT},
	 "Shift-Tab",
	 NULL,
	 "the panel before (also h, Left)",
	 act_panel_before},
	{{'/'},
	 "/",
	 "filter",
	 "as you type: only what has this in its name, file, task or cause",
	 act_filter},
	{{'s'}, "s", "sort", "sort by the next column; a click on its name does it too", act_sort},
	{{'g'}, "g", "group", "sum up sites by function, file or task", act_group},
	{{'w'}, "w", "window", "of the last 10 s, 30 s, 60 s, or of all the time", act_window},
	{{'t'}, "t", NULL, "only longer blocking polls count", act_longer},
	{{'T'}, "T", NULL, "shorter ones too, down to the threshold of the recording", act_shorter},
	{{' '},
	 "Space",
	 "pause",
	 "nothing changes on the screen; the recording goes on",
	 act_pause},
	{{'y'}, "y", NULL, "copy the selected name and place to the clipboard", act_copy},
	{{'e'}, "e", NULL, "write the window to a file here, as a page", act_export_page},
	{{'E'}, "E", NULL, "the same as a trace for ui.perfetto.dev", act_export_trace},
	{{'J'}, "J", NULL, "the same as the report's JSON", act_export_json},
	{{'c'},
	 "c",
	 NULL,
	 "the same as a capture, for report, export and live",
	 act_export_capture},
	{{'m'}, "m", NULL, "set a mark in the recording, if it is made on this machine", act_mark},
	{{','}, ",", NULL, "replay: 5 s back", act_back},
	{{'.'}, ".", NULL, "replay: 5 s on", act_on},
	{{'<'}, "<", NULL, "replay: to the begin", act_begin},
	{{'-'}, "-", NULL, "replay: half as fast", act_slower},
	{{'+', '='}, "+", NULL, "replay: twice as fast", act_faster},
	{{KEY_UP, 'k'}, "Up k", NULL, "one row up", act_up},
	{{KEY_DOWN, 'j'}, "Down j", NULL, "one row down", act_down},
	{{KEY_PPAGE, 2}, "PgUp", NULL, "a page up", act_page_up},
	{{KEY_NPAGE, 6}, "PgDn", NULL, "a page down", act_page_down},
	{{KEY_HOME, '0'}, "Home", NULL, "the first row", act_first},
	{{KEY_END, 'G'}, "End", NULL, "the last row", act_last},
	{{ESCAPE, KEY_BACKSPACE, BACK, 8}, "Esc", NULL, "back; then: no filter", act_escape},
	{{CTRL_L}, "Ctrl-L", NULL, "draw all of it again", act_redraw},
	{{'?', KEY_F(1)}, "?", "help", "this list", act_help},
	{{'q', KEY_F(10)}, "q", "quit", "leave; the terminal is as it was", act_quit},
};

#define KEYS (sizeof(keys) / sizeof(*keys))

/* While the filter is typed most keys are text. */
static bool filter_key(struct screen *u, int key)
{
	size_t length = strlen(u->filter);

	if (key == ENTER || key == '\n' || key == KEY_ENTER) {
		u->filtering = false;
	} else if (key == ESCAPE) {
		u->filtering = false;
		u->filter[0] = '\0';
	} else if (key == KEY_BACKSPACE || key == BACK || key == 8) {
		if (length)
			u->filter[length - 1] = '\0';
	} else if (key >= ' ' && key < 127 && length + 1 < sizeof(u->filter)) {
		u->filter[length] = (char)key;
		u->filter[length + 1] = '\0';
	} else {
		return key < KEY_MIN && key >= 0;
	}
	act_filter_changed(u);
	return true;
}

void keys_take(struct screen *u, int key)
{
	u->changed = true;
	u->said[0] = '\0';
	if (key == KEY_RESIZE)
		return;
	if (key == KEY_MOUSE) {
		act_mouse(u);
		return;
	}
	if (u->filtering && filter_key(u, key))
		return;
	for (size_t i = 0; i < KEYS; i++) {
		for (int k = 0; k < KEYS_EACH && keys[i].key[k]; k++) {
			if (keys[i].key[k] == key) {
				keys[i].act(u);
				return;
			}
		}
	}
}

void keys_line(char *out, size_t room, int columns)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < KEYS; i++) {
		int length;

		if (!keys[i].brief)
			continue;
		length = snprintf(out + used, room - used, "%s%s %s", used ? "  " : "",
				  keys[i].name, keys[i].brief);
		if (length < 0 || used + (size_t)length >= room ||
		    used + (size_t)length > (size_t)columns) {
			out[used] = '\0';
			return;
		}
		used += (size_t)length;
	}
}

char *keys_help(void)
{
	struct text all = {0};
	char line[200];

	for (size_t i = 0; i < KEYS; i++) {
		snprintf(line, sizeof(line), "  %-10s %s\n", keys[i].name, keys[i].help);
		text_add_string(&all, line);
	}
	text_add_string(&all, "\n  The mouse selects rows, sorts by columns, and scrolls.\n"
			      "  docs/LIVE.md explains the panels.\n");
	if (!all.failed)
		return all.bytes;
	text_close(&all);
	return NULL;
}
