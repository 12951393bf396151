/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/interrupt.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * query: runs SQL from the command line or a file, or a query that has a name.
 */

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define RESULT_BYTES_MAX (64 << 20) /* of one value, so that a query cannot use up all memory */

/* Binds a number where the text is one, else the text. */
static int bind_value(sqlite3_stmt *statement, int index, const char *text)
{
	char *end;
	long long whole;
	double real;

	errno = 0;
	whole = strtoll(text, &end, 10);
	if (*text && !*end && !errno)
		return sqlite3_bind_int64(statement, index, whole);
	real = strtod(text, &end);
	if (*text && !*end)
		return sqlite3_bind_double(statement, index, real);
	return sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

/* --set NAME=VALUE binds :NAME, $NAME or @NAME. */
static enum exit_status bind_set(sqlite3_stmt *statement, const char *set)
{
	int length = (int)strcspn(set, "=");

	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		const char *name = sqlite3_bind_parameter_name(statement, i);

		if (!name || strlen(name + 1) != (size_t)length ||
		    strncmp(name + 1, set, (size_t)length) != 0)
			continue;
		bind_value(statement, i, set + length + 1);
		return STATUS_DONE;
	}
	return message(STATUS_INPUT, NULL, "--set %s: the query has no :%.*s", set, length, set);
}

static bool is_set(const struct arguments *a, const char *name)
{
	size_t length = strlen(name);

	if (strcmp(name, "capture") == 0 || strcmp(name, "top") == 0 || strcmp(name, "limit") == 0)
		return true;
	for (size_t i = 0; i < a->set_count; i++) {
		if (strncmp(a->sets[i], name, length) == 0 && a->sets[i][length] == '=')
			return true;
	}
	return false;
}

/* Parameters of a person's own query must be set: as NULL they would find nothing. */
static enum exit_status check_all_set(sqlite3_stmt *statement, const struct arguments *a)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
		const char *name = sqlite3_bind_parameter_name(statement, i);

		if (!name)
			return message(STATUS_INPUT, "name it :NAME, and give --set NAME=VALUE",
				       "the query has a parameter without a name");
		if (!is_set(a, name + 1))
			return message(STATUS_INPUT, NULL,
				       "the query asks for %s: give --set %s=VALUE", name,
				       name + 1);
	}
	return STATUS_DONE;
}

static bool has_limit(sqlite3_stmt *statement)
{
	return sqlite3_bind_parameter_index(statement, ":top") > 0 ||
	       sqlite3_bind_parameter_index(statement, ":limit") > 0;
}

/* In JSON a column is known by its name alone. */
static enum exit_status check_names(sqlite3_stmt *statement)
{
	int columns = sqlite3_column_count(statement);

	for (int i = 1; i < columns; i++) {
		const char *name = sqlite3_column_name(statement, i);

		for (int k = 0; k < i; k++)
			if (strcmp(sqlite3_column_name(statement, k), name) == 0)
				return message(STATUS_INPUT, "give one another name with AS",
					       "two columns have the name %s", name);
	}
	return STATUS_DONE;
}

static enum exit_status print(sqlite3_stmt *statement, const struct arguments *a)
{
	enum table_form form = a->json    ? TABLE_JSON
			       : a->csv   ? TABLE_CSV
			       : a->plain ? TABLE_PLAIN
					  : TABLE_TEXT;
	uint64_t most = a->top && !has_limit(statement) ? a->top : UINT64_MAX;
	int err = table_write(statement, form, most, stdout);

	if (interrupt_came())
		return interrupt_message();
	if (err)
		return message(STATUS_INPUT, NULL, "the query failed: %s",
			       sqlite3_errmsg(sqlite3_db_handle(statement)));
	return STATUS_DONE;
}

