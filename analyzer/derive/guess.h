/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_GUESS_H
#define HUD_ANALYZER_DERIVE_GUESS_H

#include "analyzer/derive/observations.h"

/*
 * A layout of the runtime's state may be a guess, taken from a similar build, until it is learned
 * from the process itself. Where stacks contradict what the guess said (1% and more), that is
 * forgotten, here and in the database: it says nothing of what was learned. SQLite's code.
 */
int guess_forget(struct observations *all, sqlite3 *db, int64_t capture);

#endif
