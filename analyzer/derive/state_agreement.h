/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_STATE_AGREEMENT_H
#define HUD_ANALYZER_DERIVE_STATE_AGREEMENT_H

#include "analyzer/store/row_source.h"

/*
 * state_agreement(capture): for each thread, how many of its observations have a stack that agrees
 * with the runtime's own state, and how many one that contradicts it; for
 * sql/derive/05_process_source.sql. Its context is struct observations.
 */
extern const struct row_source state_agreement;

#endif
