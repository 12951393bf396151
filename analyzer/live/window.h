/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LIVE_WINDOW_H
#define HUD_ANALYZER_LIVE_WINDOW_H

#include "analyzer/load/growing.h"

#include <sqlite3.h>

/*
 * The last seconds of a recording that goes on, as a database like that of a whole capture: the
 * same tables, filled by the same derivation, and the same views, which see the window as --from
 * would choose it. What is before the window is forgotten but for definitions, what was found out
 * of processes and threads, and the sums of each site, so that neither memory nor the time for a
 * derivation depends on how long the recording is.
 */
struct window;

/* `resolver` must outlive it. 0 or a negative errno. */
int window_open(const struct resolver *resolver, struct window **out);
void window_close(struct window *w);

/* How long it is. It can only become longer as the recording goes on. */
void window_set_length(struct window *w, int64_t ns);

/*
 * Leaves out blocking polls that are shorter, as --min does, from the next window_derive() on; 0:
 * none. 0 or a negative errno.
 */
int window_set_least(struct window *w, int64_t ns);

/* As growing_add(). */
int window_add(struct window *w, const struct hud_record *r, const struct hud_chunk *chunk,
	       uint64_t bytes);

/*
 * Stores what was added, and resolves the stacks that are new: window_derive() begins with it. As
 * growing_write(), but -EAGAIN where nothing says yet how it is recorded.
 */
int window_store(struct window *w);

/*
 * Derives all figures of the window that ends with what was added last. The views can be asked
 * until the next window_add(). 0 or a negative errno, as window_store().
 */
int window_derive(struct window *w);

/* What was added so far, derived or not. */
struct growing_state window_recording(const struct window *w);

/*
 * The statement of an embedded file, whose name must stay: prepared once, reset, and bound to the
 * capture and to all rows (:top). NULL: it cannot be prepared. It belongs to the window, and must
 * be reset before window_add().
 */
sqlite3_stmt *window_query(struct window *w, const char *file);

sqlite3 *window_database(const struct window *w);

/* Valid after window_derive(). Times are CLOCK_MONOTONIC of the target. */
struct window_state {
	struct growing_state recording;
	int64_t capture;        /* its row */
	int64_t from_ns, to_ns; /* the window */
};
struct window_state window_state(const struct window *w);

#endif
