/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_BASE_DURATION_H
#define HUD_FORMAT_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads "250ms", "1.5 s" or "2m30s": numbers, each with a unit (ns, us, ms, s, m or min, h). False:
 * the text is no duration, or is longer than fits into nanoseconds.
 */
bool duration_read(const char *text, int64_t *ns);

/*
 * The duration that *text begins with, in ns and not rounded; *text is moved past it. It may be
 * longer than int64_t holds. Negative: there is none, and *text stays.
 */
double duration_prefix(const char **text);

#endif
