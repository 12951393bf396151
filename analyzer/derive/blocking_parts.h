/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_BLOCKING_PARTS_H
#define HUD_ANALYZER_DERIVE_BLOCKING_PARTS_H

#include "analyzer/derive/row_pair.h"

/*
 * Two table-valued functions over the parts, by stack and cause, of all blocking polls:
 *
 * part_keys(capture): each distinct (stack, cause), numbered, with how long its parts blocked; for
 * sql/derive/50_site.sql and 51_slice.sql;
 * part_rows(capture): the parts, poll by poll, each with the number of its (stack, cause); for
 * sql/derive/51_slice.sql.
 */
extern const struct row_pair blocking_parts;

#endif
