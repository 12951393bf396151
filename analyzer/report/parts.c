/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/words.h"
#include "analyzer/base/terminal.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/*
 * Tasks, the blocking pool, CPU hotspots, and what was lost.
 */

#define LIST_SHOWN 5
#define CLOSURES_SHOWN 3
#define TASK_COLUMN 50 /* where tasks begin */

static void print_task(const struct page *page, sqlite3_stmt *q)
{
	char total[WORD_BYTES], p50[WORD_BYTES], p99[WORD_BYTES], max[WORD_BYTES];
	const char *task = column_text(q, "task");
	bool at_most = column_number(q, "at_most", 0) != 0;

	fprintf(page->out, "%s%*s %7" PRId64 " %9s %9s %9s   %s", at_most ? "≤" : "",
		at_most ? 8 : 9, duration_word(total, column_number(q, "blocked_ns", -1)),
		column_number(q, "count", 0), duration_word(p50, column_number(q, "p50_ns", -1)),
		duration_word(p99, column_number(q, "p99_ns", -1)),
		duration_word(max, column_number(q, "max_ns", -1)), task ? task : "not known");
	page_place(page, q, TASK_COLUMN + (task ? text_width(task, strlen(task)) : 0), TASK_COLUMN);
	if (column_number(q, "polls", 0))
		fprintf(page->out, "\n%*sof %" PRId64 " polls in all", TASK_COLUMN, "",
			column_number(q, "polls", 0));
	fputc('\n', page->out);
}

static void print_task_labels(const struct page *page)
{
	fprintf(page->out, "%s%9s %7s %9s %9s %9s   %s%s\n", page_paint(page, DIM), "blocked",
		page_unit(page), "p50", "p99", "max", "task", page_paint(page, PLAIN));
}

static void print_task_first(const struct page *page, sqlite3_stmt *q)
{
	(void)q;
	print_task_labels(page);
}

enum exit_status report_tasks(const struct page *page)
{
	bool more = false;

	if (page_list(page, "tasks", 1, "TASKS", print_task_first, NULL) < 0 ||
	    page_list(page, "tasks", page_rows(page, LIST_SHOWN), NULL, print_task, &more) < 0)
		return STATUS_SYSTEM;
	if (more)
		fputs("          more: --top N, or hud-analyze query … @tasks\n", page->out);
	return STATUS_DONE;
}

/* Waits that blocked no worker: told where there were any. */
static const struct {
	const char *count;
	const char *ns;
	const char *label;
} exempt[] = {
	{"block_in_place_count", "block_in_place_ns", "in block_in_place"},
	{"without_core_count", "without_core_ns", "in polls that went on without a core"},
	{"root_count", "root_ns", "in root futures"},
};

static void print_exempt(const struct page *page, sqlite3_stmt *q)
{
	char word[WORD_BYTES];
	bool any = false;

	for (size_t i = 0; i < sizeof(exempt) / sizeof(*exempt); i++) {
		if (!column_number(q, exempt[i].ns, 0) && !column_number(q, exempt[i].count, 0))
			continue;
		fprintf(page->out, "%s%s %s", any ? ", " : "  blocking nobody: ",
			duration_word(word, column_number(q, exempt[i].ns, 0)), exempt[i].label);
		any = true;
	}
	if (any)
		fputc('\n', page->out);
}

static void print_pool_row(const struct page *page, sqlite3_stmt *q)
{
	char busy[WORD_BYTES], idle[WORD_BYTES];

	fprintf(page->out,
		"  %" PRId64 " thread%s, at most %" PRId64 " seen busy at once, busy %s, idle %s\n",
		column_number(q, "threads", 0), column_number(q, "threads", 0) == 1 ? "" : "s",
		column_number(q, "peak_busy", 0),
		duration_word(busy, column_number(q, "busy_ns", 0)),
		duration_word(idle, column_number(q, "idle_ns", 0)));
	print_exempt(page, q);
}

static void print_closure(const struct page *page, sqlite3_stmt *q)
{
	char wall[WORD_BYTES], at[WORD_BYTES];

	fprintf(page->out, "  longest %9s at %8s  %-10s  %s",
		duration_word(wall, column_number(q, "wall_ns", -1)),
		duration_word(at, column_number(q, "at_ms", 0) * 1000000), column_text(q, "cause"),
		column_text(q, "function"));
	page_place(page, q, 0, 0);
	fputc('\n', page->out);
}

enum exit_status report_pool(const struct page *page)
{
	if (page_list(page, "pool", 1, "BLOCKING POOL", print_pool_row, NULL) < 0 ||
	    page_list(page, "closures", page_rows(page, CLOSURES_SHOWN), NULL, print_closure,
		      NULL) < 0)
		return STATUS_SYSTEM;
	return STATUS_DONE;
}

