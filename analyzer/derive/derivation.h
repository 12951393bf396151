/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_DERIVATION_H
#define HUD_ANALYZER_DERIVE_DERIVATION_H

#include "analyzer/derive/observations.h"

/*
 * The table-valued functions that the files derive_*.sql ask, on one connection: what passes over rows
 * in the order of time tell better than SQL does. What they read is kept from one to the next.
 */
struct derivation {
	sqlite3 *db;
	struct observations observations;
};

/* 0 or a negative errno; to be ended also then. `d` stays where it is until then. */
int derivation_begin(struct derivation *d, sqlite3 *db);
void derivation_end(struct derivation *d);

/*
 * Runs all of sql/derive/ for one capture. `given`: its sleeps and looks, which are taken; NULL: they are
 * read. 0 or a negative errno.
 */
int derivation_run(sqlite3 *db, int64_t capture, struct observations *given);

#endif
