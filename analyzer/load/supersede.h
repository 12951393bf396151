/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_SUPERSEDE_H
#define HUD_ANALYZER_LOAD_SUPERSEDE_H

#include <sqlite3.h>

#include "format/capture_reader.h"

/*
 * A capture that ingest() refused since the database has it: when the stream, from its beginning,
 * brings symbols and more chunks than were loaded, the old rows go, so that it can be loaded again.
 * 0: they are gone; -EEXIST: they stay; else an errno of the stream or the database.
 */
int ingest_supersede(sqlite3 *db, const char *capture_id, capture_source source, void *context);

#endif
