/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_THREAD_TOLD_H
#define HUD_ANALYZER_THREAD_TOLD_H

#include "analyzer/row_source.h"

/*
 * thread_told(capture): all sums of a thread's evidence that are asked for more than once, for
 * derive_17_thread_seen.sql. Its context: struct sightings.
 */
extern const struct row_source thread_told;

#endif
