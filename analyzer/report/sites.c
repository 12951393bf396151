/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/words.h"
#include "analyzer/base/terminal.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/*
 * The blocking sites: the list, and all there is to say about one.
 */

#define SITES_SHOWN 10
#define TREE_SHOWN 40
#define LIST_SHOWN 5
#define ADVICE_COLUMN 15
#define FIGURES_END 44 /* of a site's line */
#define TREE_COLUMN 20 /* where the functions of the tree begin */

/* On a narrow page functions have lines of their own. */
static bool function_apart(const struct page *page)
{
	return page->column < FIGURES_END;
}

static void print_site_labels(const struct page *page)
{
	fprintf(page->out, "%s%4s %9s %7s %9s %9s  %s%s\n", page_paint(page, DIM), "site", "total",
		page_unit(page), "p99", "max",
		function_apart(page) ? "cause" : "cause       function", page_paint(page, PLAIN));
}

/* Who called it: the task, and the entry where that is yet another name. */
static void print_origin_of_call(const struct page *page, const char *function, const char *tasks,
				 const char *entry)
{
	bool tell_entry =
		entry && strcmp(entry, function) != 0 && !(tasks && strcmp(entry, tasks) == 0);

	if (!tasks && !tell_entry)
		return;
	fprintf(page->out, "%*s%s%s%s%s%s\n", page->column, "", tasks ? "in task " : "",
		tasks ? tasks : "", tasks && tell_entry ? ", " : "",
		tell_entry ? "entered by " : "", tell_entry ? entry : "");
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
		fputs("  no stack reaches it", page->out);
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
	if (function_apart(page))
		fprintf(page->out, "%s\n%*s", cause, page->column, "");
	else
		fprintf(page->out, "%-12s", cause);
	print_function(page, q);
	print_origin_of_call(page, column_text(q, "function"), column_text(q, "tasks"),
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
	bool bound = false;

	page_heading(page, "BLOCKING SITES");
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW && shown < rows) {
		if (!shown++)
			print_site_labels(page);
		print_site(page, q);
		bound |= column_number(q, "at_most", 0) != 0;
	}
	if (bound)
		fputs("     ≤  at most: several polls of one task in a row can look like one\n",
		      page->out);
	if (step == SQLITE_ROW)
		fputs("     more: --top N, or hud-analyze query … @sites\n", page->out);
	else if (!shown)
		fputs("  none\n", page->out);
	sqlite3_finalize(q);
	return step == SQLITE_ROW || step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

static void print_tree_row(const struct page *page, sqlite3_stmt *q)
{
	char time[WORD_BYTES];
	int fork = (int)column_number(q, "fork", 0);

	fprintf(page->out, "%9s %6.1f%%  %*s%s%s",
		duration_word(time, column_number(q, "wall_ns", -1)), 100 * column_real(q, "share"),
		2 * fork, "",
		column_number(q, "forked", 0) ? "└ "
		: fork                        ? "  "
					      : "",
		column_text(q, "function"));
	if (strcmp(column_text(q, "origin"), "user") == 0)
		page_place(page, q, 0, 0);
	fputc('\n', page->out);
}

static void print_line_row(const struct page *page, sqlite3_stmt *q)
{
	char time[WORD_BYTES];

	fprintf(page->out, "%9s", duration_word(time, column_number(q, "wall_ns", -1)));
	if (column_text(q, "file"))
		page_place(page, q, 0, 0);
	else
		fputs("  not known", page->out);
	fputc('\n', page->out);
}

static void print_waker_row(const struct page *page, sqlite3_stmt *q)
{
	char time[WORD_BYTES];
	const char *waker = column_text(q, "waker");

	fprintf(page->out, "%9s %6.1f%%  %s", duration_word(time, column_number(q, "wall_ns", -1)),
		100 * column_real(q, "share"),
		waker ? waker : "a thread without a stack that tells");
	page_place(page, q, 0, 0);
	fputc('\n', page->out);
}

/* Of the polls whose end was seen (--polls). */
static void print_delay(const struct page *page, sqlite3_stmt *q)
{
	char mean[WORD_BYTES], max[WORD_BYTES];

	if (column_number(q, "queued", 0))
		fprintf(page->out,
			"  at the ends of %" PRId64 " polls %" PRId64
			" had queued there for %s or longer on average, one for %s\n",
			column_number(q, "followed", 0), column_number(q, "queued", 0),
			duration_word(mean, column_number(q, "queue_wait_mean_ns", -1)),
			duration_word(max, column_number(q, "queue_wait_max_ns", -1)));
	if (column_number(q, "next_polls", 0))
		fprintf(page->out,
			"  %" PRId64
			" were left when the next poll began; the polls after that came %s later on average, %s at most\n",
			column_number(q, "left_queued", 0),
			duration_word(mean, column_number(q, "next_mean_ns", -1)),
			duration_word(max, column_number(q, "next_max_ns", -1)));
}

static void print_queue_wait_row(const struct page *page, sqlite3_stmt *q)
{
	fprintf(page->out,
		"  %.1f tasks queued ready in the worker's queue on average, at most %" PRId64 "\n",
		column_real(q, "mean"), column_number(q, "max", 0));
	print_delay(page, q);
}

static void print_span_row(const struct page *page, sqlite3_stmt *q)
{
	char time[WORD_BYTES], at[WORD_BYTES];
	const char *task = column_text(q, "task");

	fprintf(page->out, "%9s  at %8s on %" PRId64 "%s%s%s\n",
		duration_word(time, column_number(q, "wall_ns", -1)),
		duration_word(at, column_number(q, "at_ms", 0) * 1000000),
		column_number(q, "tid", 0), task ? " in task " : "", task ? task : "",
		column_number(q, "open", 0) ? "  STILL BLOCKED AT THE END" : "");
}

enum exit_status report_one_site(const struct page *page)
{
	uint64_t list = page_rows(page, LIST_SHOWN);
	bool more = false;
	int64_t shown;

	if (page_list(page, "lines", list, "AT LINES", print_line_row, NULL) < 0)
		return STATUS_SYSTEM;
	shown = page_list(page, "tree", page_rows(page, TREE_SHOWN), "CALLS", print_tree_row,
			  &more);
	if (shown < 0)
		return STATUS_SYSTEM;
	if (more)
		fprintf(page->out, "%*smore: --top N\n", TREE_COLUMN, "");
	shown = page_list(page, "wakers", list, "WOKEN BY", print_waker_row, NULL);
	if (shown < 0)
		return STATUS_SYSTEM;
	shown = page_list(page, "queue_wait", 1, "WAITING BEHIND IT", print_queue_wait_row, NULL);
	if (shown < 0)
		return STATUS_SYSTEM;
	shown = page_list(page, "spans", list, page->polls ? "LONGEST POLLS" : "LONGEST SPANS",
			  print_span_row, NULL);
	return shown < 0 ? STATUS_SYSTEM : STATUS_DONE;
}
