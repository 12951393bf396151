/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_REPORT_PAGE_H
#define HUD_ANALYZER_REPORT_PAGE_H

#include "analyzer/open/named_query.h"
#include "analyzer/report/report.h"

#include <stdio.h>

/*
 * What the parts of the text report share. All numbers come from named queries; here they get units
 * and columns.
 */
struct page {
	const struct input *input;
	const struct report_form *form;
	FILE *out;
	bool polls; /* whole polls are counted, not spans */
	int column; /* where functions, and what is told of them, begin */
};

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

/* What is counted, in the plural: "polls", or "spans" where only stacks tell. */
const char *page_unit(const struct page *page);

/* A colour where colours are wanted, else "". */
const char *page_paint(const struct page *page, const char *code);

void page_heading(const struct page *page, const char *text);

/*
 * "  file:line" of the columns `file` and `line`, or nothing. `at`: columns of the line that are used;
 * where it does not fit behind them it goes to the next line, at `column`.
 */
void page_place(const struct page *page, sqlite3_stmt *q, int at, int column);

/* Words from `column` on, in lines of at most the page's width (100 where it has none). */
void page_words(const struct page *page, int column, const char *words);

/* Rows of a list: --top, or `otherwise`. */
uint64_t page_rows(const struct page *page, uint64_t otherwise);

/*
 * Runs a named query and calls `print` for at most `rows` rows; after `heading` (NULL: none) when there
 * is one. *more: whether there were more; may be NULL. Returns rows printed, or -1 after a failure.
 */
int64_t page_list(const struct page *page, const char *query, uint64_t rows, const char *heading,
		  void (*print)(const struct page *, sqlite3_stmt *), bool *more);

/* The parts. */
enum exit_status report_sites(const struct page *page);
enum exit_status report_one_site(const struct page *page);
enum exit_status report_workers(const struct page *page);
enum exit_status report_timeline(const struct page *page);
enum exit_status report_tasks(const struct page *page);
enum exit_status report_pool(const struct page *page);
enum exit_status report_hotspots(const struct page *page);
enum exit_status report_lost(const struct page *page);
enum exit_status report_limits(const struct page *page);
enum exit_status report_symbols(const struct page *page);

#endif
