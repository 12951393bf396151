/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_STATE_AGREEMENT_H
#define HUD_ANALYZER_DERIVE_STATE_AGREEMENT_H

#include "analyzer/store/row_source.h"

/*
 * state_agreement(capture): for each thread, how often the runtime's own state and its stacks agree, for
 * sql/derive/05_process_source.sql. Its context: struct sightings.
 */
extern const struct row_source state_agreement;

#endif
