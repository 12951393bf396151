/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report.h"
#include "analyzer/named_query.h"

/*
 * report: opens what it is about and prints it, as text or as JSON.
 */

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

enum exit_status verb_report(const struct arguments *arguments)
{
	const struct report_form form = {
		.top = arguments->top,
		.site = arguments->site != 0,
		.colour = colour_wanted(stdout),
		.width = terminal_width(stdout),
	};
	struct input input;
	enum exit_status status = input_open(arguments, &input);

	if (status != STATUS_DONE)
		return status;
	if (arguments->json)
		status = report_json(&input, arguments->top);
	else
		status = report_text(&input, &form);
	input_close(&input);
	return status;
}
