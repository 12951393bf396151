/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_THREAD_SEEN_H
#define HUD_ANALYZER_DERIVE_THREAD_SEEN_H

#include "analyzer/store/row_source.h"

/*
 * thread_seen_rows(capture): all sums of a thread's evidence that are asked for more than once, for
 * sql/derive/17_thread_seen.sql. Its context: struct sightings.
 */
extern const struct row_source thread_seen_rows;

#endif
