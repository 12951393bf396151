/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/format.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/table.h"

/* The rows of a named query: a JSON object a line, or CSV. */

static enum exit_status write(const struct export *e, enum table_form form)
{
	sqlite3_stmt *q = named_query(e->input, e->form->query + 1, e->form->top);
	enum exit_status status = STATUS_SYSTEM;
	int err;

	if (q) {
		err = table_write(q, form, UINT64_MAX, e->out);
		status = export_ended(e, err ? err : SQLITE_DONE);
	}
	sqlite3_finalize(q);
	return status;
}

enum exit_status export_ndjson(const struct export *e)
{
	return write(e, TABLE_NDJSON);
}

enum exit_status export_csv(const struct export *e)
{
	return write(e, TABLE_CSV);
}
