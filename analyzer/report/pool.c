/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/words.h"
#include "analyzer/store/column.h"

#include <inttypes.h>

/* The blocking pool, and waits that blocked no worker. */

#define CLOSURES_SHOWN 3

static const struct {
	const char *count;
	const char *ns;
	const char *label;
} exempt[] = {
	{"block_in_place_count", "block_in_place_ns", "in block_in_place"},
	{"without_core_count", "without_core_ns", "in polls that went on without a core"},
};

static void print_exempt(const struct page *page, sqlite3_stmt *q)
{
	char word[WORD_BYTES];
	bool any = false;

	for (size_t i = 0; i < sizeof(exempt) / sizeof(*exempt); i++) {
		if (!column_number(q, exempt[i].ns, 0) && !column_number(q, exempt[i].count, 0))
			continue;
		fprintf(page->out, "%s%s %s", any ? ", " : "  waits that blocked no worker: ",
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
		duration_word(at, column_number(q, "at_ns", 0)), column_text(q, "cause"),
		column_text(q, "function"));
	page_place(page, q, 0, 0);
	fputc('\n', page->out);
}

enum exit_status report_pool(const struct page *page)
{
	const struct page_list pool = {"pool", "BLOCKING POOL", NULL, print_pool_row, 1};
	const struct page_list closures = {"closures", NULL, NULL, print_closure, CLOSURES_SHOWN};

	if (page_list(page, &pool, NULL) < 0 || page_list(page, &closures, NULL) < 0)
		return STATUS_SYSTEM;
	return STATUS_DONE;
}
