/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/words.h"
#include "analyzer/base/terminal.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/* The blocking sites: the list. */

#define SITES_SHOWN 10
#define ADVICE_COLUMN 15

static void print_site_labels(const struct page *page)
{
	fprintf(page->out, "%s%4s %9s %7s %9s %9s  %s%s\n", page_paint(page, DIM), "site", "total",
		page_unit(page), "p99", "max",
		page_function_apart(page) ? "cause" : "cause       function",
		page_paint(page, PLAIN));
}

/* Who called it: the task, and the user's outermost function where that has another name. */
static void print_caller(const struct page *page, const char *function, const char *tasks,
			 const char *entry)
{
	bool entered =
		entry && strcmp(entry, function) != 0 && !(tasks && strcmp(entry, tasks) == 0);

	if (!tasks && !entered)
		return;
	fprintf(page->out, "%*s%s%s%s%s%s\n", page->column, "", tasks ? "in task " : "",
		tasks ? tasks : "", tasks && entered ? ", " : "", entered ? "called from " : "",
		entered ? entry : "");
}

static void print_advice(const struct page *page, sqlite3_stmt *q)
{
	const char *advice = column_text(q, "advice");
	const char *documentation = column_text(q, "documentation");
	char words[1024];

	if (!advice)
		return;
	snprintf(words, sizeof(words), "→ %s (docs: %s)", advice, documentation);
	fputs(page_paint(page, DIM), page->out);
	page_words(page, ADVICE_COLUMN, words);
	fputs(page_paint(page, PLAIN), page->out);
}

static void print_function(const struct page *page, sqlite3_stmt *q)
{
	const char *function = column_text(q, "function"), *origin = column_text(q, "origin");

	fprintf(page->out, "%s%s%s", page_paint(page, BOLD), function, page_paint(page, PLAIN));
	page_place(page, q, page->column + text_width(function, strlen(function)), page->column);
	if (strcmp(function, "unknown") == 0)
		fputs("  no stack was taken", page->out);
	else if (strcmp(origin, "user") != 0)
		fprintf(page->out, "  (%s)", origin);
	if (column_number(q, "open_count", 0))
		fputs("  STILL BLOCKED AT THE END", page->out);
	fputc('\n', page->out);
}

static void print_site(const struct page *page, sqlite3_stmt *q)
{
	char total[WORD_BYTES], p99[WORD_BYTES], max[WORD_BYTES];
	const char *wakers = column_text(q, "wakers"), *cause = column_text(q, "cause");
	bool at_most = column_number(q, "at_most", 0) != 0;

	fprintf(page->out, "%4" PRId64 " %s%*s %7" PRId64 " %9s %9s  ", column_number(q, "site", 0),
		at_most ? "≤" : "", at_most ? 8 : 9,
		duration_word(total, column_number(q, "total_ns", -1)),
		column_number(q, "count", 0), duration_word(p99, column_number(q, "p99_ns", -1)),
		duration_word(max, column_number(q, "max_ns", -1)));
	if (page_function_apart(page))
		fprintf(page->out, "%s\n%*s", cause, page->column, "");
	else
		fprintf(page->out, "%-12s", cause);
	print_function(page, q);
	print_caller(page, column_text(q, "function"), column_text(q, "tasks"),
		     column_text(q, "entry"));
	if (wakers && strcmp(cause, "lock") == 0)
		fprintf(page->out, "%*swoken by %s\n", page->column, "", wakers);
	print_advice(page, q);
}

enum exit_status report_sites(const struct page *page)
{
	uint64_t rows = page_rows(page, SITES_SHOWN), shown = 0;
	sqlite3_stmt *q = named_query(page->input, "sites", rows + 1);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	bool upper = false;

	page_heading(page, "BLOCKING SITES");
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW && shown < rows) {
		if (!shown++)
			print_site_labels(page);
		print_site(page, q);
		upper |= column_number(q, "at_most", 0) != 0;
	}
	if (upper)
		fputs("     ≤  upper bound: several polls of one task in a row can look like one\n",
		      page->out);
	if (step == SQLITE_ROW)
		fputs("     more: --top N, or hud-analyze query … @sites\n", page->out);
	else if (!shown)
		fputs("  none\n", page->out);
	sqlite3_finalize(q);
	return step == SQLITE_ROW || step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}
