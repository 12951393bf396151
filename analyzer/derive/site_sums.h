/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_SITE_SUMS_H
#define HUD_ANALYZER_DERIVE_SITE_SUMS_H

#include "analyzer/derive/kept_rows.h"

/*
 * site_poll_rows(capture) and site_time_rows(capture): what the tables of these names hold, from one pass
 * over the slices. SQL would sort them all, twice.
 */
extern const struct kept_rows site_sums;

#endif
