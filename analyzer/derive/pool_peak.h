/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_POOL_PEAK_H
#define HUD_ANALYZER_DERIVE_POOL_PEAK_H

#include "analyzer/store/row_source.h"

/*
 * pool_peak_rows(capture): one row, how many threads of the blocking pool were seen at work at the same
 * moment at the most, for sql/derive/19_pool_peak.sql. Its context: struct sightings.
 */
extern const struct row_source pool_peak_rows;

#endif
