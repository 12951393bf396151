/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check_print.h"
#include "analyzer/store/column.h"
#include "format/base/new_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The result of a check: as text, JSON, JUnit XML, and annotations of GitHub Actions.
 */

enum exit_status check_print_text(struct check *c)
{
	enum exit_status status = comparison_filter_print(&c->comparison, "\n");
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/findings.sql");
	int64_t last = 0;

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		const char *file = column_text(q, "file");
		char line[COLUMN_LINE_BYTES];

		if (column_number(q, "rule", 0) != last)
			printf("%s\n", column_text(q, "text"));
		last = column_number(q, "rule", 0);
		printf("  %-11s %s", column_text(q, "status"), column_text(q, "sentence"));
		if (file)
			printf("  %s%s", file, column_line(q, "line", line));
		putchar('\n');
	}
	if (c->reason)
		printf("too little is known: %s\n", c->reason);
	printf("check: %s\n", check_word(c->status));
	return comparison_query_end(&c->comparison, q) == STATUS_DONE ? status : STATUS_SYSTEM;
}

enum exit_status check_print_json(struct check *c)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/json.sql");

	statement_text(q, ":status", check_word(c->status));
	statement_text(q, ":reason", c->reason);
	if (q && sqlite3_step(q) == SQLITE_ROW)
		puts((const char *)sqlite3_column_text(q, 0));
	return comparison_query_end(&c->comparison, q);
}

/* A workflow command ends with the line; the value of a property ends at a comma or colon too. */
static void github_escaped(const char *text, bool property)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '%' || c < ' ' || (property && (c == ',' || c == ':')))
			printf("%%%02X", c);
		else
			putchar(c);
	}
}

static void github_print(const char *level, sqlite3_stmt *q, const char *text)
{
	const char *file = q ? column_text(q, "file") : NULL;

	printf("::%s ", level);
	if (file) {
		fputs("file=", stdout);
		github_escaped(file, true);
		printf(",line=%" PRId64 ",", column_number(q, "line", 0));
	}
	fputs("title=", stdout);
	github_escaped(q ? column_text(q, "text") : "hud", true);
	fputs("::", stdout);
	github_escaped(text, false);
	putchar('\n');
}

enum exit_status check_print_github(struct check *c)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/findings.sql");

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		const char *status = column_text(q, "status");

		if (strcmp(status, "pass") != 0)
			github_print(strcmp(status, "fail") == 0 ? "error" : "warning", q,
				     column_text(q, "sentence"));
	}
	if (c->reason)
		github_print("warning", NULL, c->reason);
	return comparison_query_end(&c->comparison, q);
}

static void xml_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (strchr("<>&\"'", c))
			fprintf(out, "&#%d;", c);
		else
			fputc(c < ' ' ? ' ' : c, out);
	}
}

/*
 * A test case. JUnit distinguishes an `error`, here of a rule that cannot be decided, from a
 * `failure`.
 */
static void junit_case(FILE *out, const char *name, const char *status, const char *sentence)
{
	const char *element = strcmp(status, "fail") == 0   ? "failure"
			      : strcmp(status, "pass") == 0 ? NULL
							    : "error";

	fputs("  <testcase classname=\"hud-analyze check\" name=\"", out);
	xml_escaped(out, name);
	if (!element) {
		fputs("\"/>\n", out);
		return;
	}
	fprintf(out, "\">\n    <%s message=\"", element);
	xml_escaped(out, sentence);
	fprintf(out, "\"/>\n  </testcase>\n");
}

static enum exit_status junit_print(struct check *c, FILE *out)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/rules.sql");
	int tests = 0, failures = 0, errors = 0;

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		tests++;
		failures += strcmp(column_text(q, "status"), "fail") == 0;
		errors += strcmp(column_text(q, "status"), "cannot tell") == 0;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"hud-analyze check\" tests=\"%d\" failures=\"%d\" "
		"errors=\"%d\">\n",
		tests + 1, failures, errors + (c->reason != NULL));
	if (q)
		sqlite3_reset(q);
	while (q && sqlite3_step(q) == SQLITE_ROW)
		junit_case(out, column_text(q, "text"), column_text(q, "status"),
			   column_text(q, "sentence"));
	junit_case(out, "enough was recorded", c->reason ? "cannot tell" : "pass",
		   c->reason ? c->reason : "");
	fputs("</testsuite>\n", out);
	return comparison_query_end(&c->comparison, q);
}

/* The document in memory; it is the caller's. */
static enum exit_status junit_text(struct check *c, char **text, size_t *length)
{
	FILE *out = open_memstream(text, length);
	enum exit_status status = out ? junit_print(c, out) : STATUS_DONE;

	if (!out || fclose(out))
		return message(STATUS_SYSTEM, NULL, "out of memory");
	return status;
}

enum exit_status check_write_junit(struct check *c, const char *path)
{
	char *text = NULL;
	size_t length;
	struct new_file file;
	enum exit_status status = junit_text(c, &text, &length);
	int err;

	if (status == STATUS_DONE) {
		err = new_file_open(&file, AT_FDCWD, path, NEW_FILE_PRIVATE, 0666);
		if (!err) {
			err = new_file_write(&file, text, length);
			err = new_file_close(&file, err ? err : new_file_sync(&file));
		}
		if (err)
			status = message(STATUS_SYSTEM, NULL, "cannot write %s: %s", path,
					 new_file_error(err));
	}
	free(text);
	return status;
}
