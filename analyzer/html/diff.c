/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/statistics.h"
#include "analyzer/html/html.h"
#include "analyzer/html/page.h"

#include <math.h>

/* A comparison as a page. */

static const struct {
	const char *name;
	const char *file;
} parts[] = {
	{"comparison", "sql/diff/html/comparison.sql"}, {"filter", "sql/diff/filter.sql"},
	{"captures", "sql/diff/html/captures.sql"},     {"changes", "sql/diff/rows.sql"},
	{"profile", "sql/diff/html/profile.sql"},       {"stacks", "sql/diff/html/stacks.sql"},
	{"frames", "sql/diff/html/frames.sql"},         {"waiting", "sql/diff/waiting.sql"},
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

enum exit_status diff_html(struct comparison *c, const char *path)
{
	struct html_page page;
	enum exit_status status = html_page_open(&page, path, "hud diff");

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(parts) / sizeof(*parts); i++)
		status = part_write(c, &page, i);
	return html_page_close(&page, status);
}
