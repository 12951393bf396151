/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POOL_CROWD_H
#define HUD_ANALYZER_POOL_CROWD_H

#include "analyzer/row_source.h"

/*
 * pool_crowd(capture): one row, how many threads of the blocking pool were seen at work at the same
 * moment at the most, for derive_19_pool_peak.sql. Its context: struct sightings.
 */
extern const struct row_source pool_crowd;

#endif
