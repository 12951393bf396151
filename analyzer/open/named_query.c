/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/named_query.h"
#include "analyzer/base/embedded.h"
#include "analyzer/derive/schema.h"

#include <stdio.h>
#include <string.h>

/* The name of a query, `length` bytes without ".sql"; NULL: the file is not a query. */
static const char *query_name(const struct embedded_file *f, size_t *length)
{
	const char *name = embedded_within(f, "sql/query/");

	if (name)
		*length = strlen(name) - strlen(".sql");
	return name;
}

/* Prints the parameters of a query, as the options that set them. */
static void print_parameters(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		const char *name = sqlite3_bind_parameter_name(statement, i) + 1;

		if (strcmp(name, "top") == 0 || strcmp(name, "limit") == 0)
			fputs(" [--limit N]", stdout);
		else if (strcmp(name, "capture") != 0)
			printf(" [--set %s=]", name);
	}
	sqlite3_finalize(statement);
}

enum exit_status named_query_list(void)
{
	/* Statements can be prepared, and asked for their parameters, over an empty database. */
	sqlite3 *db;
	int err = schema_open(NULL, DATABASE_TEMPORARY, &db);

	if (err)
		return input_temporary_message(err);
	for (const struct embedded_file *f = embedded_files; f->name; f++) {
		size_t length;
		const char *name = query_name(f, &length);
		const char *question = f->text + strspn(f->text, "- ");

		if (!name)
			continue;
		printf("@%-15.*s %.*s", (int)length, name, (int)strcspn(question, "\n"), question);
		print_parameters(db, f->text);
		putchar('\n');
	}
	sqlite3_close(db);
	return STATUS_DONE;
}

const char *named_query_text(const char *name)
{
	for (const struct embedded_file *f = embedded_files; f->name; f++) {
		size_t length;
		const char *named = query_name(f, &length);

		if (named && strlen(name) == length && strncmp(named, name, length) == 0)
			return f->text;
	}
	return NULL;
}

enum exit_status query_prepare(const struct input *input, const char *sql, uint64_t top,
			       sqlite3_stmt **out)
{
	const char *rest;
	sqlite3_stmt *second = NULL;
	int err;

	*out = NULL;
	err = sqlite3_prepare_v2(input->db, sql, -1, out, &rest);
	if (err == SQLITE_AUTH)
		return message(STATUS_INPUT, "open the database with sqlite3 to change it",
			       "a query can only read");
	if (err != SQLITE_OK)
		return message(STATUS_INPUT,
			       "docs/SCHEMA.md describes tables and columns; SELECT * FROM TABLE "
			       "LIMIT 1 shows a table's",
			       "cannot run the query: %s", sqlite3_errmsg(input->db));
	if (!*out)
		return message(STATUS_INPUT, NULL, "the query is empty");
	if (sqlite3_prepare_v2(input->db, rest, -1, &second, NULL) != SQLITE_OK || second) {
		sqlite3_finalize(second);
		sqlite3_finalize(*out);
		*out = NULL;
		return message(STATUS_INPUT, "run one after the other",
			       "the query holds more than one statement");
	}
	statement_number(*out, ":capture", input->capture);
	statement_number(*out, ":top", top ? (int64_t)top : -1); /* LIMIT -1 is none */
	statement_number(*out, ":limit", top ? (int64_t)top : -1);
	return STATUS_DONE;
}

sqlite3_stmt *named_query(const struct input *input, const char *name, uint64_t top)
{
	sqlite3_stmt *statement;

	query_prepare(input, named_query_text(name), top, &statement);
	return statement;
}
