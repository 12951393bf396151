/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_OBSERVATION_CLASS_H
#define HUD_ANALYZER_DERIVE_OBSERVATION_CLASS_H

#include "analyzer/store/row_source.h"

/*
 * observation_rows(capture): all sleeps and looks of a capture, thread by thread in the order of time,
 * each with what its neighbours tell of it, for sql/derive/10_observation.sql. Its context: struct sightings,
 * which are told from then on.
 */
extern const struct row_source observation_rows;

#endif
