/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_OPEN_FILTER_ROW_H
#define HUD_ANALYZER_OPEN_FILTER_ROW_H

#include "analyzer/open/filter.h"

#include <sqlite3.h>

/*
 * Checks the filters against one capture, and writes what they mean there into the table `filter`.
 * Says on stderr what is wrong with them.
 */
enum exit_status filter_row(sqlite3 *db, const struct filter *filter, int64_t capture);

#endif
