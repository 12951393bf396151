/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_WINDOW_SUMS_H
#define HUD_ANALYZER_WINDOW_SUMS_H

#include "analyzer/row_source.h"

/*
 * window_sums(capture): what the windows of each thread come to, in the order of threads, for
 * derive_11_thread_spent.sql. SQLite would sort all windows for it.
 */
extern const struct row_source window_sums;

#endif
