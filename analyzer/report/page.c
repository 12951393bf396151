/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/page.h"
#include "analyzer/base/colour.h"
#include "analyzer/base/terminal.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/* The helpers that the parts of the report share. */

const char *page_unit(const struct page *page)
{
	return page->polls ? "polls" : "spans";
}

const char *page_paint(const struct page *page, const char *code)
{
	return page->form->colour ? code : "";
}

#define FIGURES_END 44 /* of a site's line */

bool page_function_apart(const struct page *page)
{
	return page->column < FIGURES_END;
}

bool page_of_stream(const struct page *page)
{
	return strcmp(page->form->path, "-") == 0;
}

const char *page_capture(const struct page *page, size_t other)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-+=.,:@%/";
	const char *path = page->form->path;
	bool fits = !page->form->width || strlen(path) + other <= (size_t)page->form->width;

	return fits && !path[strspn(path, safe)] && !page_of_stream(page) ? path : "CAPTURE";
}

void page_heading(const struct page *page, const char *text)
{
	fprintf(page->out, "\n%s%s%s\n", page_paint(page, BOLD), text, page_paint(page, PLAIN));
}

void page_place(const struct page *page, sqlite3_stmt *q, int at, int column)
{
	const char *file = column_text(q, "file");
	char number[COLUMN_LINE_BYTES];

	if (!file)
		return;
	column_line(q, "line", number);
	if (page->form->width &&
	    at + 2 + text_width(file, strlen(file)) + (int)strlen(number) > page->form->width)
		fprintf(page->out, "\n%*s%s%s", column, "", file, number);
	else
		fprintf(page->out, "  %s%s", file, number);
}

void page_words(const struct page *page, int column, const char *words)
{
	int width = page->form->width ? page->form->width : 100, at = column;

	fprintf(page->out, "%*s", column, "");
	while (*words) {
		size_t length = strcspn(words, " ");
		int columns = text_width(words, length);

		if (at > column && at + 1 + columns > width) {
			fprintf(page->out, "\n%*s", column, "");
			at = column;
		}
		fprintf(page->out, "%s%.*s", at > column ? " " : "", (int)length, words);
		at += columns + (at > column);
		words += length + strspn(words + length, " ");
	}
	fputc('\n', page->out);
}

uint64_t page_rows(const struct page *page, uint64_t otherwise)
{
	return page->form->top ? page->form->top : otherwise;
}

int64_t page_list(const struct page *page, const struct page_list *list, bool *more)
{
	uint64_t rows = list->rows ? page_rows(page, list->rows) : UINT32_MAX;
	sqlite3_stmt *q = named_query(page->input, list->query, rows + 1);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	int64_t shown = 0;

	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW &&
	       (uint64_t)shown < rows) {
		if (!shown && list->heading)
			page_heading(page, list->heading);
		if (!shown++ && list->labels)
			list->labels(page);
		list->row(page, q);
	}
	if (more)
		*more = step == SQLITE_ROW;
	sqlite3_finalize(q);
	return step == SQLITE_ROW || step == SQLITE_DONE ? shown : -1;
}
