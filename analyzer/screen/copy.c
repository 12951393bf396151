/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/output_file.h"
#include "analyzer/derive/schema.h"
#include "analyzer/export/export.h"
#include "analyzer/html/html.h"
#include "analyzer/open/filter.h"
#include "analyzer/open/named_query.h"
#include "analyzer/screen/state.h"
#include "analyzer/store/database.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/*
 * The window as a database of its own, as hud-analyze load would have made it: filters lay tables
 * over a database, and the window's goes on changing. And what is written of it for other tools.
 */

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
		err = database_run_file(copy, "sql/view/common/filter.sql", 0);
	if (!err)
		err = filter_functions(copy);
	if (!err)
		return copy;
	sqlite3_close(copy);
	return NULL;
}

/* 0: all that were recorded. */
static int64_t shown_least(const struct screen *u)
{
	int64_t ns = screen_least_ns(u);

	return ns > u->model.threshold_ns ? ns : 0;
}

bool copy_window(const struct screen *u, int64_t site, struct input *out)
{
	struct window_state w = session_state(u->session).window;
	struct filter filter = {.site = (uint64_t)site, .min_ns = shown_least(u)};
	char from[32];

	*out = (struct input) {.db = window_copy(u->session), .capture = w.capture, .captures = 1};
	if (!out->db)
		return false;
	if (w.from_ns > w.recording.start_ns) {
		snprintf(from, sizeof(from), "%" PRId64 "ns", w.from_ns - w.recording.start_ns);
		filter.from = from;
	}
	if (!filter_given(&filter) || filter_apply(out->db, &filter, &w.capture, 1) == STATUS_DONE)
		return true;
	sqlite3_close(out->db);
	return false;
}

static enum exit_status trace_write(const struct input *input, const char *path)
{
	const struct export_form form = {.format = "perfetto", .output = path};

	return export_write(input, &form);
}

static enum exit_status json_write(const struct input *input, const char *path)
{
	struct output_file file;
	enum exit_status status = output_file_open(&file, path);
	sqlite3_stmt *q;

	if (status != STATUS_DONE)
		return status;
	q = named_query(input, "report", 0);
	if (q && sqlite3_step(q) == SQLITE_ROW)
		fprintf(file.out, "%s\n", (const char *)sqlite3_column_text(q, 0));
	else
		status = STATUS_SYSTEM;
	sqlite3_finalize(q);
	return output_file_close(&file, status);
}

void copy_export(struct screen *u, enum copy_form form)
{
	static const struct {
		const char *name; /* with the time, for strftime() */
		const char *what;
		enum exit_status (*write)(const struct input *input, const char *path);
	} forms[] = {
		[COPY_PAGE] = {"hud-live-%Y%m%d-%H%M%S.html", "a page", report_html},
		[COPY_TRACE] = {"hud-live-%Y%m%d-%H%M%S.pftrace", "a trace for Perfetto",
				trace_write},
		[COPY_JSON] = {"hud-live-%Y%m%d-%H%M%S.json", "the report", json_write},
	};
	time_t now = time(NULL);
	struct input input;
	struct tm local;
	char name[64];
	bool written;

	localtime_r(&now, &local);
	strftime(name, sizeof(name), forms[form].name, &local);
	if (!copy_window(u, 0, &input)) {
		screen_say(u, "cannot write %s: the window cannot be copied", name);
		return;
	}
	written = forms[form].write(&input, name) == STATUS_DONE;
	sqlite3_close(input.db);
	if (written)
		screen_say(u, "%s: %s of the window", name, forms[form].what);
	else
		screen_say(u, "cannot write %s in this directory", name);
}
