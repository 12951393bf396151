/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BLOCKING_PART_H
#define HUD_ANALYZER_BLOCKING_PART_H

#include "analyzer/sightings.h"

/*
 * Two table-valued functions over the parts, by stack and cause, into which blocking polls divide:
 *
 * part_place(capture): each distinct (stack, cause), numbered, with the time of its parts, for
 * derive_50_site.sql;
 * part_told(capture): the parts, poll by poll, each with the number of its place, for
 * derive_51_slice.sql.
 *
 * The first that is asked for a capture divides for both. 0 or a negative errno.
 */
int blocking_part_provide(sqlite3 *db, struct sightings *sightings);
void blocking_part_withdraw(sqlite3 *db);

#endif
