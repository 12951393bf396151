/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/named_query.h"
#include "analyzer/table.h"

/*
 * query: a person's own SQL, or a query that has a name.
 */

static enum exit_status run(const struct input *input, const struct arguments *a, const char *sql)
{
	enum table_form form = a->json ? TABLE_JSON : a->csv ? TABLE_CSV : TABLE_TEXT;
	sqlite3_stmt *statement;
	enum exit_status status = query_prepare(input, sql, a->top, &statement);

	if (status != STATUS_DONE)
		return status;
	if (table_print(statement, form))
		status = message(STATUS_INPUT, NULL, "the query failed: %s",
				 sqlite3_errmsg(input->db));
	sqlite3_finalize(statement);
	return status;
}

enum exit_status verb_query(const struct arguments *a)
{
	const char *sql = a->positionals > 1 ? a->positional[1] : NULL;
	struct input input;
	enum exit_status status;

	if (a->list) {
		named_query_list();
		return STATUS_DONE;
	}
	if (!sql)
		return message(STATUS_INPUT, "hud-analyze query CAPTURE|DB SQL|@NAME, or --list",
			       "query: it needs a capture or database, and a query");
	if (*sql == '@' && !named_query_text(sql + 1))
		return message(STATUS_INPUT, "hud-analyze query --list lists those there are",
			       "there is no query %s", sql);
	if (*sql == '@')
		sql = named_query_text(sql + 1);
	status = input_open(a, &input);
	if (status != STATUS_DONE)
		return status;
	status = run(&input, a, sql);
	input_close(&input);
	return status;
}
