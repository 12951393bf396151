/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/diff.h"

#include <stdio.h>

enum exit_status diff_json(struct comparison *c)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/json.sql");

	statement_text(q, ":reason", c->reason);
	if (q && sqlite3_step(q) == SQLITE_ROW)
		puts((const char *)sqlite3_column_text(q, 0));
	return comparison_query_end(c, q);
}
