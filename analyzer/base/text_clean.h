/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_TEXT_CLEAN_H
#define HUD_ANALYZER_BASE_TEXT_CLEAN_H

#include <stddef.h>

/*
 * A copy that is valid UTF-8 and has no control characters: each byte that is neither becomes
 * U+FFFD. Terminated, the caller's to free(); NULL: no memory.
 */
char *text_clean(const char *text, size_t bytes);

#endif
