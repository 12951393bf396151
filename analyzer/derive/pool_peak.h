/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_POOL_PEAK_H
#define HUD_ANALYZER_DERIVE_POOL_PEAK_H

#include "analyzer/store/row_source.h"

/*
 * pool_peak_rows(capture): one row, the most threads of the blocking pool that were observed at
 * work at the same moment; for sql/derive/19_pool_peak.sql. Its context is struct observations.
 */
extern const struct row_source pool_peak_rows;

#endif
