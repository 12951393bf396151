/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_THREAD_SUMMARY_H
#define HUD_ANALYZER_DERIVE_THREAD_SUMMARY_H

#include "analyzer/store/row_source.h"

/*
 * thread_summary_rows(capture): for each thread, sums over its observations, for
 * sql/derive/17_thread_summary.sql. Its context is struct observations.
 */
extern const struct row_source thread_summary_rows;

#endif
