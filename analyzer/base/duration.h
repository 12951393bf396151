/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_DURATION_H
#define HUD_ANALYZER_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads "250ms", "1.5 s" or "2m30s": numbers, each with a unit (ns, us, ms, s, m or min, h). False:
 * the text is no duration, or is longer than fits into nanoseconds.
 */
bool duration_read(const char *text, int64_t *ns);

#endif
