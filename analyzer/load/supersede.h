/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_SUPERSEDE_H
#define HUD_ANALYZER_LOAD_SUPERSEDE_H

#include "format/capture/reader.h"

#include <sqlite3.h>

/*
 * For a capture that ingest() refused because the database has it. If the stream, read from its
 * start, has symbols and more chunks than were loaded, deletes the old rows, for a new load.
 * 0: deleted; -EEXIST: kept; else an errno of the stream or the database.
 */
int ingest_supersede(sqlite3 *db, const char *capture_id, capture_source source, void *context);

#endif
