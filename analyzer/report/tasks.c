/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/terminal.h"
#include "analyzer/base/text.h"
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The tasks whose polls blocked; and what all tasks did with their time. */

#define TASKS_SHOWN 5
#define LIVES_SHOWN 10
#define TASK_COLUMN 50 /* where tasks begin */
#define LIFE_COLUMN 66 /* the same below WHAT TASKS DID */

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
	if (column_number(q, "places", 0) > 1)
		fprintf(page->out, "\n%*sor in %" PRId64 " more async blocks of that function",
			TASK_COLUMN, "", column_number(q, "places", 0) - 1);
	if (column_number(q, "polls", 0))
		fprintf(page->out, "\n%*sof %" PRId64 " polls in all", TASK_COLUMN, "",
			column_number(q, "polls", 0));
	fputc('\n', page->out);
}

static void print_life_labels(const struct page *page)
{
	fprintf(page->out, "%s%14s %8s %9s %6s %6s %6s %9s   %s%s\n", page_paint(page, DIM),
		"alive", "ended", "lifetime", "poll", "ready", "await", "longest", "task",
		page_paint(page, PLAIN));
}

/* How many there are, and how many more than when they were first counted. */
static const char *alive_word(char word[WORD_BYTES], sqlite3_stmt *q)
{
	int64_t alive = column_number(q, "alive", 0);
	int64_t more = alive - column_number(q, "alive_first", 0);

	if (!column_number(q, "ends_seen", 1))
		snprintf(word, WORD_BYTES, "≤ %" PRId64, alive);
	else
		snprintf(word, WORD_BYTES, more > 0 ? "%" PRId64 " (+%" PRId64 ")" : "%" PRId64,
			 alive, more);
	return word;
}

static void print_life(const struct page *page, sqlite3_stmt *q)
{
	char alive[WORD_BYTES], life[WORD_BYTES], longest[WORD_BYTES];
	const char *task = column_text(q, "task");
	double unknown = column_real(q, "unknown_percent");
	int64_t mean = column_number(q, "mean_life_ns", -1);

	alive_word(alive, q);
	fprintf(page->out, "%*s%s %8" PRId64 " %9s %5.0f%% %5.0f%% %5.0f%% %9s   %s\n",
		14 - (int)text_width(alive, strlen(alive)), "", alive, column_number(q, "ended", 0),
		mean < 0 ? "-" : duration_word(life, mean), column_real(q, "polled_percent"),
		column_real(q, "ready_percent"), column_real(q, "await_percent"),
		duration_word(longest, column_number(q, "ready_max_ns", 0)),
		task ? task : "not known");
	if (unknown >= 0.5)
		fprintf(page->out,
			"%*s%.0f%% not known: it was woken unseen, or polled without "
			"a worker's core\n",
			LIFE_COLUMN, "", unknown);
	if (!column_number(q, "ends_seen", 1))
		fprintf(page->out,
			"%*swhen one ends is not seen here: only that another came to lie in "
			"its memory\n",
			LIFE_COLUMN, "");
	if (!column_number(q, "spawned", 0) && column_number(q, "found_late", 0))
		fprintf(page->out,
			"%*s%" PRId64
			" of these tasks were first seen when polled; their spawn was "
			"not seen: they\n%*sslept when recording began, or spawns of their runtime "
			"are not visible\n%*s(docs/TASKS.md)\n",
			LIFE_COLUMN, "", column_number(q, "found_late", 0), LIFE_COLUMN, "",
			LIFE_COLUMN, "");
	if (column_number(q, "unfollowed", 0))
		fprintf(page->out,
			"%*s%" PRId64 " polls of more tasks than could be followed at once\n",
			LIFE_COLUMN, "", column_number(q, "unfollowed", 0));
}

/* Of each type: how long its tasks were polled, ready for a poll, or awaited something. */
enum exit_status report_task_life(const struct page *page)
{
	const struct page_list lives = {
		"task_life",
		"WHAT TASKS DID while they were followed: polled, ready for a poll, or awaiting",
		print_life_labels, print_life, LIVES_SHOWN};
	bool more = false;

	if (page_list(page, &lives, &more) < 0)
		return STATUS_SYSTEM;
	if (more)
		fputs("          more: --top N, or hud-analyze query … @task_life; single tasks: "
		      "@task_lives\n",
		      page->out);
	return STATUS_DONE;
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
