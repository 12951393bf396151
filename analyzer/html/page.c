/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/html/page.h"
#include "analyzer/base/embedded.h"
#include "analyzer/base/interrupt.h"
#include "analyzer/base/json.h"
#include "analyzer/store/column.h"

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
			column_json(out, q, i, true);
		}
		putc(']', out);
	}
	fputs("]}", out);
	return ferror(out) ? SQLITE_DONE : step;
}

enum exit_status html_page_open(struct html_page *p, const char *path, const char *title)
{
	enum exit_status status;

	*p = (struct html_page) {0};
	status = output_file_open(&p->file, path);
	if (status != STATUS_DONE)
		return status;
	fprintf(p->file.out,
		"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"generator\" content=\"hud-analyze " HUD_VERSION "\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<title>%s</title>\n<style>%s</style></head>\n<body>\n"
		"<noscript>This page needs its script, which is in it.</noscript>\n"
		"<div id=\"page\"></div>\n<script type=\"application/json\" id=\"data\">{",
		embedded_text("html/policy"), title, embedded_text("html/page.css"));
	return STATUS_DONE;
}

enum exit_status html_page_rows(struct html_page *p, const char *name, sqlite3_stmt *q)
{
	enum exit_status status = STATUS_DONE;
	int step;

	fprintf(p->file.out, "%s\"%s\":", p->any ? ",\n" : "\n", name);
	p->any = true;
	step = rows_write(p->file.out, q);
	if (interrupt_came())
		status = interrupt_message();
	else if (step != SQLITE_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot make the page: %s",
				 sqlite3_errmsg(sqlite3_db_handle(q)));
	sqlite3_finalize(q);
	return status;
}

enum exit_status html_page_close(struct html_page *p, enum exit_status status)
{
	fprintf(p->file.out, "}</script>\n<script>%s</script>\n</body></html>\n",
		embedded_text("html/page.js"));
	return output_file_close(&p->file, status);
}
