/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check.h"
#include "analyzer/store/column.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * How a check went: for people, as JSON, as JUnit XML, as annotations of GitHub Actions.
 */

void check_print_text(struct check *c)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/findings.sql");
	int64_t last = 0;

	comparison_filter_print(&c->comparison, "\n");
	while (q && sqlite3_step(q) == SQLITE_ROW) {
		const char *file = column_text(q, "file");

		if (column_number(q, "rule", 0) != last)
			printf("%s\n", column_text(q, "text"));
		last = column_number(q, "rule", 0);
		printf("  %-11s %s", column_text(q, "status"), column_text(q, "sentence"));
		if (file)
			printf("  %s:%" PRId64, file, column_number(q, "line", 0));
		putchar('\n');
	}
	sqlite3_finalize(q);
	if (c->reason)
		printf("too little is known: %s\n", c->reason);
	printf("check: %s\n", check_word(c->status));
}

void check_print_json(struct check *c)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/json.sql");

	statement_text(q, ":status", check_word(c->status));
	statement_text(q, ":reason", c->reason);
	if (q && sqlite3_step(q) == SQLITE_ROW)
		puts((const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
}

/* A workflow command ends at a line's end; a property also at a comma or colon. */
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

void check_print_github(struct check *c)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/findings.sql");

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		const char *status = column_text(q, "status");

		if (strcmp(status, "pass") != 0)
			github_print(strcmp(status, "fail") == 0 ? "error" : "warning", q,
				     column_text(q, "sentence"));
	}
	sqlite3_finalize(q);
	if (c->reason)
		github_print("warning", NULL, c->reason);
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

/* A test case for each rule; what cannot be told is an error, as JUnit tells them from failures. */
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

static void junit_print(struct check *c, FILE *out)
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
		"<testsuite name=\"hud-analyze check\" tests=\"%d\" failures=\"%d\" errors=\"%d\">\n",
		tests + 1, failures, errors + (c->reason != NULL));
	if (q)
		sqlite3_reset(q);
	while (q && sqlite3_step(q) == SQLITE_ROW)
		junit_case(out, column_text(q, "text"), column_text(q, "status"),
			   column_text(q, "sentence"));
	junit_case(out, "enough was watched", c->reason ? "cannot tell" : "pass",
		   c->reason ? c->reason : "");
	fputs("</testsuite>\n", out);
	sqlite3_finalize(q);
}

int check_write_junit(struct check *c, const char *path)
{
	char partial[PATH_MAX];
	FILE *out;
	int err = 0;

	if (snprintf(partial, sizeof(partial), "%s.partial", path) >= (int)sizeof(partial))
		return -ENAMETOOLONG;
	out = fopen(partial, "we");
	if (!out)
		return -errno;
	junit_print(c, out);
	if (fflush(out) || ferror(out))
		err = -EIO;
	if (fclose(out) && !err)
		err = -errno;
	if (!err && rename(partial, path))
		err = -errno;
	if (err)
		unlink(partial);
	return err;
}
