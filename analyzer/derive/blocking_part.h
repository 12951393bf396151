/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_BLOCKING_PART_H
#define HUD_ANALYZER_DERIVE_BLOCKING_PART_H

#include "analyzer/derive/kept_rows.h"

/*
 * Two table-valued functions over the parts, by stack and cause, into which blocking polls divide:
 *
 * part_place(capture): each distinct (stack, cause), numbered, with the time of its parts, for
 * sql/derive/50_site.sql;
 * part_rows(capture): the parts, poll by poll, each with the number of its place, for
 * sql/derive/51_slice.sql.
 */
extern const struct kept_rows blocking_part;

#endif
