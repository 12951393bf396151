/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_LONG_SLEEP_H
#define HUD_ANALYZER_DERIVE_LONG_SLEEP_H

#include "analyzer/store/row_source.h"

/*
 * long_sleep(capture): the sleeps of threads at work as workers that lasted for the threshold or
 * longer, without their wait for a CPU, and were no preemption; for
 * sql/derive/40_blocking_offcpu.sql. Its context is struct observations.
 */
extern const struct row_source long_sleep;

#endif
