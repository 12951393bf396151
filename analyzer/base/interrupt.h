/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_INTERRUPT_H
#define HUD_ANALYZER_BASE_INTERRUPT_H

#include "analyzer/base/message.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * Ctrl-C, and SIGTERM, end what a database is doing: its statements fail with SQLITE_INTERRUPT, so
 * that the verb can tidy up. A second one ends the process at once.
 */
void interrupt_watch(sqlite3 *db);

/* Did one come? */
bool interrupt_came(void);

/* Says so, and gives the exit status: 130, of SIGTERM 143. */
enum exit_status interrupt_message(void);

#endif
