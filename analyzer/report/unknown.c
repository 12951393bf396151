/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>

/* What was lost, what is not known for sure, and which symbols are missing. */

static void print_loss(const struct page *page, sqlite3_stmt *q)
{
	const char *meaning = column_text(q, "meaning");
	double percent = column_real(q, "percent");

	fprintf(page->out, "  %s %" PRId64 " %s", column_text(q, "cause"),
		column_number(q, "count", 0), column_text(q, "unit"));
	if (column_text(q, "percent"))
		fprintf(page->out, percent < 10 ? " (%.2g%%)" : " (%.0f%%)", percent);
	fputs(meaning ? ":\n" : "\n", page->out);
	if (meaning)
		page_words(page, 4, meaning);
}

static enum exit_status print_lost(const struct page *page)
{
	const struct page_list list = {"loss", NULL, NULL, print_loss, 0};
	int64_t rows = page_list(page, &list, NULL);

	if (rows == 0)
		fputs("  no event was lost\n", page->out);
	return rows >= 0 ? STATUS_DONE : STATUS_SYSTEM;
}

/* Why not each poll was timed, where --polls was to. */
static void print_probes(const struct page *page, sqlite3_stmt *q)
{
	char word[WORD_BYTES];

	if (column_number(q, "given_up", 0))
		fprintf(page->out,
			"  the probes of --polls were taken out for good: they cost too much (%s a "
			"hit,\n    up to %.1f%% of the targets' CPU time), or the kernel refused "
			"them\n",
			duration_word(word, column_number(q, "probe_cost_ns", 0)),
			(double)column_number(q, "cost_permille", 0) / 10);
	if (column_number(q, "costly_sites", 0))
		fprintf(page->out,
			"  functions that --polls left out, since a probe there is costly: "
			"%" PRId64 "\n",
			column_number(q, "costly_sites", 0));
}

static void print_limits(const struct page *page, sqlite3_stmt *q)
{
	char word[WORD_BYTES];

	fprintf(page->out, "  %" PRId64 " of %" PRId64 " sleeps and samples have a complete stack",
		column_number(q, "stacks_complete", 0), column_number(q, "stacks", 0));
	if (column_text(q, "stops"))
		fprintf(page->out, "; the others stop: %s", column_text(q, "stops"));
	if (column_number(q, "unclassified_spans", 0))
		fprintf(page->out,
			"\n  sleeps of workers that may be parks or blocking: %" PRId64 " (%s)",
			column_number(q, "unclassified_spans", 0),
			duration_word(word, column_number(q, "unclassified_span_ns", 0)));
	if (column_number(q, "unproven_runs", 0))
		fprintf(page->out, "\n  %s on the CPU may be one long poll or many short ones",
			duration_word(word, column_number(q, "unproven_cpu_ns", 0)));
	if (column_number(q, "unobserved_polls", 0))
		fprintf(page->out,
			"\n  long polls by the clock alone, with no sample, sleep or probe in "
			"them: %" PRId64 " (%s);\n    they count as unproven, not as blocking",
			column_number(q, "unobserved_polls", 0),
			duration_word(word, column_number(q, "unobserved_cpu_ns", 0)));
	if (column_number(q, "probe_waits", 0))
		fprintf(page->out,
			"\n  waits for hud's own probes (--polls, learning): %" PRId64 " (%s)",
			column_number(q, "probe_waits", 0),
			duration_word(word, column_number(q, "probe_wait_ns", 0)));
	fputc('\n', page->out);
}

static void print_late_rows(const struct page *page, sqlite3_stmt *q)
{
	int64_t stacks = column_number(q, "stacks", 0), after = column_number(q, "after_ns", -1);
	char word[WORD_BYTES];

	fprintf(page->out, "  %" PRId64 " stack%s may be cut: the unwind rows of %s ", stacks,
		stacks == 1 ? "" : "s", column_text(q, "path"));
	if (after >= 0)
		fprintf(page->out, "came after %s\n", duration_word(word, after));
	else
		fputs("did not come while recording\n", page->out);
}

static void print_symbols(const struct page *page, sqlite3_stmt *q)
{
	fprintf(page->out,
		"  symbols of %s: %s: %s\n"
		"    %s; hud-analyze info --symbols shows what was tried\n",
		column_text(q, "path"), column_text(q, "symbols"), column_text(q, "missing"),
		column_text(q, "remedy"));
}

static void print_layout(const struct page *page, sqlite3_stmt *q)
{
	fprintf(page->out, "  %s (%" PRId64 "): %s\n", column_text(q, "name"),
		column_number(q, "pid", 0), column_text(q, "sentence"));
	if (column_text(q, "remedy"))
		fprintf(page->out, "    %s\n", column_text(q, "remedy"));
}

enum exit_status report_unknown(const struct page *page)
{
	const struct page_list limits = {"limits", NULL, NULL, print_limits, 1};
	const struct page_list probes = {"probe_cost", NULL, NULL, print_probes, 0};
	const struct page_list late = {"late_unwind_rows", NULL, NULL, print_late_rows, 0};
	const struct page_list layouts = {"layouts", NULL, NULL, print_layout, 0};
	const struct page_list symbols = {"symbols_missing", NULL, NULL, print_symbols, 0};

	page_heading(page, "LOST OR NOT KNOWN");
	if (print_lost(page) != STATUS_DONE || page_list(page, &limits, NULL) != 1 ||
	    page_list(page, &probes, NULL) < 0 || page_list(page, &layouts, NULL) < 0 ||
	    page_list(page, &late, NULL) < 0 || page_list(page, &symbols, NULL) < 0)
		return STATUS_SYSTEM;
	return STATUS_DONE;
}
