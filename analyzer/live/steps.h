/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LIVE_STEPS_H
#define HUD_ANALYZER_LIVE_STEPS_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Statements of embedded files, prepared once and run again and again: to prepare those of a
 * derivation takes longer than to run them over a few seconds of a recording.
 */
struct steps {
	sqlite3_stmt **statement;
	size_t count, room;
};

/* What the statements' parameters are bound to; a parameter that is none of these stays NULL. */
struct step_times {
	int64_t capture;
	int64_t from_ns, to_ns; /* :from, :to; 0: NULL */
	int64_t oldest_ns;      /* :oldest */
	int64_t least_ns;       /* :least; 0: NULL */
};

/*
 * Prepares those of a file, after those that are there. Files of sql/filter/, which fill temporary
 * tables, are made to work on the tables of the database itself. 0, -ENOENT, -ENOMEM or -EIO.
 */
int steps_add(struct steps *steps, sqlite3 *db, const char *file);

/* Runs all in order. 0 or a negative errno. */
int steps_run(const struct steps *steps, const struct step_times *times);

void steps_close(struct steps *steps);

#endif
