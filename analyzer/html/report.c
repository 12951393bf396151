/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/embedded.h"
#include "analyzer/html/html.h"
#include "analyzer/html/page.h"
#include "analyzer/open/filter.h"
#include "analyzer/open/named_query.h"
#include "analyzer/open/source_words.h"
#include "analyzer/store/database.h"

/* The report as a page. */

/*
 * Blocking polls that are shown one by one. Of more, the shorter ones are summed up by column. And
 * stacks that have CPU time in a part of the time; the page says how much others have.
 */
#define POLLS_SHOWN 30000
/* Rows of long lists: the page says where there are more. */
#define ROWS_SHOWN 1000

static const struct {
	const char *name;
	const char *file;
	uint64_t top; /* 0: all */
} parts[] = {
	{"verdict", "sql/query/verdict.sql", 0},
	{"info", "sql/query/info.sql", 0},
	{"limits", "sql/query/limits.sql", 0},
	{"loss", "sql/query/loss.sql", 0},
	{"missing", "sql/query/symbols_missing.sql", 0},
	{"functions", "sql/query/functions.sql", ROWS_SHOWN},
	{"sites", "sql/query/sites.sql", ROWS_SHOWN},
	{"remedies", "sql/query/remedies.sql", 0},
	{"tree", "sql/query/tree.sql", 0},
	{"lines", "sql/query/lines.sql", 0},
	{"wakers", "sql/query/wakers.sql", ROWS_SHOWN},
	{"holders", "sql/query/holders.sql", ROWS_SHOWN},
	{"queue_wait", "sql/query/queue_wait.sql", ROWS_SHOWN},
	{"next_tasks", "sql/query/next_tasks.sql", ROWS_SHOWN},
	{"main_sites", "sql/query/main_sites.sql", ROWS_SHOWN},
	{"workers", "sql/query/workers.sql", 0},
	{"tasks", "sql/query/tasks.sql", ROWS_SHOWN},
	{"task_life", "sql/query/task_life.sql", ROWS_SHOWN},
	{"pool", "sql/query/pool.sql", 0},
	{"pool_load", "sql/query/pool_load.sql", 0},
	{"closures", "sql/query/closures.sql", 100},
	{"hotspots", "sql/query/hotspots.sql", 100},
	{"cpus", "sql/query/cpus.sql", 0},
	{"time", "sql/html/time.sql", 0},
	{"threads", "sql/html/threads.sql", 0},
	{"columns", "sql/html/columns.sql", 0},
	{"polls", "sql/html/polls.sql", 0},
	{"parts", "sql/html/parts.sql", 0},
	{"rest", "sql/html/rest.sql", 0},
	{"wakes", "sql/html/wakes.sql", 0},
	{"marks", "sql/html/marks.sql", 0},
	{"stacks", "sql/html/stacks.sql", 0},
	{"frames", "sql/html/frames.sql", 0},
	{"profile", "sql/html/profile.sql", 0},
	{"cpu", "sql/html/cpu.sql", 0},
	{"histogram", "sql/html/histogram.sql", 0},
	{"site_tasks", "sql/html/site_tasks.sql", 0},
};

static enum exit_status part_write(const struct input *input, struct html_page *page, size_t i)
{
	sqlite3_stmt *q;

	if (query_prepare(input, embedded_text(parts[i].file), parts[i].top, &q) != STATUS_DONE)
		return STATUS_SYSTEM;
	statement_number(q, ":polls", POLLS_SHOWN);
	return html_page_rows(page, parts[i].name, q);
}

/* The current row of a named query that has one; NULL: it cannot be had. */
static sqlite3_stmt *row_of(const struct input *input, const char *name)
{
	sqlite3_stmt *q = named_query(input, name, 0);

	if (q && sqlite3_step(q) == SQLITE_ROW)
		return q;
	sqlite3_finalize(q);
	return NULL;
}

static enum exit_status sentences_write(const struct input *input, struct html_page *page)
{
	sqlite3_stmt *filter = row_of(input, "filter"), *verdict = row_of(input, "verdict"), *q;
	enum exit_status status = STATUS_SYSTEM;
	char room[SOURCE_WORDS_BYTES];
	struct text sentence = {0};

	if (filter && verdict)
		status = query_prepare(input, embedded_text("sql/html/sentences.sql"), 0, &q);
	if (status == STATUS_DONE) {
		filter_sentence(filter, &sentence);
		statement_text(q, ":filter", sentence.bytes);
		statement_text(q, ":source", source_words(verdict, room));
		status = html_page_rows(page, "sentences", q);
	}
	text_close(&sentence);
	sqlite3_finalize(filter);
	sqlite3_finalize(verdict);
	return status;
}

enum exit_status report_html(const struct input *input, const char *path)
{
	struct html_page page;
	enum exit_status status = html_page_open(&page, path, "hud report");

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(parts) / sizeof(*parts); i++)
		status = part_write(input, &page, i);
	if (status == STATUS_DONE)
		status = sentences_write(input, &page);
	return html_page_close(&page, status);
}
