/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_STATE_AGREEMENT_H
#define HUD_ANALYZER_DERIVE_STATE_AGREEMENT_H

#include "analyzer/derive/observations.h"
#include "analyzer/store/row_source.h"

/*
 * state_agreement(capture): for each thread, how many of its observations have a stack that agrees
 * with the runtime's own state, and how many one that contradicts it; for
 * sql/derive/05_process_source.sql. Its context is struct observations.
 */
extern const struct row_source state_agreement;

/* Does the stack show a park, or a poll, where the state says so? */
bool state_agrees(const struct observation *s);
/* Does it show what cannot be, if the state is right? Many do neither. */
bool state_contradicts(const struct observation *s);

#endif