static void print_hot_function(const struct page *page, sqlite3_stmt *q)
{
	char self[WORD_BYTES], total[WORD_BYTES];
	const char *origin = column_text(q, "origin");

	fprintf(page->out, "%9s %6.1f%% %9s   %s",
		duration_word(self, column_number(q, "self_ns", -1)), 100 * column_real(q, "share"),
		duration_word(total, column_number(q, "total_ns", -1)), column_text(q, "function"));
	if (strcmp(origin, "user") == 0)
		page_place(page, q, 0, 0);
	else
		fprintf(page->out, "  (%s)", origin);
	fputc('\n', page->out);
}

static void print_hot_file(const struct page *page, sqlite3_stmt *q)
{
	char self[WORD_BYTES], total[WORD_BYTES];
	const char *file = column_text(q, "file");

	fprintf(page->out, "%9s %6.1f%% %9s   %s\n",
		duration_word(self, column_number(q, "self_ns", -1)), 100 * column_real(q, "share"),
		duration_word(total, column_number(q, "total_ns", -1)), file ? file : "not known");
}

static void print_hot_labels(const struct page *page, const char *what)
{
	fprintf(page->out, "%s%9s %7s %9s   %s%s\n", page_paint(page, DIM), "self", "of all",
		"with calls", what, page_paint(page, PLAIN));
}

static void print_hot_first(const struct page *page, sqlite3_stmt *q)
{
	(void)q;
	print_hot_labels(page, "function");
}

static void print_file_first(const struct page *page, sqlite3_stmt *q)
{
	(void)q;
	print_hot_labels(page, "file");
}

enum exit_status report_hotspots(const struct page *page)
{
	uint64_t rows = page_rows(page, LIST_SHOWN);

	if (page_list(page, "hotspots", 1, "CPU HOTSPOTS, ALL THREADS", print_hot_first, NULL) <
		    0 ||
	    page_list(page, "hotspots", rows, NULL, print_hot_function, NULL) < 0 ||
	    page_list(page, "hotfiles", 1, NULL, print_file_first, NULL) < 0 ||
	    page_list(page, "hotfiles", rows, NULL, print_hot_file, NULL) < 0)
		return STATUS_SYSTEM;
	return STATUS_DONE;
}

enum exit_status report_lost(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "loss", 0);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	bool any = false;

	page_heading(page, "LOST OR NOT KNOWN");
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW) {
		fprintf(page->out, "%s%s %" PRId64 " %s", any ? "; " : "  ",
			column_text(q, "cause"), column_number(q, "count", 0),
			column_text(q, "unit"));
		if (column_text(q, "percent"))
			fprintf(page->out, " (%.2g%%)", column_real(q, "percent"));
		any = true;
	}
	fputs(any ? "\n" : "  no event was lost\n", page->out);
	sqlite3_finalize(q);
	return step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

static void print_limits_row(const struct page *page, sqlite3_stmt *q)
{
	char word[WORD_BYTES];

	fprintf(page->out, "  %" PRId64 " of %" PRId64 " sleeps and samples have a whole stack",
		column_number(q, "stacks_complete", 0), column_number(q, "stacks", 0));
	if (column_text(q, "stops"))
		fprintf(page->out, "; the others end: %s", column_text(q, "stops"));
	if (column_number(q, "unknown_spans", 0))
		fprintf(page->out,
			"\n  sleeps of workers that could be parks or blocks: %" PRId64 " (%s)",
			column_number(q, "unknown_spans", 0),
			duration_word(word, column_number(q, "unknown_span_ns", 0)));
	if (column_number(q, "unproven_runs", 0))
		fprintf(page->out, "\n  %s on the CPU could be one long poll or many short ones",
			duration_word(word, column_number(q, "unproven_cpu_ns", 0)));
	fputc('\n', page->out);
}

static void print_symbols_row(const struct page *page, sqlite3_stmt *q)
{
	fprintf(page->out,
		"  symbols of %s: %s: %s\n    %s; hud-analyze info --symbols says what was tried\n",
		column_text(q, "path"), column_text(q, "symbols"), column_text(q, "cost"),
		column_text(q, "remedy"));
}

enum exit_status report_symbols(const struct page *page)
{
	return page_list(page, "symbols_missing", UINT32_MAX, NULL, print_symbols_row, NULL) < 0
		       ? STATUS_SYSTEM
		       : STATUS_DONE;
}

enum exit_status report_limits(const struct page *page)
{
	return page_list(page, "limits", 1, NULL, print_limits_row, NULL) == 1 ? STATUS_DONE
									       : STATUS_SYSTEM;
}
