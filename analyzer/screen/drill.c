/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"
#include "analyzer/base/text_clean.h"
#include "analyzer/report/report.h"
#include "analyzer/screen/keys.h"
#include "analyzer/screen/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Pages: the report of one site, a source file, the keys. A site's page is that of `report --site`,
 * made by the same code over a copy of the window.
 */

#define SOURCE_MOST (4 << 20)

/* The report of one site, for the width of the screen; NULL after an error. */
static char *site_text(const struct screen *u, const struct input *input)
{
	struct report_form form = {
		.path = u->options->path, .site = true, .colour = true, .width = u->canvas.columns};
	char *text = NULL;
	size_t bytes;

	form.out = open_memstream(&text, &bytes);
	if (!form.out)
		return NULL;
	if (report_text(input, &form) != STATUS_DONE || fclose(form.out)) {
		free(text);
		return NULL;
	}
	return text;
}

bool drill_site(struct screen *u, const struct model_site *site)
{
	struct window_state w = session_state(u->session).window;
	char title[160], *text;
	struct input input;

	if (!site->site) {
		screen_say(u,
			   "only functions have a page: g groups by function, w chooses a window");
		return false;
	}
	if (!copy_window(u, site->site, &input)) {
		screen_say(u, "cannot make the page: the window cannot be copied");
		return false;
	}
	text = site_text(u, &input);
	sqlite3_close(input.db);
	snprintf(title, sizeof(title), "%s, from %.1f s to %.1f s",
		 site->name ? site->name : "unknown",
		 (double)(w.from_ns - w.recording.start_ns) / 1e9,
		 (double)(w.to_ns - w.recording.start_ns) / 1e9);
	if (text && sheet_show(&u->sheet, title, text))
		return true;
	screen_say(u, "cannot make the page: out of memory");
	return false;
}

/* The file with a number before each line; NULL: errno says why. */
static char *source_text(const char *path)
{
	FILE *file = fopen(path, "re");
	struct text all = {0};
	char *line = NULL, number[16];
	size_t room = 0;
	ssize_t length;

	if (!file)
		return NULL;
	for (int i = 1; all.length < SOURCE_MOST && (length = getline(&line, &room, file)) >= 0;
	     i++) {
		char *clean;

		for (ssize_t k = 0; k < length; k++)
			line[k] = (char)(line[k] == '\t' ? ' ' : line[k]);
		length -= length > 0 && line[length - 1] == '\n';
		clean = text_clean(line, (size_t)length);
		snprintf(number, sizeof(number), "%6d  ", i);
		text_add_string(&all, number);
		text_add_string(&all, clean ? clean : "");
		text_add_string(&all, "\n");
		free(clean);
	}
	free(line);
	fclose(file);
	if (!all.failed)
		return all.bytes;
	text_close(&all);
	errno = ENOMEM;
	return NULL;
}

bool drill_source(struct screen *u, const char *file, int line)
{
	char title[160];
	struct stat about;
	char *text;

	if (!stat(file, &about) && !S_ISREG(about.st_mode)) {
		screen_say(u, "%s is no file", file);
		return false;
	}
	text = source_text(file);
	if (!text) {
		screen_say(u, "%s is not here: %s", file, strerror(errno));
		return false;
	}
	snprintf(title, sizeof(title), "%s:%d", file, line);
	if (!sheet_show(&u->sheet, title, text))
		return false;
	u->sheet.selected = line - 1;
	u->sheet.top = line > 8 ? line - 8 : 0;
	return true;
}

bool drill_help(struct screen *u)
{
	char *text = keys_help();

	return text && sheet_show(&u->sheet, "Keys", text);
}
