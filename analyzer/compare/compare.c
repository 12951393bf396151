/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/compare.h"
#include "analyzer/base/embedded.h"
#include "analyzer/store/column.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The database of a comparison: what comes into it, and how it is summed up.
 */

static enum exit_status comparison_failed(const struct comparison *c)
{
	return message(STATUS_SYSTEM, NULL, "cannot compare: %s", sqlite3_errmsg(c->db));
}

void statement_text(sqlite3_stmt *statement, const char *name, const char *value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index > 0)
		sqlite3_bind_text(statement, index, value, -1, SQLITE_TRANSIENT);
}

void statement_number(sqlite3_stmt *statement, const char *name, int64_t value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index > 0)
		sqlite3_bind_int64(statement, index, value);
}

sqlite3_stmt *comparison_query(struct comparison *c, const char *file)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(c->db, embedded_text(file), -1, &statement, NULL) != SQLITE_OK) {
		comparison_failed(c);
		return NULL;
	}
	return statement;
}

enum exit_status comparison_open(struct comparison *out)
{
	*out = (struct comparison) {0};
	if (sqlite3_open_v2("", &out->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
		    SQLITE_OK &&
	    !database_run(out->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF") &&
	    !database_run_file(out->db, "sql/diff/schema.sql", 0))
		return STATUS_DONE;
	comparison_failed(out);
	comparison_close(out);
	return STATUS_SYSTEM;
}

void comparison_close(struct comparison *c)
{
	sqlite3_close(c->db);
	free(c->reason);
	free(c->sentence);
	*c = (struct comparison) {0};
}

/* An INSERT of whole rows: `columns` values. */
static sqlite3_stmt *insert_prepare(sqlite3 *db, const char *table, int columns)
{
	char sql[256];
	sqlite3_stmt *statement = NULL;
	int length = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES (?", table);

	for (int i = 1; i < columns && length < (int)sizeof(sql) - 4; i++)
		length += snprintf(sql + length, sizeof(sql) - (size_t)length, ",?");
	snprintf(sql + length, sizeof(sql) - (size_t)length, ")");
	sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	return statement;
}

/* What goes from a database of captures to the comparison, in front of each row some numbers. */
struct transfer {
	const char *query; /* embedded file, over :capture */
	const char *table;
};

static int rows_transfer(sqlite3_stmt *from, sqlite3_stmt *into, const int64_t *front, int fronts)
{
	int columns = sqlite3_column_count(from), step;

	while ((step = sqlite3_step(from)) == SQLITE_ROW) {
		for (int i = 0; i < fronts; i++)
			sqlite3_bind_int64(into, i + 1, front[i]);
		for (int i = 0; i < columns; i++)
			sqlite3_bind_value(into, fronts + i + 1, sqlite3_column_value(from, i));
		if (sqlite3_step(into) != SQLITE_DONE)
			return -1;
		sqlite3_reset(into);
	}
	return step == SQLITE_DONE ? 0 : -1;
}

static enum exit_status transfer_run(struct comparison *c, sqlite3 *input, int64_t capture,
				     const struct transfer *t, const int64_t *front, int fronts)
{
	sqlite3_stmt *from = NULL, *into = NULL;
	enum exit_status status = STATUS_SYSTEM;

	if (sqlite3_prepare_v2(input, embedded_text(t->query), -1, &from, NULL) == SQLITE_OK)
		into = insert_prepare(c->db, t->table, fronts + sqlite3_column_count(from));
	statement_number(from, ":capture", capture);
	if (from && into && !rows_transfer(from, into, front, fronts))
		status = STATUS_DONE;
	else
		message(status, NULL, "cannot compare: %s: %s",
			sqlite3_errcode(input) == SQLITE_DONE ? sqlite3_errmsg(c->db)
							      : sqlite3_errmsg(input),
			t->query);
	sqlite3_finalize(from);
	sqlite3_finalize(into);
	return status;
}

static enum exit_status capture_add(struct comparison *c, sqlite3 *input, int64_t capture,
				    enum side side)
{
	static const struct transfer head = {"sql/diff/from_capture.sql", "compared"};
	static const struct transfer parts[] = {
		{"sql/diff/from_block.sql", "arrived"},
		{"sql/diff/from_worker.sql", "worker_time"},
		{"sql/diff/from_unproven.sql", "unproven"},
		{"sql/diff/from_site_task.sql", "site_of_task"},
		{"sql/diff/from_place.sql", "place"},
	};
	const int64_t front[] = {++c->captures, side};
	enum exit_status status = transfer_run(c, input, capture, &head, front, 2);

	for (size_t i = 0; status == STATUS_DONE && i < sizeof(parts) / sizeof(*parts); i++)
		status = transfer_run(c, input, capture, &parts[i], front, 1);
	return status;
}

enum exit_status comparison_add_input(struct comparison *c, enum side side,
				      const struct input *input, bool chosen_only)
{
	sqlite3_stmt *q = NULL;
	enum exit_status status = STATUS_DONE;

	if (chosen_only)
		return capture_add(c, input->db, input->capture, side);
	if (sqlite3_prepare_v2(input->db, "SELECT id FROM capture ORDER BY id", -1, &q, NULL) !=
	    SQLITE_OK)
		return message(STATUS_SYSTEM, NULL, "cannot compare: %s",
			       sqlite3_errmsg(input->db));
	while (status == STATUS_DONE && sqlite3_step(q) == SQLITE_ROW)
		status = capture_add(c, input->db, sqlite3_column_int64(q, 0), side);
	sqlite3_finalize(q);
	return status;
}

/* Takes the ID of DB@ID off a path, unless a file has that very name. NULL: there is none. */
static const char *id_take(char *path)
{
	char *at = strrchr(path, '@');

	if (!at || !at[1] || at[1 + strspn(at + 1, "0123456789abcdef")] || !access(path, F_OK))
		return NULL;
	*at = '\0';
	return at + 1;
}

enum exit_status comparison_add(struct comparison *c, enum side side, const char *path,
				const struct input_request *how)
{
	struct input_request request = *how;
	char *name = strdup(path);
	struct input input;
	enum exit_status status;

	if (!name)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	request.capture = id_take(name);
	request.path = name;
	request.one_of_many = true;
	status = input_open(&request, &input);
	if (status == STATUS_DONE) {
		status = comparison_add_input(c, side, &input, request.capture != NULL);
		input_close(&input);
	}
	free(name);
	return status;
}

enum exit_status comparison_prepare(struct comparison *c)
{
	sqlite3_stmt *q;
	int step;

	if (database_run_folder(c->db, "sql/diff/derive/", 0))
		return comparison_failed(c);
	q = comparison_query(c, "sql/diff/reason.sql");
	if (!q)
		return STATUS_SYSTEM;
	statement_number(q, ":least_windows", STATISTICS_LEAST_WINDOWS);
	step = sqlite3_step(q);
	if (step == SQLITE_ROW) {
		c->reason = strdup(column_text(q, "reason"));
		c->sentence = strdup(column_text(q, "sentence"));
	}
	sqlite3_finalize(q);
	if (step == SQLITE_ROW && (!c->reason || !c->sentence))
		return message(STATUS_SYSTEM, NULL, "out of memory");
	return step == SQLITE_ROW || step == SQLITE_DONE ? STATUS_DONE : comparison_failed(c);
}

enum exit_status comparison_seconds(struct comparison *c, double out[SIDES])
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/sides.sql");

	out[BEFORE] = out[AFTER] = 0;
	if (!q)
		return STATUS_SYSTEM;
	while (sqlite3_step(q) == SQLITE_ROW)
		out[column_number(q, "side", 0) != BEFORE] =
			(double)column_number(q, "duration_ns", 0) / 1e9;
	sqlite3_finalize(q);
	return STATUS_DONE;
}
