/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>

/* How workers spent their time, in sums. */

#define WORKERS_SHOWN 8

/* The states: the query's column, its name on the page, and its width there. */
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

/* Whether names are shown: not where columns are few, since the names of workers are all alike. */
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
	const char *comm = column_text(q, "comm");
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
	fprintf(page->out, " %9s %7s%s",
		duration_word(blocking, column_number(q, "blocking_ns", -1)),
		duration_word(wall, column_number(q, "wall_ns", -1)),
		column_number(q, "single_threaded", 0) ? "  current_thread" : "");
	if (column_number(q, "runtime", 0))
		fprintf(page->out, "  runtime %" PRId64, column_number(q, "runtime", 0));
	fputc('\n', page->out);
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
