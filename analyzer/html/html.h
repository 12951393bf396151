/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_HTML_HTML_H
#define HUD_ANALYZER_HTML_HTML_H

#include "analyzer/open/input.h"

/*
 * Writes the report as a page in one file, which needs no network: the rows of named queries as
 * JSON, and a script that shows them. `path`: - is standard output. Says on stderr what went wrong.
 */
enum exit_status report_html(const struct input *input, const char *path);

#endif
