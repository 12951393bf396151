/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/named_query.h"
#include "analyzer/report/report.h"

#include <stdio.h>

/* The report as JSON: one query makes all of it. */

enum exit_status report_json(const struct input *input, uint64_t top)
{
	sqlite3_stmt *statement = named_query(input, "report", top);
	enum exit_status status = STATUS_DONE;

	if (!statement)
		return STATUS_SYSTEM;
	if (sqlite3_step(statement) == SQLITE_ROW)
		puts((const char *)sqlite3_column_text(statement, 0));
	else
		status = message(STATUS_SYSTEM, NULL, "cannot make the report: %s",
				 sqlite3_errmsg(input->db));
	sqlite3_finalize(statement);
	return status;
}
