/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_REPORT_H
#define HUD_ANALYZER_REPORT_H

#include "analyzer/input.h"
#include "analyzer/table.h"

/* The report for people: a first screen that answers, with at most `top` sites. */
enum exit_status report_text(const struct input *input, uint64_t top);

/* The whole report as one JSON document; `top` 0: all sites. */
enum exit_status report_json(const struct input *input, uint64_t top);

#endif
