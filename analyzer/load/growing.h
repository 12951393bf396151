/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_GROWING_H
#define HUD_ANALYZER_LOAD_GROWING_H

#include "analyzer/load/ingest.h"

/*
 * A capture that is loaded as it grows: rows of events as they come, definitions and stacks with
 * growing_write(), each address resolved once. Nothing is derived. Rows of events may be deleted by
 * the caller; definitions stay.
 */
struct growing;

/* `options` and the database must outlive it. 0, -ENOMEM or -EIO. */
int growing_open(sqlite3 *db, const struct ingest_options *options, struct growing **out);
void growing_close(struct growing *g);

/*
 * Takes a record, with the chunk that it is in (NULL: damage before the first) and the bytes of the
 * stream read until then. 0 or a negative errno; -EXDEV: the record is of another capture, and was
 * not taken.
 */
int growing_add(struct growing *g, const struct hud_record *r, const struct hud_chunk *chunk,
		uint64_t bytes);

/*
 * Stores all that was taken. *capture is the row of the capture; 0: how it was recorded is not
 * known yet, and nothing was stored. 0 or a negative errno.
 */
int growing_write(struct growing *g, int64_t *capture);

/* Of the capture so far. */
struct growing_state {
	int64_t start_ns,
		end_ns; /* CLOCK_MONOTONIC of the target: until the end of the last chunk */
	/*
	 * The last time that hud-record wrote its clocks: what came before, it had written by then,
	 * and of threads that do nothing as well. 0: it has not yet.
	 */
	int64_t clock_ns;
	uint64_t events;
	bool ended; /* its END record was read */
};
struct growing_state growing_state(const struct growing *g);

#endif
