/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LIVE_SESSION_H
#define HUD_ANALYZER_LIVE_SESSION_H

#include "analyzer/live/window.h"
#include "format/base/new_file.h"

/*
 * A stream of a recording, read as it comes, into a window. A stream may hold several captures one
 * after another: the window is then always of the last.
 */

#define SESSION_WINDOW_NS INT64_C(10000000000)

struct session_options {
	const struct resolver *resolver;
	int descriptor;    /* of a file or a pipe */
	bool whole;        /* a file: its symbols, which come last, are read first */
	const char *save;  /* write all that is read to this file too; NULL */
	bool keep;         /* for session_write_part() */
	int64_t length_ns; /* of the window */
	int64_t least_ns;  /* of a blocking poll; 0: all */
};

enum session_event {
	SESSION_CHUNK,  /* a chunk was taken, and the next one is there */
	SESSION_WAIT,   /* all there is was taken: poll the descriptor */
	SESSION_END,    /* the stream is over */
	SESSION_FAILED, /* session_state() says why; what was seen is kept */
};

struct session;

/* 0 or a negative errno; -EIO after an error of SQLite. */
int session_open(const struct session_options *options, struct session **out);
/* Keeps the saved file under its name if all of it was written. 0 or a negative errno of that. */
int session_close(struct session *s);

/* Takes the next chunk, or says why there is none. Never waits. */
enum session_event session_next(struct session *s);

/*
 * Reads what there is and keeps it for session_next(), so that the recorder can go on while nothing
 * changes here. False: no more fits.
 */
bool session_hold(struct session *s);

/*
 * Goes to a time of the recording, ns since its start: what session_next() gives after that is what
 * comes until then, as fast as it goes, and then the rest. Of a file only. 0 or a negative errno.
 */
int session_seek(struct session *s, int64_t at_ns);

/* Is a second of the recording, or the time in which its figures cost little, over? */
bool session_due(const struct session *s);
/* Derives the figures of the window. As window_derive(). */
int session_derive(struct session *s);

/*
 * Writes the window that was derived last as a capture, as session_options.keep allows it. 0 or a
 * negative errno, -ENODATA: nothing was derived.
 */
int session_write_part(struct session *s, const char *path);

struct session_state {
	struct window_state window;
	uint64_t bytes;    /* read */
	uint64_t captures; /* begun in this stream */
	int64_t next_ns;   /* when the next chunk ends, after SESSION_CHUNK; 0: not known */
	int64_t last_ns;   /* when the last chunk of a whole file ends; 0: not known */
	int64_t cost_ns;   /* CPU time of the last derivation */
	int error;         /* a negative errno: of the stream, or of the database */
	int save_error;    /* a negative errno: the file to save is not whole */
	bool over, cut;    /* the stream has ended; without the END record of its recorder */
	bool another;      /* the next chunk is of another capture: this one is over */
};
struct session_state session_state(const struct session *s);

/* What was taken so far, derived or not. */
struct growing_state session_recording(const struct session *s);
/* As window_query(). */
sqlite3_stmt *session_query(struct session *s, const char *file);
sqlite3 *session_database(const struct session *s);
void session_set_length(struct session *s, int64_t ns);
/* As window_set_least(). */
int session_set_least(struct session *s, int64_t ns);

#endif
