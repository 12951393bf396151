/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_GUESS_H
#define HUD_ANALYZER_DERIVE_GUESS_H

#include "analyzer/derive/observations.h"

/*
 * A layout of the runtime's state may be a guess, taken from a similar build, until it is learned
 * from the process itself. Where more than 1 in 100 stacks contradict the guess, what was read with
 * it is forgotten, here and in the database, as if no state had been read until the layout was
 * learned. 0 or -errno.
 */
int guess_forget(struct observations *all, sqlite3 *db, int64_t capture);

#endif
