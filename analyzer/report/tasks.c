/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/words.h"
#include "analyzer/store/column.h"
#include "analyzer/base/terminal.h"
#include "analyzer/base/text.h"

#include <inttypes.h>
#include <string.h>

/* The tasks whose polls blocked. */

#define TASKS_SHOWN 5
#define TASK_COLUMN 50 /* where tasks begin */

static void print_labels(const struct page *page)
{
	fprintf(page->out, "%s%9s %7s %9s %9s %9s   %s%s\n", page_paint(page, DIM), "blocked",
		page_unit(page), "p50", "p99", "max", "task", page_paint(page, PLAIN));
}

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

enum exit_status report_tasks(const struct page *page)
{
	const struct page_list tasks = {"tasks", "TASKS", print_labels, print_task, TASKS_SHOWN};
	bool more = false;

	if (page_list(page, &tasks, &more) < 0)
		return STATUS_SYSTEM;
	if (more)
		fputs("          more: --top N, or hud-analyze query … @tasks\n", page->out);
	return STATUS_DONE;
}
