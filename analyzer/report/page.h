/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_REPORT_PAGE_H
#define HUD_ANALYZER_REPORT_PAGE_H

#include "analyzer/open/named_query.h"
#include "analyzer/report/report.h"

#include <stdio.h>

/*
 * What the parts of the text report share. All numbers come from named queries; a part gives them
 * units and columns.
 */
struct page {
	const struct input *input;
	const struct report_form *form;
	FILE *out;
	bool polls; /* whole polls are counted, not spans */
	int column; /* where functions, and the lines about them, begin */
};

#define PAGE_CAUSE_COLUMNS 20 /* "file-io 97%, cpu 3%" */

/* A part of the page that is the rows of one query. */
struct page_list {
	const char *query;
	const char *heading; /* printed before the first row; NULL: none */
	/* Prints the names of the columns before the first row; NULL: they have none. */
	void (*labels)(const struct page *page);
	void (*row)(const struct page *page, sqlite3_stmt *q);
	uint64_t rows; /* at most, where --top says nothing else; 0: all */
};

/* What is counted, in the plural: "polls", or "spans" where polls are known by stacks only. */
const char *page_unit(const struct page *page);

/* The escape sequence where colours are wanted, else "". */
const char *page_paint(const struct page *page, const char *code);

/* Whether the functions of sites have lines of their own: on a narrow page. */
bool page_function_apart(const struct page *page);

/* The capture came through a pipe: no command can read it again. */
bool page_of_stream(const struct page *page);

/*
 * What to call the capture in a command: its path, or CAPTURE where that would not fit beside
 * `other` characters or would need to be quoted.
 */
const char *page_capture(const struct page *page, size_t other);

void page_heading(const struct page *page, const char *text);

/*
 * Prints "  file:line" of the columns `file` and `line`, or nothing where `file` is NULL. `at`:
 * columns of the line that are used; what does not fit after them goes to the next line, at
 * `column`.
 */
void page_place(const struct page *page, sqlite3_stmt *q, int at, int column);

/* Prints words from `column` on, in lines of at most the page's width (100 where it has none). */
void page_words(const struct page *page, int column, const char *words);

/* Rows of a list: --top, or `otherwise`. */
uint64_t page_rows(const struct page *page, uint64_t otherwise);

/*
 * Prints a list. *more: whether there are more rows than were printed; may be NULL. Returns the
 * rows printed, or -1 after an error, which the database has.
 */
int64_t page_list(const struct page *page, const struct page_list *list, bool *more);

/* The parts. STATUS_SYSTEM after an error, which the database has. */
enum exit_status report_sites(const struct page *page);
enum exit_status report_remedies(const struct page *page);
enum exit_status report_main_future(const struct page *page);
enum exit_status report_one_site(const struct page *page);
enum exit_status report_workers(const struct page *page);
enum exit_status report_cpus(const struct page *page);
enum exit_status report_timeline(const struct page *page);
enum exit_status report_tasks(const struct page *page);
enum exit_status report_task_life(const struct page *page);
enum exit_status report_pool(const struct page *page);
enum exit_status report_hotspots(const struct page *page);
enum exit_status report_unknown(const struct page *page);

#endif
