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
#include <string.h>
#include <time.h>
#include <unistd.h>

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

typedef enum exit_status (*write_input)(const struct input *input, const char *path);

static enum exit_status copy_write(const struct screen *u, write_input write, const char *path)
{
	enum exit_status status;
	struct input input;

	if (!copy_window(u, 0, &input))
		return message(STATUS_SYSTEM, NULL, "the window cannot be copied");
	status = write(&input, path);
	sqlite3_close(input.db);
	return status;
}

static enum exit_status page_write(const struct screen *u, const char *path)
{
	return copy_write(u, report_html, path);
}

static enum exit_status perfetto_write(const struct input *input, const char *path)
{
	const struct export_form form = {.format = "perfetto", .output = path};

	return export_write(input, &form);
}

static enum exit_status trace_write(const struct screen *u, const char *path)
{
	return copy_write(u, perfetto_write, path);
}

static enum exit_status report_write(const struct input *input, const char *path)
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

static enum exit_status json_write(const struct screen *u, const char *path)
{
	return copy_write(u, report_write, path);
}

static enum exit_status capture_write(const struct screen *u, const char *path)
{
	int err = session_write_part(u->session, path);

	return err ? message(STATUS_SYSTEM, NULL, "cannot write %s: %s", path, new_file_error(err))
		   : STATUS_DONE;
}

/*
 * What was said on stderr, which is a file while there is a screen, from `at` on: of its first line
 * what comes after the name of the program.
 */
static void reason_read(off_t at, char *out, size_t room)
{
	static const char program[] = "hud-analyze: ";
	ssize_t got = at < 0 ? -1 : pread(STDERR_FILENO, out, room - 1, at);

	out[got > 0 ? got : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (strncmp(out, program, strlen(program)) == 0)
		memmove(out, out + strlen(program), strlen(out + strlen(program)) + 1);
}

void copy_export(struct screen *u, enum copy_form form)
{
	static const struct {
		const char *name; /* with the time, for strftime() */
		const char *what;
		enum exit_status (*write)(const struct screen *u, const char *path);
	} forms[] = {
		[COPY_PAGE] = {"hud-live-%Y%m%d-%H%M%S.html", "a page", page_write},
		[COPY_TRACE] = {"hud-live-%Y%m%d-%H%M%S.pftrace", "a trace for Perfetto",
				trace_write},
		[COPY_JSON] = {"hud-live-%Y%m%d-%H%M%S.json", "the report", json_write},
		[COPY_CAPTURE] = {"hud-live-%Y%m%d-%H%M%S.hud", "a capture", capture_write},
	};
	off_t before = lseek(STDERR_FILENO, 0, SEEK_CUR);
	time_t now = time(NULL);
	struct tm local;
	char name[64], reason[SAID_BYTES];

	localtime_r(&now, &local);
	strftime(name, sizeof(name), forms[form].name, &local);
	if (forms[form].write(u, name) == STATUS_DONE) {
		screen_say(u, "%s: %s of the window", name, forms[form].what);
		return;
	}
	reason_read(before, reason, sizeof(reason));
	screen_say(u, "%s", *reason ? reason : "the window cannot be written");
}
