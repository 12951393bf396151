/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/live/plain.h"
#include "analyzer/base/interrupt.h"
#include "analyzer/base/words.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/store/column.h"
#include "analyzer/store/database.h"
#include "format/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* Nothing came for so long: said once. A recorder writes each second. */
#define SILENT_MS 5000
/* After Ctrl-C the recorder writes what it has, then ends. */
#define FAREWELL_MS 5000
#define POLL_MS 200

struct plain {
	struct session *session;
	const struct plain_options *options;
	int64_t printed_ns; /* the end of the part last printed; 0: none */
	uint64_t captures;  /* how many have begun */
	int64_t stopping_ms;
	bool silent;
	bool nameless; /* said that functions have no names */
};

static int64_t now_ms(void)
{
	return (int64_t)(clock_ns(CLOCK_MONOTONIC) / NS_PER_MS);
}

static enum exit_status database_message(const struct plain *p)
{
	return message(STATUS_SYSTEM, NULL, "cannot derive the figures of %s: %s", p->options->path,
		       sqlite3_errmsg(session_database(p->session)));
}

static void place_print(sqlite3_stmt *q)
{
	const char *file = column_text(q, "file");

	if (file)
		printf("  %s:%" PRId64, file, column_number(q, "line", 0));
}

static enum exit_status line_print(struct plain *p, const struct window_state *w)
{
	sqlite3_stmt *q = session_query(p->session, "sql/live/line.sql");
	double end_s = (double)(w->to_ns - w->recording.start_ns) / 1e9;

	if (!q || sqlite3_step(q) != SQLITE_ROW)
		return database_message(p);
	printf("%9.1f s  %s: %s", end_s, column_text(q, "level"), column_text(q, "sentence"));
	if (column_text(q, "function")) {
		printf("  most: %s (%s)", column_text(q, "function"), column_text(q, "causes"));
		place_print(q);
	}
	putchar('\n');
	sqlite3_reset(q);
	return STATUS_DONE;
}

static void alert_print(sqlite3_stmt *q)
{
	const char *function = column_text(q, "function"), *task = column_text(q, "task");
	char length[WORD_BYTES];

	printf("%11.3f s  %s %s  %s (%s)", (double)column_number(q, "at_ns", 0) / 1e9,
	       column_number(q, "open", 0) ? "STILL BLOCKS, for" : "BLOCKED for",
	       duration_word(length, column_number(q, "blocked_ns", 0)),
	       function ? function : "unknown",
	       column_text(q, "cause") ? column_text(q, "cause") : "not known");
	place_print(q);
	printf("  %s %" PRId64, column_number(q, "main", 0) ? "main future, thread" : "worker",
	       column_number(q, "tid", 0));
	if (task)
		printf("  task %s", task);
	putchar('\n');
}

static enum exit_status alerts_print(struct plain *p)
{
	static const char *const marks[] = {"sql/live/alerts_printed.sql",
					    "sql/live/alerts_printed_open.sql"};
	sqlite3_stmt *q = session_query(p->session, "sql/live/alerts.sql");
	int code = SQLITE_ERROR;

	statement_number(q, ":alert", p->options->alert_ns);
	while (q && (code = sqlite3_step(q)) == SQLITE_ROW)
		alert_print(q);
	sqlite3_reset(q);
	for (size_t i = 0; i < 2 && code == SQLITE_DONE; i++) {
		q = session_query(p->session, marks[i]);
		statement_number(q, ":alert", p->options->alert_ns);
		code = q ? sqlite3_step(q) : SQLITE_ERROR;
		sqlite3_reset(q);
	}
	return code == SQLITE_DONE ? STATUS_DONE : database_message(p);
}

/* Why functions have no names, or no lines, where that is so: once. */
static enum exit_status nameless_print(struct plain *p)
{
	sqlite3_stmt *q = session_query(p->session, "sql/query/symbols_missing.sql");
	int code = q ? sqlite3_step(q) : SQLITE_ERROR;

	if (code == SQLITE_ROW) {
		const char *reason = column_text(q, "reason");

		p->nameless = true;
		message(STATUS_DONE, column_text(q, "remedy"), "%s: %s",
			reason ? "no function names" : column_text(q, "path"),
			reason ? reason : column_text(q, "missing"));
	}
	sqlite3_reset(q);
	return code == SQLITE_ROW || code == SQLITE_DONE ? STATUS_DONE : database_message(p);
}

