/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_PROGRESS_H
#define HUD_ANALYZER_SYMBOLS_PROGRESS_H

#include <stdint.h>

/* For debug_sources.progress: a line on stderr, where that is a terminal. */
void symbol_progress(void *context, const char *what, uint64_t done, uint64_t all);
/* For debug_sources.trouble: a line on stderr. */
void symbol_trouble(void *context, const char *what);

#endif
