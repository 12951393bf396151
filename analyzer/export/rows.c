/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/embedded.h"
#include "analyzer/base/interrupt.h"
#include "analyzer/export/format.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/database.h"

#include <string.h>

/* Rows of the queries in sql/export/. */

struct export_of export_of(const struct export *e)
{
	const char *of = e->form->of;

	if (!of || strcmp(of, "blocked") == 0)
		return (struct export_of) {"blocked", NULL};
	if (strcmp(of, "cpu") == 0)
		return (struct export_of) {"cpu", NULL};
	return (struct export_of) {"blocked", of};
}

sqlite3_stmt *export_query(const struct export *e, const char *name, const struct export_of *of)
{
	char path[64];
	sqlite3_stmt *q = NULL;

	snprintf(path, sizeof(path), "sql/export/%s.sql", name);
	query_prepare(e->input, embedded_text(path), e->form->top, &q);
	if (of) {
		statement_text(q, ":kind", of->kind);
		statement_text(q, ":cause", of->cause);
	}
	return q;
}

enum exit_status export_ended(const struct export *e, int step)
{
	if (interrupt_came())
		return interrupt_message();
	if (step == SQLITE_DONE)
		return STATUS_DONE;
	return message(STATUS_SYSTEM, NULL, "cannot read the rows to export: %s",
		       sqlite3_errmsg(e->input->db));
}

enum exit_status export_rows(const struct export *e, const char *name, const struct export_of *of,
			     int (*row)(void *context, sqlite3_stmt *q), void *context)
{
	sqlite3_stmt *q = export_query(e, name, of);
	enum exit_status status;
	int step = SQLITE_ERROR, err = 0;

	if (!q)
		return STATUS_SYSTEM;
	while (!err && !ferror(e->out) && (step = sqlite3_step(q)) == SQLITE_ROW)
		err = row(context, q);
	if (err)
		status = message(STATUS_SYSTEM, NULL, "cannot export: %s", strerror(-err));
	else
		status = ferror(e->out) ? STATUS_DONE : export_ended(e, step);
	sqlite3_finalize(q);
	return status;
}
