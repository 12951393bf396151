/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/live/steps.h"
#include "analyzer/base/embedded.h"
#include "analyzer/store/database.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int prepare_all(struct steps *steps, sqlite3 *db, const char *sql)
{
	while (*sql) {
		sqlite3_stmt *statement;

		if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, &sql) !=
		    SQLITE_OK)
			return -EIO;
		if (!statement)
			continue;
		if (!array_grow(&steps->statement, steps->count, &steps->room,
				sizeof(*steps->statement))) {
			sqlite3_finalize(statement);
			return -ENOMEM;
		}
		steps->statement[steps->count++] = statement;
	}
	return 0;
}

int steps_add(struct steps *steps, sqlite3 *db, const char *file)
{
	static const char schema[4] = {'m', 'a', 'i', 'n'};
	const char *text = embedded_text(file);
	char *own = text ? strdup(text) : NULL;
	int err;

	if (!own)
		return text ? -ENOMEM : -ENOENT;
	for (char *at = own; (at = strstr(at, "temp."));)
		memcpy(at, schema, sizeof(schema));
	err = prepare_all(steps, db, own);
	free(own);
	return err;
}

static void bind_time(sqlite3_stmt *statement, const char *name, int64_t ns)
{
	if (ns)
		statement_number(statement, name, ns);
	else
		statement_text(statement, name, NULL);
}

int steps_run(const struct steps *steps, const struct step_times *times)
{
	int code = SQLITE_DONE;

	for (size_t i = 0; i < steps->count && code == SQLITE_DONE; i++) {
		sqlite3_stmt *s = steps->statement[i];

		statement_number(s, ":capture", times->capture);
		bind_time(s, ":from", times->from_ns);
		bind_time(s, ":to", times->to_ns);
		statement_number(s, ":oldest", times->oldest_ns);
		bind_time(s, ":least", times->least_ns);
		do
			code = sqlite3_step(s);
		while (code == SQLITE_ROW);
		sqlite3_reset(s);
	}
	return database_errno(code);
}

void steps_close(struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++)
		sqlite3_finalize(steps->statement[i]);
	free(steps->statement);
	*steps = (struct steps) {0};
}
