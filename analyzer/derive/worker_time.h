/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_WORKER_TIME_H
#define HUD_ANALYZER_DERIVE_WORKER_TIME_H

#include "analyzer/derive/row_pair.h"

/*
 * Two table-valued functions from one pass over the observations of a capture:
 *
 * thread_slept(capture): for each thread, how long it slept in which state of a worker; for
 * sql/derive/60_worker.sql; window_rows(capture): for each window of each worker, ordered by thread
 * and time, the same, the window's own times, and how many samples saw what in it; for
 * sql/derive/61_timeline.sql.
 */
extern const struct row_pair worker_time;

#endif
