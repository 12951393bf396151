/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/* When workers used their CPU, and when they were blocked: bars over time. */

#define WORKERS_SHOWN 8
#define LABEL_COLUMN 24 /* where the bars begin */
#define COLUMNS_MIN 10
#define COLUMNS_PLAIN 76 /* where there is no terminal */

/* Prints a line of bars without its trailing blanks. */
static void print_bars(const struct page *page, const char *label, const char *bars)
{
	size_t length = strlen(bars);

	while (length && bars[length - 1] == ' ')
		length--;
	fprintf(page->out, length ? "%-8s%.*s\n" : "%s%.*s\n", label, (int)length, bars);
}

/* Bytes of the name that are shown: its first 7, but no part of a character. */
static int comm_shown(const char *comm)
{
	int bytes = (int)strnlen(comm, 7);

	while (bytes && ((unsigned char)comm[bytes] & 0xc0) == 0x80)
		bytes--;
	return bytes;
}

static void print_activity(const struct page *page, sqlite3_stmt *q)
{
	const char *comm = column_text(q, "comm") ? column_text(q, "comm") : "-";
	char who[64] = "  all workers";

	if (column_text(q, "tid"))
		snprintf(who, sizeof(who), "%7" PRId64 " %.*s", column_number(q, "tid", 0),
			 comm_shown(comm), comm);
	if (!page->form->site) {
		fprintf(page->out, "%-16s", who);
		print_bars(page, "cpu", column_text(q, "cpu"));
		who[0] = '\0';
	}
	fprintf(page->out, "%-16s", who);
	print_bars(page, "blocked", column_text(q, "blocked"));
}

static void print_mark(const struct page *page, sqlite3_stmt *q)
{
	char word[WORD_BYTES];

	fprintf(page->out, "  mark %10s  %s\n", duration_word(word, column_number(q, "at_ns", 0)),
		column_text(q, "text"));
}

enum exit_status report_timeline(const struct page *page)
{
	int width = page->form->width ? page->form->width - LABEL_COLUMN : COLUMNS_PLAIN;
	int columns = width < COLUMNS_MIN ? COLUMNS_MIN : width;
	sqlite3_stmt *q = named_query(page->input, "activity", page_rows(page, WORKERS_SHOWN) + 1);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	const struct page_list marks = {"marks", NULL, NULL, print_mark, 0};
	bool any = false;
	char word[WORD_BYTES];

	if (q)
		sqlite3_bind_int(q, sqlite3_bind_parameter_index(q, ":columns"), columns);
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW) {
		if (!any) {
			int64_t column_ns = column_number(q, "column_ns", 0);
			int64_t from_ns = column_number(q, "from_ns", 0);

			/* A poll that began just before the capture: not worth mentioning. */
			if (from_ns < 0 && -from_ns < column_ns)
				from_ns = 0;
			page_heading(page, "TIMELINE");
			fprintf(page->out,
				"%s  from %s%s on; a column is %s, a full bar all of it%s\n",
				page_paint(page, DIM), from_ns < 0 ? "-" : "",
				duration_word(word, from_ns < 0 ? -from_ns : from_ns),
				duration_word((char[WORD_BYTES]) {0}, column_ns),
				page_paint(page, PLAIN));
		}
		any = true;
		print_activity(page, q);
	}
	sqlite3_finalize(q);
	if (step == SQLITE_DONE && any && page_list(page, &marks, NULL) < 0)
		return STATUS_SYSTEM;
	return step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}
