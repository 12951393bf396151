/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>

/* The blocking pool, and waits that blocked no worker. */

#define CLOSURES_SHOWN 3
#define QUEUES_SHOWN 5

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

	/* It may have some all the same: in a stripped program an idle one may show nothing. */
	if (!column_number(q, "threads", 0))
		fputs("  no thread was recognized as one of it\n", page->out);
	else
		fprintf(page->out,
			"  %" PRId64 " thread%s, at most %" PRId64
			" seen busy at once, busy %s, idle %s\n",
			column_number(q, "threads", 0),
			column_number(q, "threads", 0) == 1 ? "" : "s",
			column_number(q, "peak_busy", 0),
			duration_word(busy, column_number(q, "busy_ns", 0)),
			duration_word(idle, column_number(q, "idle_ns", 0)));
	if (!column_number(q, "queue_known", 0))
		fputs("  its queue is not known: hud finds it by the program's debug information\n",
		      page->out);
	print_exempt(page, q);
}

/* The pool's own threads: those of workers are left out. */
static void print_queue_threads(const struct page *page, sqlite3_stmt *q)
{
	int64_t workers = column_number(q, "workers", 0);
	int64_t limit = column_number(q, "thread_limit", -1);
	int64_t threads = column_number(q, "threads", 0) - workers;

	if (threads < 0) /* a runtime that ends has fewer threads than it had workers */
		threads = 0;
	fprintf(page->out, "; %" PRId64 " thread%s", threads, threads == 1 ? "" : "s");
	if (limit >= 0)
		fprintf(page->out, " of at most %" PRId64, limit - workers);
	fputc('\n', page->out);
}

static void print_queue(const struct page *page, sqlite3_stmt *q)
{
	int64_t tasks = column_number(q, "peak_tasks", 0),
		left = column_number(q, "queued_at_end", 0);
	int64_t wait = column_number(q, "longest_wait_ns", -1);
	char word[WORD_BYTES], of[WORD_BYTES];

	fputs("  its queue", page->out);
	if (column_number(q, "pools", 1) > 1) {
		fprintf(page->out, " in %s (pid %" PRId64 "%s%s", column_text(q, "name"),
			column_number(q, "pid", 0), column_text(q, "scheduler") ? ", " : "",
			column_text(q, "scheduler") ? column_text(q, "scheduler") : "");
		if (column_number(q, "runtime", 0))
			fprintf(page->out, ", runtime %" PRId64, column_number(q, "runtime", 0));
		fputc(')', page->out);
	}
	if (!tasks)
		fputs(": no task was seen waiting", page->out);
	else
		fprintf(page->out, ": at most %" PRId64 " task%s seen waiting", tasks,
			tasks == 1 ? "" : "s");
	if (tasks && wait >= 0)
		fprintf(page->out, ", one ≥ %s", duration_word(word, wait));
	if (column_number(q, "threads", -1) >= 0)
		print_queue_threads(page, q);
	else
		fputc('\n', page->out);
	if (column_number(q, "full_ns", 0))
		fprintf(page->out,
			"  all its threads busy while tasks waited: ≥ %s of %s (%.1f%%)\n",
			duration_word(word, column_number(q, "full_ns", 0)),
			duration_word(of, column_number(q, "watched_ns", 0)),
			column_real(q, "full_percent"));
	if (left)
		fprintf(page->out, "  %" PRId64 " task%s still waiting at the end\n", left,
			left == 1 ? "" : "s");
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
	const struct page_list queues = {"pool_load", NULL, NULL, print_queue, QUEUES_SHOWN};
	const struct page_list closures = {"closures", NULL, NULL, print_closure, CLOSURES_SHOWN};

	const struct page_list *const lists[] = {&pool, &queues, &closures};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (page_list(page, lists[i], NULL) < 0)
			return STATUS_SYSTEM;
	return STATUS_DONE;
}
