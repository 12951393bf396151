/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"
#include "analyzer/base/text_clean.h"
#include "analyzer/derive/schema.h"
#include "analyzer/open/filter.h"
#include "analyzer/open/named_query.h"
#include "analyzer/report/report.h"
#include "analyzer/screen/keys.h"
#include "analyzer/screen/state.h"
#include "analyzer/store/database.h"
#include "format/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/*
 * Pages: the report of one site, a source file, the keys. A site's page is that of `report --site`,
 * made by the same code over a copy of the window, since filters lay tables over its database.
 */

#define SOURCE_MOST (4 << 20)

/* A copy of the window's database, as hud-analyze load would have made it. NULL after an error. */
static sqlite3 *window_copy(struct session *s)
{
	sqlite3 *copy = NULL;
	sqlite3_backup *backup;
	int err = database_open(NULL, DATABASE_TEMPORARY, &copy);

	if (err)
		return NULL;
	backup = sqlite3_backup_init(copy, "main", session_database(s), "main");
	if (backup)
		sqlite3_backup_step(backup, -1);
	if (!backup || sqlite3_backup_finish(backup) != SQLITE_OK)
		err = -EIO;
	if (!err)
		err = database_run(copy, "DROP TABLE filter; UPDATE capture SET truncated = 0");
	if (!err)
		err = database_run_file(copy, "sql/view/filter.sql", 0);
	if (!err)
		err = filter_functions(copy);
	if (!err)
		return copy;
	sqlite3_close(copy);
	return NULL;
}

/* The report of one site, for the width of the screen; NULL after an error. */
static char *site_text(struct screen *u, sqlite3 *copy, int64_t site)
{
	struct window_state w = session_state(u->session).window;
	const struct input input = {.db = copy, .capture = w.capture, .captures = 1};
	struct report_form form = {
		.path = u->options->path, .site = true, .colour = true, .width = u->canvas.columns};
	struct filter filter = {.site = (uint64_t)site};
	char from[32], *text = NULL;
	size_t bytes;

	if (w.from_ns > w.recording.start_ns) {
		snprintf(from, sizeof(from), "%" PRId64 "ns", w.from_ns - w.recording.start_ns);
		filter.from = from;
	}
	if (filter_apply(copy, &filter, &w.capture, 1) != STATUS_DONE)
		return NULL;
	form.out = open_memstream(&text, &bytes);
	if (!form.out)
		return NULL;
	if (report_text(&input, &form) != STATUS_DONE || fclose(form.out)) {
		free(text);
		return NULL;
	}
	return text;
}

bool drill_site(struct screen *u, const struct model_site *site)
{
	struct window_state w = session_state(u->session).window;
	char title[160], *text = NULL;
	sqlite3 *copy;

	if (!site->site) {
		screen_say(u,
			   "only functions have a page: g groups by function, w chooses a window");
		return false;
	}
	copy = window_copy(u->session);
	if (copy)
		text = site_text(u, copy, site->site);
	sqlite3_close(copy);
	snprintf(title, sizeof(title), "%s, from %.1f s to %.1f s",
		 site->name ? site->name : "unknown",
		 (double)(w.from_ns - w.recording.start_ns) / 1e9,
		 (double)(w.to_ns - w.recording.start_ns) / 1e9);
	if (text && sheet_show(&u->sheet, title, text))
		return true;
	screen_say(u, "cannot make the page: %s",
		   copy ? "out of memory" : "the window cannot be copied");
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

static int export_write(struct screen *u, const char *name)
{
	sqlite3_stmt *q = session_query(u->session, "sql/query/report.sql");
	struct new_file file;
	const char *text;
	int err;

	if (!q || sqlite3_step(q) != SQLITE_ROW)
		return -EIO;
	text = (const char *)sqlite3_column_text(q, 0);
	err = new_file_open(&file, AT_FDCWD, name, NEW_FILE_PRIVATE, 0666);
	if (!err) {
		err = new_file_write(&file, text, strlen(text));
		err = new_file_close(&file, err);
	}
	sqlite3_reset(q);
	return err;
}

void drill_export(struct screen *u)
{
	time_t now = time(NULL);
	struct tm local;
	char name[64];
	int err;

	localtime_r(&now, &local);
	strftime(name, sizeof(name), "hud-live-%Y%m%d-%H%M%S.json", &local);
	err = export_write(u, name);
	if (err)
		screen_say(u, "cannot write %s: %s", name, new_file_error(err));
	else
		screen_say(u, "%s: the report of the window", name);
}
