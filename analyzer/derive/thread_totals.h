/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_THREAD_TOTALS_H
#define HUD_ANALYZER_DERIVE_THREAD_TOTALS_H

#include "analyzer/store/row_source.h"

/*
 * thread_totals_rows(capture): the sums over the windows of each thread, ordered by thread; for
 * sql/derive/11_thread_totals.sql. In SQL this would sort all windows.
 */
extern const struct row_source thread_totals_rows;

#endif
