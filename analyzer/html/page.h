/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_HTML_PAGE_H
#define HUD_ANALYZER_HTML_PAGE_H

#include "analyzer/base/output_file.h"

#include <sqlite3.h>

/*
 * A page in one file, which needs no network: head, data, script. Only the data depend on what is
 * shown; they are rows of queries, which have names. Functions say on stderr what went wrong.
 */
struct html_page {
	struct output_file file;
	bool any; /* data were written */
};

/* `path`: - is standard output. */
enum exit_status html_page_open(struct html_page *p, const char *path, const char *title);

/* All rows of a query, which it finalizes. */
enum exit_status html_page_rows(struct html_page *p, const char *name, sqlite3_stmt *q);

/* After anything but STATUS_DONE there is no page. Returns `status`, or what went wrong now. */
enum exit_status html_page_close(struct html_page *p, enum exit_status status);

#endif
