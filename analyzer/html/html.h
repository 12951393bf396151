/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_HTML_HTML_H
#define HUD_ANALYZER_HTML_HTML_H

#include "analyzer/compare/comparison.h"
#include "analyzer/open/input.h"

/*
 * Writes a page in one file, which needs no network: rows of queries as JSON, and a script that
 * shows them. `path`: - is standard output. Functions say on stderr what went wrong.
 */
enum exit_status report_html(const struct input *input, const char *path);
/* After comparison_judge(), of a comparison whose `stacks` are kept. */
enum exit_status diff_html(struct comparison *c, const char *path);

#endif
