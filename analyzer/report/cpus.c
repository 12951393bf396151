/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>

/* What CPUs did for the threads: one that is busy with others, or stolen, lets them wait. */

#define CPUS_SHOWN 8

static void print_labels(const struct page *page)
{
	fprintf(page->out, "%s%7s %9s %9s %9s %7s %8s%s\n", page_paint(page, DIM), "cpu", "ran",
		"waited", "longest", "waits", "threads", page_paint(page, PLAIN));
}

static void print_cpu(const struct page *page, sqlite3_stmt *q)
{
	char ran[WORD_BYTES], waited[WORD_BYTES], longest[WORD_BYTES];

	fprintf(page->out, "%7" PRId64 " %9s %9s %9s %7" PRId64 " %8" PRId64 "\n",
		column_number(q, "cpu", -1), duration_word(ran, column_number(q, "cpu_ns", -1)),
		duration_word(waited, column_number(q, "run_queue_ns", -1)),
		duration_word(longest, column_number(q, "longest_ns", -1)),
		column_number(q, "waits", 0), column_number(q, "threads", 0));
}

enum exit_status report_cpus(const struct page *page)
{
	const struct page_list cpus = {"cpus", "CPUS", print_labels, print_cpu, CPUS_SHOWN};
	bool more = false;

	if (page_list(page, &cpus, &more) < 0)
		return STATUS_SYSTEM;
	if (more)
		fputs("          and more: hud-analyze query … @cpus\n", page->out);
	return STATUS_DONE;
}
