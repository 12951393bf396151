/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/check.h"
#include "analyzer/store/column.h"

#include <string.h>

enum exit_status check_conclude(struct check *c)
{
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/quality.sql");
	enum exit_status status = STATUS_DONE;

	if (!q)
		return STATUS_SYSTEM;
	statement_number(q, ":min_busy", c->min_busy_ns);
	if (sqlite3_step(q) == SQLITE_ROW) {
		c->reason = strdup(column_text(q, "sentence"));
		if (!c->reason)
			status = message(STATUS_SYSTEM, NULL, "out of memory");
		if (c->status == STATUS_DONE || column_number(q, "blind", 0))
			c->status = STATUS_CANNOT_TELL;
	}
	sqlite3_finalize(q);
	return status;
}