/*
 * Is the next part complete, or the recording over? The end of a chunk does not say so: a recorder
 * that was held up writes what happened meanwhile in several.
 */
static bool part_over(const struct plain *p, const struct growing_state *recording, bool over)
{
	int64_t every = p->options->every_ns ? p->options->every_ns : PLAIN_PART_NS;
	int64_t since_ns = p->printed_ns ? p->printed_ns : recording->start_ns;

	return over ? recording->end_ns > p->printed_ns
		    : recording->clock_ns - since_ns >= every - every / 8;
}

/* Each part begins where the one before ended. */
static enum exit_status part_print(struct plain *p, bool over)
{
	struct growing_state recording = session_recording(p->session);
	enum exit_status status = STATUS_DONE;
	struct window_state w;
	int err;

	if (!part_over(p, &recording, over))
		return STATUS_DONE;
	if (!p->options->whole_window)
		session_set_length(p->session,
				   p->printed_ns ? recording.end_ns - p->printed_ns : 0);
	err = session_derive(p->session);
	if (err == -EAGAIN)
		return STATUS_DONE;
	if (err)
		return database_message(p);
	w = session_state(p->session).window;
	p->printed_ns = w.to_ns;
	if (!p->nameless)
		status = nameless_print(p);
	if (status == STATUS_DONE && p->options->alert_ns)
		status = alerts_print(p);
	if (status == STATUS_DONE && !p->options->quiet)
		status = line_print(p, &w);
	if (status == STATUS_DONE && p->options->judge)
		status = p->options->judge(p->options->context, p->session);
	if (fflush(stdout) && status == STATUS_DONE)
		status =
			message(STATUS_SYSTEM, NULL, "cannot write the lines: %s", strerror(errno));
	return status;
}

/* False: it was interrupted, and the stream goes on. */
static bool wait_for_more(struct plain *p)
{
	struct pollfd ready = {.fd = p->options->descriptor, .events = POLLIN};
	int64_t since_ms = now_ms();

	while (poll(&ready, 1, POLL_MS) <= 0) {
		if (interrupt_came() && !p->stopping_ms)
			p->stopping_ms = now_ms();
		if (p->stopping_ms && now_ms() - p->stopping_ms > FAREWELL_MS)
			return false;
		if (!p->silent && now_ms() - since_ms > SILENT_MS) {
			p->silent = true;
			message(STATUS_DONE, "the link to the recorder is slow, or it hangs",
				"%s: nothing has come for %d s", p->options->path,
				SILENT_MS / 1000);
		}
	}
	p->silent = false;
	return true;
}

static enum exit_status stream_end(const struct plain *p)
{
	struct session_state s = session_state(p->session);

	if (s.error && s.error != -EBADMSG && s.error != -EPROTO && s.error != -ENOMEM &&
	    sqlite3_errcode(session_database(p->session)) > SQLITE_OK &&
	    sqlite3_errcode(session_database(p->session)) < SQLITE_ROW)
		return database_message(p);
	if (s.error)
		return capture_error(p->options->path, s.error);
	if (!s.window.capture)
		return capture_error(p->options->path, -ENODATA);
	if (s.cut)
		message(STATUS_DONE, "the figures until then hold",
			"%s: the stream ended before the recording did", p->options->path);
	return STATUS_DONE;
}

enum exit_status plain_run(struct session *s, const struct plain_options *options)
{
	struct plain p = {.session = s, .options = options};
	enum exit_status status = STATUS_DONE;

	interrupt_watch();
	while (status == STATUS_DONE) {
		enum session_event event = session_next(s);
		bool over = event == SESSION_END || event == SESSION_FAILED;
		struct session_state state = session_state(s);

		if (state.captures != p.captures)
			p.printed_ns = 0;
		p.captures = state.captures;
		status = part_print(&p, over || state.another);
		if (over)
			return status == STATUS_DONE ? stream_end(&p) : status;
		if (event == SESSION_WAIT && status == STATUS_DONE && !wait_for_more(&p))
			return interrupt_message();
	}
	return status;
}
