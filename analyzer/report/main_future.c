/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/terminal.h"
#include "analyzer/base/words.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/* What blocked the main future; only where something did. */

#define SITES_SHOWN 5

static void print_labels(const struct page *page)
{
	fprintf(page->out, "%s     %9s %7s %9s %9s  %-*s%s%s\n", page_paint(page, DIM), "total",
		"times", "", "max", page_function_apart(page) ? 0 : PAGE_CAUSE_COLUMNS, "cause",
		page_function_apart(page) ? "" : "function", page_paint(page, PLAIN));
}

static void print_site(const struct page *page, sqlite3_stmt *q)
{
	const char *function = column_text(q, "function");
	char total[WORD_BYTES], max[WORD_BYTES];
	bool at_most = column_number(q, "at_most", 0) != 0;

	fprintf(page->out, "     %s%*s %7" PRId64 " %9s %9s  ", at_most ? "≤" : "", at_most ? 8 : 9,
		duration_word(total, column_number(q, "total_ns", -1)),
		column_number(q, "count", 0), "",
		duration_word(max, column_number(q, "max_ns", -1)));
	if (page_function_apart(page))
		fprintf(page->out, "%s\n%*s", column_text(q, "cause"), page->column, "");
	else
		fprintf(page->out, "%-*s", PAGE_CAUSE_COLUMNS, column_text(q, "cause"));
	fprintf(page->out, "%s%s%s", page_paint(page, BOLD), function, page_paint(page, PLAIN));
	page_place(page, q, page->column + text_width(function, strlen(function)), page->column);
	fputc('\n', page->out);
	if (column_number(q, "all_the_time", 0))
		fprintf(page->out, "%*sin one wait since before the recording, and still\n",
			page->column, "");
	else if (column_number(q, "open_count", 0))
		fprintf(page->out, "%*sstill blocked at the end\n", page->column, "");
}

enum exit_status report_main_future(const struct page *page)
{
	const struct page_list sites = {"main_sites",
					"MAIN FUTURE (blocks itself and what it joins, no worker)",
					print_labels, print_site, SITES_SHOWN};

	return page_list(page, &sites, NULL) < 0 ? STATUS_SYSTEM : STATUS_DONE;
}
