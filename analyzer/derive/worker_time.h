/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_WORKER_TIME_H
#define HUD_ANALYZER_DERIVE_WORKER_TIME_H

#include "analyzer/derive/kept_rows.h"

/*
 * Two table-valued functions, made in one pass over the sleeps of a capture and the looks at its
 * threads:
 *
 * thread_slept(capture): for each thread, how long it slept in which state of a worker, for
 * sql/derive/60_worker.sql;
 * window_rows(capture): the same for each window of each worker, in the order of threads and times,
 * with all else that a window tells, and how many looks saw what there, for sql/derive/61_timeline.sql.
 */
extern const struct kept_rows worker_time;

#endif