static enum exit_status run(const struct input *input, const struct arguments *a, const char *sql,
			    bool named)
{
	sqlite3_stmt *statement;
	enum exit_status status = query_prepare(input, sql, a->top, &statement);

	for (size_t i = 0; status == STATUS_DONE && i < a->set_count; i++)
		status = bind_set(statement, a->sets[i]);
	if (status == STATUS_DONE && !named)
		status = check_all_set(statement, a);
	if (status == STATUS_DONE && a->json)
		status = check_names(statement);
	if (status == STATUS_DONE)
		status = print(statement, a);
	sqlite3_finalize(statement);
	return status;
}

/* Whether it is the name of a file, NAME.sql, and not SQL. */
static bool is_file(const char *text)
{
	size_t length = strlen(text);

	return length > 4 && strcmp(text + length - 4, ".sql") == 0 &&
	       text[strcspn(text, " \t\n")] == '\0';
}

/* Reads a file; the caller frees its text. NULL after saying why. */
static char *file_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = file ? calloc(1, FILE_BYTES_MAX + 1) : NULL;
	size_t bytes = text ? fread(text, 1, FILE_BYTES_MAX + 1, file) : 0;

	if (!text || ferror(file))
		message(STATUS_INPUT, NULL, "cannot read %s: %s", path, strerror(errno));
	else if (bytes > FILE_BYTES_MAX || memchr(text, '\0', bytes))
		message(STATUS_INPUT, "a query is text, of at most 1 MiB", "%s is not a query",
			path);
	else {
		fclose(file);
		return text;
	}
	if (file)
		fclose(file);
	free(text);
	return NULL;
}

static enum exit_status query_text(const char *asked, const char **sql, char **owned)
{
	*sql = asked;
	if (*asked == '@') {
		*sql = named_query_text(asked + 1);
		return *sql ? STATUS_DONE
			    : message(STATUS_INPUT, "hud-analyze query --list lists all of them",
				      "there is no query %s", asked);
	}
	if (named_query_text(asked))
		return message(STATUS_INPUT, NULL, "a named query is written with an @: @%s",
			       asked);
	if (is_file(asked))
		*sql = *owned = file_read(asked);
	return *sql ? STATUS_DONE : STATUS_INPUT;
}

static enum exit_status query_run(const struct arguments *a)
{
	const struct input_request request = arguments_input(a, a->positional[0]);
	const char *sql = NULL;
	char *owned = NULL;
	struct input input;
	enum exit_status status;

	if (a->list && a->positionals)
		return message(STATUS_INPUT, "hud-analyze query --list",
			       "query: --list takes no argument, but there is %s",
			       a->positional[0]);
	if (a->list && (a->json || a->csv || a->plain))
		return message(STATUS_INPUT, "hud-analyze query --list",
			       "query: --list prints text, in no other form");
	if (a->list)
		return named_query_list();
	if (a->positionals < 2)
		return message(STATUS_INPUT,
			       "hud-analyze query CAPTURE|DB SQL|FILE.sql|@NAME, or --list",
			       "query: it needs a capture or database, and a query");
	status = query_text(a->positional[1], &sql, &owned);
	if (status == STATUS_DONE)
		status = input_open(&request, &input);
	if (status == STATUS_DONE) {
		database_stop_on_interrupt(input.db);
		sqlite3_limit(input.db, SQLITE_LIMIT_LENGTH, RESULT_BYTES_MAX);
		status = run(&input, a, sql, *a->positional[1] == '@');
		input_close(&input);
	}
	free(owned);
	return status;
}

const struct verb verb_query = {
	.name = "query",
	.usage = "CAPTURE|DB SQL|FILE.sql|@NAME",
	.summary = "run SQL over a capture, or a named query (--list)",
	.details = "docs/SCHEMA.md describes the tables and views. In the SQL, :capture is\n"
		   "the chosen capture, :limit the value of --limit, and :NAME what --set\n"
		   "gives it. A query cannot change anything; Ctrl-C ends one that takes too\n"
		   "long. For flame graphs and other tools: hud-analyze export.\n",
	.options = "--list --limit --top --set --json --csv --plain --dump --site " FILTER_OPTIONS
		   " --capture " SYMBOL_OPTIONS " " USER_OPTIONS,
	.least = 0,
	.most = 2,
	.run = query_run,
};
