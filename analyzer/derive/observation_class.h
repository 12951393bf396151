/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_OBSERVATION_CLASS_H
#define HUD_ANALYZER_DERIVE_OBSERVATION_CLASS_H

#include "analyzer/store/row_source.h"

/*
 * observation_rows(capture): all observations of a capture, thread by thread in the order of time,
 * each classified by what was observed before and after it; for sql/derive/10_observation.sql. Its
 * context is struct observations, which are classified afterwards.
 */
extern const struct row_source observation_rows;

#endif
