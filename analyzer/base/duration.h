/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_DURATION_H
#define HUD_ANALYZER_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads "250ms", "1.5 s", "2m30s": numbers, each with its unit (ns, us, ms, s, m or min, h). False: it is
 * none, or none that fits into ns.
 */
bool duration_read(const char *text, int64_t *ns);

#endif
