/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <string.h>

/* What used the CPU: functions and source files. */

#define HOTSPOTS_SHOWN 5

static void print_labels(const struct page *page, const char *what)
{
	fprintf(page->out, "%s%9s %7s %9s   %s%s\n", page_paint(page, DIM), "self", "of all",
		"with calls", what, page_paint(page, PLAIN));
}

static void print_function_labels(const struct page *page)
{
	print_labels(page, "function");
}

static void print_file_labels(const struct page *page)
{
	print_labels(page, "file");
}

static void print_times(const struct page *page, sqlite3_stmt *q)
{
	char self[WORD_BYTES], total[WORD_BYTES];

	fprintf(page->out, "%9s %6.1f%% %9s   ",
		duration_word(self, column_number(q, "self_ns", -1)), 100 * column_real(q, "share"),
		duration_word(total, column_number(q, "total_ns", -1)));
}

static void print_function(const struct page *page, sqlite3_stmt *q)
{
	const char *origin = column_text(q, "origin");

	print_times(page, q);
	fputs(column_text(q, "function"), page->out);
	if (strcmp(origin, "user") == 0)
		page_place(page, q, 0, 0);
	else
		fprintf(page->out, "  (%s)", origin);
	fputc('\n', page->out);
}

static void print_file(const struct page *page, sqlite3_stmt *q)
{
	const char *file = column_text(q, "file");

	print_times(page, q);
	fprintf(page->out, "%s\n", file ? file : "not known");
}

enum exit_status report_hotspots(const struct page *page)
{
	const struct page_list functions = {"hotspots", "CPU HOTSPOTS, ALL THREADS",
					    print_function_labels, print_function, HOTSPOTS_SHOWN};
	const struct page_list files = {"hotfiles", NULL, print_file_labels, print_file,
					HOTSPOTS_SHOWN};

	if (page_list(page, &functions, NULL) < 0 || page_list(page, &files, NULL) < 0)
		return STATUS_SYSTEM;
	return STATUS_DONE;
}
