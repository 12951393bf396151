/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/terminal.h"
#include "analyzer/base/words.h"
#include "analyzer/open/source_words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"
#include "format/capture/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * The report for people: the filters, the verdict, and the parts in their order.
 */

#define FUNCTION_COLUMN 64
#define NARROW 110 /* columns; below, functions have lines of their own */
#define NARROW_COLUMN 15

static const struct {
	const char *level;
	const char *code;
} level_colours[] = {
	{"HUNG", RED},       {"STARVED", RED},   {"SATURATED", RED},       {"WARNING", RED},
	{"CAUTION", YELLOW}, {"NOMINAL", GREEN}, {"CANNOT TELL", MAGENTA},
};

/* Prints a line, in several where the terminal is narrower. */
static void print_line(const struct page *page, const char *line)
{
	if (page->form->width)
		page_words(page, 0, line);
	else
		fprintf(page->out, "%s\n", line);
}

static void print_verdict(const struct page *page, sqlite3_stmt *q)
{
	const char *level = column_text(q, "level"), *colour = "";
	const char *names = column_text(q, "processes");
	char duration[WORD_BYTES], threshold[WORD_BYTES], timed[SOURCE_WORDS_BYTES], line[1024];
	char which[INPUT_WHICH_BYTES];
	struct text verdict = {0}; /* many workers in many functions are a long sentence */

	for (size_t i = 0; i < sizeof(level_colours) / sizeof(*level_colours); i++) {
		if (strcmp(level, level_colours[i].level) == 0)
			colour = level_colours[i].code;
	}
	text_add_string(&verdict, page_paint(page, colour));
	text_add_string(&verdict, level);
	text_add_string(&verdict, page_paint(page, PLAIN));
	text_add_string(&verdict, ": ");
	text_add_string(&verdict, column_text(q, "sentence"));
	print_line(page, verdict.bytes ? verdict.bytes : level);
	text_close(&verdict);
	snprintf(line, sizeof(line), "%s%s, %s recorded, threshold %s, %s%s%s",
		 page_paint(page, DIM), names ? names : "no process",
		 duration_word(duration, column_number(q, "duration_ns", -1)),
		 duration_word(threshold, column_number(q, "threshold_ns", -1)),
		 source_words(q, timed),
		 column_number(q, "truncated", 0) ? "; the capture is TRUNCATED: its end is missing"
						  : "",
		 page_paint(page, PLAIN));
	print_line(page, line);
	if (page->input->captures > 1)
		fprintf(page->out, "%s%s%s\n", page_paint(page, DIM),
			input_which(page->input, which), page_paint(page, PLAIN));
}

/* What to do where no site has the advice. */
static void print_next_step(const struct page *page, sqlite3_stmt *q)
{
	if (column_text(q, "next_step"))
		print_line(page, column_text(q, "next_step"));
}

/* Why functions have no names, or no lines, where that is so: what is below needs them. */
static void print_nameless(const struct page *page, sqlite3_stmt *q)
{
	char line[1024];

	if (column_text(q, "reason"))
		snprintf(line, sizeof(line), "No function names: %s; %s.", column_text(q, "reason"),
			 column_text(q, "remedy"));
	else if (strcmp(column_text(q, "symbols"), "dwarf") == 0)
		snprintf(line, sizeof(line), "Some functions have no lines: %s.",
			 column_text(q, "remedy"));
	else
		return;
	print_line(page, line);
}

static void print_filter(const struct page *page, sqlite3_stmt *q)
{
	struct text sentence = {0};

	filter_sentence(q, &sentence);
	if (sentence.bytes)
		fprintf(page->out, "%s\n", sentence.bytes);
	text_close(&sentence);
}

/* Prints filters and verdict, and sets what the parts need to know of the latter. */
static enum exit_status print_head(struct page *page)
{
	const struct page_list filter = {"filter", NULL, NULL, print_filter, 1};
	const struct page_list nameless = {"symbols_missing", NULL, NULL, print_nameless, 0};
	sqlite3_stmt *q;
	int step;

	if (page_list(page, &filter, NULL) != 1)
		return STATUS_SYSTEM;
	q = named_query(page->input, "verdict", 0);
	step = q ? sqlite3_step(q) : SQLITE_ERROR;
	if (step == SQLITE_ROW) {
		page->polls = strcmp(column_text(q, "count_unit"), "poll") == 0;
		print_verdict(page, q);
		print_next_step(page, q);
	}
	sqlite3_finalize(q);
	return step == SQLITE_ROW && page_list(page, &nameless, NULL) >= 0 ? STATUS_DONE
									   : STATUS_SYSTEM;
}

/* The page is named after the capture: those of two stand beside each other. */
static void print_as_page(const struct page *page)
{
	static const char command[] = "as a page: hud-analyze report %s --html %.*s.html\n";
	const char *path = page_capture(page, sizeof(command) + strlen(page->form->path));
	const char *stem = path == page->form->path ? path : "hud";

	putc('\n', page->out);
	if (page_of_stream(page))
		fputs("to look at it again, or as a page: record to a file (-o FILE)\n", page->out);
	else if (page->form->filtered)
		fprintf(page->out, "as a page: the same command with --html %.*s.html\n",
			(int)capture_stem(stem), stem);
	else
		fprintf(page->out, command, path, (int)capture_stem(stem), stem);
}

static enum exit_status print_parts(const struct page *page)
{
	static enum exit_status (*const whole[])(const struct page *) = {
		report_sites, report_main_future, report_remedies, report_workers,
		report_cpus,  report_timeline,    report_tasks,    report_task_life,
		report_pool,  report_hotspots,    report_unknown,  NULL};
	static enum exit_status (*const one[])(const struct page *) = {report_sites,
								       report_main_future,
								       report_remedies,
								       report_one_site,
								       report_tasks,
								       report_timeline,
								       NULL};
	enum exit_status status = STATUS_DONE;

	for (size_t i = 0; status == STATUS_DONE && (page->form->site ? one : whole)[i]; i++)
		status = (page->form->site ? one : whole)[i](page);
	if (status == STATUS_DONE && !page->form->site)
		print_as_page(page);
	return status;
}

/* Prints text in which no line is wider than the terminal. */
static void print_cut(const char *text, const struct report_form *form, FILE *out)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t fits = text_cut(text, length, form->width);

		fprintf(out, "%.*s%s\n", (int)fits, text,
			fits == length ? ""
			: form->colour ? "…" PLAIN
				       : "…");
		text += length + (text[length] == '\n');
	}
}

enum exit_status report_text(const struct input *input, const struct report_form *form)
{
	struct page page = {.input = input, .form = form, .column = FUNCTION_COLUMN};
	enum exit_status status;
	char *text = NULL;
	size_t bytes;

	page.out = form->out ? form->out : stdout;
	if (form->width && form->width < NARROW)
		page.column = NARROW_COLUMN;
	if (form->width)
		page.out = open_memstream(&text, &bytes);
	if (!page.out)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	status = print_head(&page);
	if (status == STATUS_DONE)
		status = print_parts(&page);
	if (status != STATUS_DONE)
		message(status, NULL, "cannot make the report: %s", sqlite3_errmsg(input->db));
	if (form->width) {
		if (fclose(page.out) == 0)
			print_cut(text, form, form->out ? form->out : stdout);
		else
			status = message(STATUS_SYSTEM, NULL, "out of memory");
		free(text);
	}
	return status;
}
