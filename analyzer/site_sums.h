/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SITE_SUMS_H
#define HUD_ANALYZER_SITE_SUMS_H

#include <sqlite3.h>

/*
 * site_poll_told(capture) and site_time_told(capture), asked in this order: what the tables of these names
 * hold, from one pass over the slices. SQL would sort them all, twice.
 */

/* 0 or -ENOMEM; to be withdrawn also then. */
int site_sums_provide(sqlite3 *db);
void site_sums_withdraw(sqlite3 *db);

#endif
