/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_SITE_SUMS_H
#define HUD_ANALYZER_DERIVE_SITE_SUMS_H

#include "analyzer/derive/row_pair.h"

/*
 * site_poll_rows(capture) and site_time_rows(capture): the rows of the tables site_poll and
 * site_time, from one pass over the slices. In SQL each of them would sort all slices.
 */
extern const struct row_pair site_sums;

#endif
