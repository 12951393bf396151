/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_DERIVATION_H
#define HUD_ANALYZER_DERIVE_DERIVATION_H

#include "analyzer/derive/observations.h"

/*
 * The table-valued functions that the files of sql/derive/ call, on one connection: what is easier
 * to compute in a pass over rows in the order of time than in SQL. All of them share the
 * observations.
 */
struct derivation {
	sqlite3 *db;
	struct observations observations;
};

/*
 * Makes the functions known to the connection. `d` must stay where it is until derivation_end(),
 * which is needed after an error too. 0 or -ENOMEM.
 */
int derivation_begin(struct derivation *d, sqlite3 *db);
void derivation_end(struct derivation *d);

/*
 * Runs all of sql/derive/ for one capture. `given`: its observations, as the loader added them;
 * they are moved out of it. NULL: they are read from the database. 0 or a negative errno.
 */
int derivation_run(sqlite3 *db, int64_t capture, struct observations *given);

#endif
