/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_THREAD_TOTALS_H
#define HUD_ANALYZER_DERIVE_THREAD_TOTALS_H

#include "analyzer/store/row_source.h"

/*
 * thread_totals_rows(capture): what the windows of each thread come to, in the order of threads, for
 * sql/derive/11_thread_totals.sql. SQLite would sort all windows for it.
 */
extern const struct row_source thread_totals_rows;

#endif
