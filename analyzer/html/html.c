/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/html/html.h"
#include "analyzer/base/embedded.h"
#include "analyzer/base/interrupt.h"
#include "analyzer/base/json.h"
#include "analyzer/base/output_file.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/database.h"

#include <inttypes.h>

/* The page: head, data, script. Only data depend on the capture. */

/* Blocking polls that are shown one by one. Of more, the shorter ones are summed up by column. */
#define POLLS_SHOWN 30000
/* Rows of long lists: the page says where there are more. */
#define ROWS_SHOWN 1000

/* What the page holds: rows of queries, which have names in it. */
static const struct {
	const char *name;
	const char *file;
	uint64_t top; /* 0: all */
} parts[] = {
	{"verdict", "sql/query/verdict.sql", 0},
	{"filter", "sql/query/filter.sql", 0},
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
	{"histogram", "sql/html/histogram.sql", 0},
	{"site_tasks", "sql/html/site_tasks.sql", 0},
};

static void value_write(FILE *out, sqlite3_stmt *q, int column)
{
	switch (sqlite3_column_type(q, column)) {
	case SQLITE_INTEGER:
		fprintf(out, "%" PRId64, (int64_t)sqlite3_column_int64(q, column));
		break;
	case SQLITE_FLOAT: {
		double number = sqlite3_column_double(q, column);

		/* An infinity has no JSON. */
		if (number - number == 0)
			fprintf(out, "%.9g", number);
		else
			fputs("null", out);
		break;
	}
	case SQLITE_NULL:
		fputs("null", out);
		break;
	default:
		json_text_in_page(out, (const char *)sqlite3_column_text(q, column));
	}
}

/* The names of the columns, and an array for each row. */
static int rows_write(FILE *out, sqlite3_stmt *q)
{
	int columns = sqlite3_column_count(q), step;
	bool any = false;

	fputs("{\"columns\":[", out);
	for (int i = 0; i < columns; i++) {
		fputs(i ? "," : "", out);
		json_text_in_page(out, sqlite3_column_name(q, i));
	}
	fputs("],\"rows\":[", out);
	while (!ferror(out) && (step = sqlite3_step(q)) == SQLITE_ROW) {
		fputs(any ? ",\n[" : "\n[", out);
		any = true;
		for (int i = 0; i < columns; i++) {
			fputs(i ? "," : "", out);
			value_write(out, q, i);
		}
		putc(']', out);
	}
	fputs("]}", out);
	return ferror(out) ? SQLITE_DONE : step;
}

static enum exit_status part_write(const struct input *input, FILE *out, size_t i)
{
	sqlite3_stmt *q;
	enum exit_status status =
		query_prepare(input, embedded_text(parts[i].file), parts[i].top, &q);
	int step;

	if (status != STATUS_DONE)
		return STATUS_SYSTEM;
	statement_number(q, ":polls", POLLS_SHOWN);
	fprintf(out, "%s\"%s\":", i ? ",\n" : "\n", parts[i].name);
	step = rows_write(out, q);
	if (interrupt_came())
		status = interrupt_message();
	else if (step != SQLITE_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot make the page: %s",
				 sqlite3_errmsg(input->db));
	sqlite3_finalize(q);
	return status;
}

static enum exit_status page_write(const struct input *input, FILE *out)
{
	enum exit_status status = STATUS_DONE;

	fprintf(out,
		"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"generator\" content=\"hud-analyze " HUD_VERSION "\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<title>hud report</title>\n<style>%s</style></head>\n<body>\n"
		"<noscript>This page needs its script, which is in it.</noscript>\n"
		"<div id=\"page\"></div>\n<script type=\"application/json\" id=\"data\">{",
		embedded_text("html/policy"), embedded_text("html/page.css"));
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(parts) / sizeof(*parts); i++)
		status = part_write(input, out, i);
	fprintf(out, "}</script>\n<script>%s</script>\n</body></html>\n",
		embedded_text("html/page.js"));
	return status;
}

enum exit_status report_html(const struct input *input, const char *path)
{
	struct output_file file;
	enum exit_status status = output_file_open(&file, path);

	return status == STATUS_DONE ? output_file_close(&file, page_write(input, file.out))
				     : status;
}
