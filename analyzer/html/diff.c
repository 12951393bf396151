/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/statistics.h"
#include "analyzer/html/html.h"
#include "analyzer/html/page.h"
#include "analyzer/open/filter.h"

#include <math.h>

/* A comparison as a page. */

static const struct {
	const char *name;
	const char *file;
} parts[] = {
	{"comparison", "sql/diff/html/comparison.sql"},
	{"captures", "sql/diff/html/captures.sql"},
	{"changes", "sql/diff/rows.sql"},
	{"profile", "sql/diff/html/profile.sql"},
	{"stacks", "sql/diff/html/stacks.sql"},
	{"frames", "sql/diff/html/frames.sql"},
	{"waiting", "sql/diff/waiting.sql"},
};

static enum exit_status part_write(struct comparison *c, struct html_page *page, size_t i)
{
	sqlite3_stmt *q = comparison_query(c, parts[i].file);

	if (!q)
		return STATUS_SYSTEM;
	statement_text(q, ":reason", c->reason);
	statement_text(q, ":sentence", c->sentence);
	statement_number(q, ":same_percent", lround(100 * STATISTICS_SAME));
	return html_page_rows(page, parts[i].name, q);
}

static enum exit_status sentences_write(struct comparison *c, struct html_page *page)
{
	sqlite3_stmt *filter = comparison_query(c, "sql/diff/filter.sql");
	struct text sentence = {0};
	enum exit_status status;
	sqlite3_stmt *q;

	if (filter && sqlite3_step(filter) == SQLITE_ROW)
		filter_sentence(filter, &sentence);
	status = comparison_query_end(c, filter);
	q = status == STATUS_DONE ? comparison_query(c, "sql/html/sentences.sql") : NULL;
	statement_text(q, ":filter", sentence.bytes);
	text_close(&sentence);
	return q ? html_page_rows(page, "sentences", q) : STATUS_SYSTEM;
}

enum exit_status diff_html(struct comparison *c, const char *path)
{
	struct html_page page;
	enum exit_status status = html_page_open(&page, path, "hud diff");

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(parts) / sizeof(*parts); i++)
		status = part_write(c, &page, i);
	if (status == STATUS_DONE)
		status = sentences_write(c, &page);
	return html_page_close(&page, status);
}
