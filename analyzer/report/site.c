/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/* All there is to say about one site. */

#define TREE_SHOWN 40
#define LIST_SHOWN 5
#define TREE_COLUMN 20 /* where the functions of the tree begin */

static void print_tree_row(const struct page *page, sqlite3_stmt *q)
{
	char time[WORD_BYTES];
	int fork = (int)column_number(q, "fork", 0);

	fprintf(page->out, "%9s %6.1f%%  %*s%s%s",
		duration_word(time, column_number(q, "blocked_ns", -1)),
		100 * column_real(q, "share"), 2 * fork, "",
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

	fprintf(page->out, "%9s", duration_word(time, column_number(q, "blocked_ns", -1)));
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

	if (column_number(q, "open", 0))
		waker = "nobody ended it until the end of the recording";
	fprintf(page->out, "%9s %6.1f%%  %s",
		duration_word(time, column_number(q, "blocked_ns", -1)),
		100 * column_real(q, "share"), waker ? waker : column_text(q, "known_as"));
	page_place(page, q, 0, 0);
	fputs(column_number(q, "inferred", 0) ? "  (inferred)\n" : "\n", page->out);
}

/* How long tasks were queued: known of polls whose end was seen (--polls). */
static void print_delay(const struct page *page, sqlite3_stmt *q)
{
	char mean[WORD_BYTES], max[WORD_BYTES];

	if (column_number(q, "queued", 0))
		fprintf(page->out,
			"  when %" PRId64 " polls ended, %" PRId64
			" tasks in all were still queued: for ≥ %s on average, one for ≥ %s\n",
			column_number(q, "polls_ended", 0), column_number(q, "queued", 0),
			duration_word(mean, column_number(q, "queue_wait_mean_ns", -1)),
			duration_word(max, column_number(q, "queue_wait_max_ns", -1)));
	if (column_number(q, "next_polls", 0))
		fprintf(page->out,
			"  when the next polls began, %" PRId64
			" tasks in all were queued, with those that became ready or were taken "
			"over after the block; these were polled %s later on average, %s at most\n",
			column_number(q, "left_queued", 0),
			duration_word(mean, column_number(q, "next_mean_ns", -1)),
			duration_word(max, column_number(q, "next_max_ns", -1)));
}

static void print_queue_wait_row(const struct page *page, sqlite3_stmt *q)
{
	double mean = column_real(q, "mean");

	fprintf(page->out,
		"  %.*f tasks in the worker's run queue on average, at most %" PRId64 " (%" PRId64
		" reading%s)\n",
		mean > 0 && mean < 0.1 ? 2 : 1, mean, column_number(q, "max", 0),
		column_number(q, "samples", 0), column_number(q, "samples", 0) == 1 ? "" : "s");
	print_delay(page, q);
}

/* Tasks in the LIFO slot. */
static void print_next_row(const struct page *page, sqlite3_stmt *q)
{
	char time[WORD_BYTES];

	fprintf(page->out, "%9s  %s, in %" PRId64 " wait%s\n",
		duration_word(time, column_number(q, "blocked_ns", -1)), column_text(q, "task"),
		column_number(q, "waits", 0), column_number(q, "waits", 0) == 1 ? "" : "s");
}

static void print_longest_row(const struct page *page, sqlite3_stmt *q)
{
	char time[WORD_BYTES], at[WORD_BYTES];
	const char *task = column_text(q, "task");
	int64_t at_ns = column_number(q, "at_ns", 0);

	fprintf(page->out, "%9s  at %8s on %" PRId64 "%s%s%s%s\n",
		duration_word(time, column_number(q, "wall_ns", -1)),
		duration_word(at, at_ns > 0 ? at_ns : 0), column_number(q, "tid", 0),
		task ? " in task " : "", task ? task : "",
		column_number(q, "at_attach", 0) ? "  since before the recording" : "",
		column_number(q, "waits", 0)  ? "  STILL BLOCKED AT THE END"
		: column_number(q, "open", 0) ? "  goes on at the end"
					      : "");
}

enum exit_status report_one_site(const struct page *page)
{
	const struct page_list lines = {"lines", "AT LINES", NULL, print_line_row, LIST_SHOWN};
	const struct page_list tree = {"tree", "CALLS", NULL, print_tree_row, TREE_SHOWN};
	const struct page_list wakers = {"wakers", "WOKEN BY", NULL, print_waker_row, LIST_SHOWN};
	const struct page_list queue_wait = {"queue_wait", "TASKS QUEUED MEANWHILE", NULL,
					     print_queue_wait_row, 1};
	const struct page_list next = {"next_tasks",
				       "IN THE LIFO SLOT MEANWHILE (no other worker can take it)",
				       NULL, print_next_row, LIST_SHOWN};
	const struct page_list longest = {"longest",
					  page->polls ? "LONGEST POLLS" : "LONGEST SPANS", NULL,
					  print_longest_row, LIST_SHOWN};
	bool more = false;

	if (page_list(page, &lines, NULL) < 0 || page_list(page, &tree, &more) < 0)
		return STATUS_SYSTEM;
	if (more)
		fprintf(page->out, "%*smore: --top N\n", TREE_COLUMN, "");
	if (page_list(page, &wakers, NULL) < 0 || page_list(page, &queue_wait, NULL) < 0 ||
	    page_list(page, &next, NULL) < 0 || page_list(page, &longest, NULL) < 0)
		return STATUS_SYSTEM;
	return STATUS_DONE;
}
