/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/words.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/*
 * How workers spent their time: in sums, and over time.
 */

#define WORKERS_SHOWN 8
#define LABEL_COLUMN 24  /* where the lines of the timeline begin */
#define COLUMNS_MAX 120  /* as many as the view activity has */
#define COLUMNS_PLAIN 76 /* where there is no terminal */

/* Columns of the workers' table: the query's, what it is called here, and how wide it is. */
static const struct {
	const char *column;
	const char *label;
	int width;
} states[] = {
	{"poll_cpu_ns", "poll-cpu", 9},    {"poll_offcpu_ns", "off-cpu", 8},
	{"run_queue_ns", "run-queue", 10}, {"parked_ns", "parked", 8},
	{"runtime_ns", "runtime", 8},      {"unknown_ns", "unknown", 8},
};
#define STATES ((int)(sizeof(states) / sizeof(*states)))

/* Names of workers are much the same: they go first where columns are few. */
static bool name_shown(const struct page *page)
{
	return !page->form->width || page->form->width >= 93;
}

static void print_worker_labels(const struct page *page)
{
	fprintf(page->out, "%s%7s", page_paint(page, DIM), "tid");
	if (name_shown(page))
		fprintf(page->out, " %-15s", "name");
	for (int i = 0; i < STATES; i++)
		fprintf(page->out, "%*s", states[i].width, states[i].label);
	fprintf(page->out, " %9s %7s%s\n", "blocking", "of", page_paint(page, PLAIN));
}

static void print_worker(const struct page *page, sqlite3_stmt *q)
{
	char wall[WORD_BYTES], blocking[WORD_BYTES];
	const char *comm = column_text(q, "comm"), *runtime = column_text(q, "runtime");
	int64_t ns[STATES];
	int tenths[STATES];

	for (int i = 0; i < STATES; i++)
		ns[i] = column_number(q, states[i].column, 0);
	percent_parts(ns, STATES, tenths);
	fprintf(page->out, "%7" PRId64, column_number(q, "tid", 0));
	if (name_shown(page))
		fprintf(page->out, " %-15s", comm ? comm : "-");
	for (int i = 0; i < STATES; i++)
		fprintf(page->out, "%*d.%d%%", states[i].width - 3, tenths[i] / 10, tenths[i] % 10);
	fprintf(page->out, " %9s %7s%s\n",
		duration_word(blocking, column_number(q, "blocking_ns", -1)),
		duration_word(wall, column_number(q, "wall_ns", -1)),
		runtime && strcmp(runtime, "current_thread") == 0 ? "  current" : "");
}

enum exit_status report_workers(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "workers", 0);
	uint64_t seen = 0, rows = page_rows(page, WORKERS_SHOWN);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;

	page_heading(page, "WORKERS");
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW) {
		if (!seen++)
			print_worker_labels(page);
		if (seen <= rows)
			print_worker(page, q);
	}
	if (seen > rows)
		fprintf(page->out, "          and %" PRIu64 " more: hud-analyze query … @workers\n",
			seen - rows);
	else if (!seen)
		fputs("  none\n", page->out);
	sqlite3_finalize(q);
	return step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

/* A line of bars without the blanks behind it. */
static void print_bars(const struct page *page, const char *label, const char *bars)
{
	size_t length = strlen(bars);

	while (length && bars[length - 1] == ' ')
		length--;
	fprintf(page->out, length ? "%-8s%.*s\n" : "%s%.*s\n", label, (int)length, bars);
}

static void print_activity(const struct page *page, sqlite3_stmt *q)
{
	const char *comm = column_text(q, "comm");
	char who[64] = "  all workers";

	if (column_text(q, "tid"))
		snprintf(who, sizeof(who), "%7" PRId64 " %.7s", column_number(q, "tid", 0),
			 comm ? comm : "-");
	if (!page->form->site) {
		fprintf(page->out, "%-16s", who);
		print_bars(page, "cpu", column_text(q, "cpu"));
		who[0] = '\0';
	}
	fprintf(page->out, "%-16s", who);
	print_bars(page, "blocked", column_text(q, "blocked"));
}

enum exit_status report_timeline(const struct page *page)
{
	int width = page->form->width ? page->form->width - LABEL_COLUMN : COLUMNS_PLAIN;
	int columns = width > COLUMNS_MAX ? COLUMNS_MAX : width < 10 ? 10 : width;
	sqlite3_stmt *q = named_query(page->input, "activity", page_rows(page, WORKERS_SHOWN) + 1);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	bool any = false;
	char word[WORD_BYTES];

	if (q)
		sqlite3_bind_int(q, sqlite3_bind_parameter_index(q, ":columns"), columns);
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW) {
		if (!any) {
			int64_t column_ns = column_number(q, "column_ns", 0);
			int64_t from_ns = column_number(q, "from_ns", 0);

			/* What was seen just before the capture began: not worth a word. */
			if (from_ns < 0 && -from_ns < column_ns)
				from_ns = 0;
			page_heading(page, "TIMELINE");
			fprintf(page->out,
				"%s  from %s%s on, a column is %s, a full one all of it%s\n",
				page_paint(page, DIM), from_ns < 0 ? "-" : "",
				duration_word(word, from_ns < 0 ? -from_ns : from_ns),
				duration_word((char[WORD_BYTES]) {0}, column_ns),
				page_paint(page, PLAIN));
		}
		any = true;
		print_activity(page, q);
	}
	sqlite3_finalize(q);
	return step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}
