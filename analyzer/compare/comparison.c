/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/comparison.h"
#include "analyzer/base/embedded.h"
#include "analyzer/base/text.h"
#include "analyzer/store/column.h"
#include "analyzer/store/printable.h"
#include "format/base/array.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The database of a comparison: copying captures into it, and computing the sums.
 */

static enum exit_status comparison_failed(const struct comparison *c)
{
	return message(STATUS_SYSTEM, NULL, "cannot compare: %s", sqlite3_errmsg(c->db));
}

static enum exit_status out_of_memory(void)
{
	return message(STATUS_SYSTEM, NULL, "out of memory");
}

sqlite3_stmt *comparison_query(struct comparison *c, const char *file)
{
	sqlite3_stmt *q = database_statement(c->db, embedded_text(file));

	if (!q)
		comparison_failed(c);
	return q;
}

enum exit_status comparison_query_end(struct comparison *c, sqlite3_stmt *q)
{
	if (!q)
		return STATUS_SYSTEM;
	return sqlite3_finalize(q) == SQLITE_OK ? STATUS_DONE : comparison_failed(c);
}

enum exit_status comparison_open(struct comparison *out)
{
	*out = (struct comparison) {0};
	if (sqlite3_open_v2("", &out->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
		    SQLITE_OK &&
	    !printable_open(out->db) &&
	    !database_run(out->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF") &&
	    !database_run_file(out->db, "sql/diff/schema.sql", 0) &&
	    !database_run_file(out->db, "sql/view/common/constant.sql", 0))
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
	free(c->binary_used);
	*c = (struct comparison) {0};
}

/* An INSERT of whole rows: `columns` values. */
static sqlite3_stmt *insert_prepare(sqlite3 *db, const char *table, int columns)
{
	struct text sql = {0};
	sqlite3_stmt *statement;

	text_add_string(&sql, "INSERT INTO ");
	text_add_string(&sql, table);
	for (int i = 0; i < columns; i++)
		text_add_string(&sql, i ? ", ?" : " VALUES (?");
	text_add_string(&sql, ")");
	statement = sql.failed ? NULL : database_statement(db, sql.bytes);
	text_close(&sql);
	return statement;
}

/* A query over the capture `:capture` of an input, and the table of the comparison for its rows. */
struct transfer {
	const char *query; /* embedded file */
	const char *table;
};

/* Each row gets the numbers `front` as its first columns. */
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
	sqlite3_stmt *from = database_statement(input, embedded_text(t->query)), *into = NULL;
	enum exit_status status = STATUS_DONE;

	if (from)
		into = insert_prepare(c->db, t->table, fronts + sqlite3_column_count(from));
	statement_number(from, ":capture", capture);
	if (!from || !into || rows_transfer(from, into, front, fronts))
		status = message(STATUS_SYSTEM, NULL, "cannot compare: %s: %s",
				 sqlite3_errcode(input) == SQLITE_DONE ? sqlite3_errmsg(c->db)
								       : sqlite3_errmsg(input),
				 t->query);
	sqlite3_finalize(from);
	sqlite3_finalize(into);
	return status;
}

/* A capture that counts twice would make chance look smaller than it is. */
static enum exit_status once_check(struct comparison *c, enum side side)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/twice.sql");
	enum exit_status status = STATUS_DONE;

	statement_number(q, ":side", side);
	if (q && sqlite3_step(q) == SQLITE_ROW)
		status = message(STATUS_INPUT, "give each capture once",
				 "the capture %s is given twice, in %s and in %s",
				 column_text(q, "capture_id"), column_text(q, "first"),
				 column_text(q, "second"));
	return comparison_query_end(c, q) == STATUS_DONE ? status : STATUS_SYSTEM;
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
		{"sql/diff/from_task_count.sql", "task_count"},
		{"sql/diff/from_waiting.sql", "waiting"},
		{"sql/diff/from_deadlock.sql", "deadlock"},
		{NULL, NULL},
	};
	static const struct transfer stacks[] = {
		{"sql/diff/from_profile.sql", "profile"},
		{"sql/diff/from_stack_frame.sql", "stack_frame"},
		{NULL, NULL},
	};
	const int64_t front[] = {++c->captures, side};
	enum exit_status status = transfer_run(c, input, capture, &head, front, 2);

	if (status == STATUS_DONE)
		status = once_check(c, side);
	for (const struct transfer *t = parts; status == STATUS_DONE && t->query; t++)
		status = transfer_run(c, input, capture, t, front, 1);
	for (const struct transfer *t = stacks; status == STATUS_DONE && c->stacks && t->query; t++)
		status = transfer_run(c, input, capture, t, front, 1);
	return status;
}

enum exit_status comparison_add_input(struct comparison *c, enum side side,
				      const struct input *input, bool chosen_only)
{
	enum exit_status status = STATUS_DONE;
	sqlite3_stmt *q;

	c->unfit &= input->unfit;
	if (chosen_only)
		return capture_add(c, input->db, input->capture, side);
	q = database_statement(input->db, "SELECT id FROM capture ORDER BY id");
	while (q && status == STATUS_DONE && sqlite3_step(q) == SQLITE_ROW)
		status = capture_add(c, input->db, sqlite3_column_int64(q, 0), side);
	if ((!q || sqlite3_finalize(q) != SQLITE_OK) && status == STATUS_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot compare: %s",
				 sqlite3_errmsg(input->db));
	return status;
}

/* Cuts the @ID off DB@ID and returns it; NULL where there is none, or a file has that very name. */
static const char *id_cut(char *path)
{
	char *at = strrchr(path, '@');

	if (!at || !at[1] || !access(path, F_OK))
		return NULL;
	*at = '\0';
	if (!access(path, F_OK))
		return at + 1;
	*at = '@';
	return NULL;
}

enum exit_status comparison_add(struct comparison *c, enum side side, const char *path,
				const struct input_request *how)
{
	struct input_request request = *how;
	char *name = strdup(path);
	struct input input;
	enum exit_status status;

	if (!c->binary_used)
		c->binary_used =
			calloc(how->symbols.sources.binary_count + 1, sizeof(*c->binary_used));
	if (!name || !c->binary_used) {
		free(name);
		return out_of_memory();
	}
	request.capture = id_cut(name);
	request.path = name;
	request.one_of_many = true;
	c->binaries = how->symbols.sources.binaries;
	c->binary_count = how->symbols.sources.binary_count;
	request.binary_used = c->binary_used;
	status = input_open(&request, &input);
	if (status == STATUS_DONE) {
		status = comparison_add_input(c, side, &input, request.capture != NULL);
		input_close(&input);
	}
	free(name);
	return status;
}

enum exit_status comparison_filter(struct comparison *c, const struct filter *f)
{
	sqlite3_stmt *q;

	if (!filter_given(f))
		return STATUS_DONE;
	c->filter = f;
	c->unfit = UINT_MAX;
	q = comparison_query(c, "sql/diff/filter_write.sql");
	statement_text(q, ":from_time", f->from);
	statement_text(q, ":to_time", f->to);
	statement_text(q, ":worker", f->worker);
	statement_text(q, ":task", f->task);
	statement_text(q, ":cause", f->cause);
	statement_text(q, ":match", f->match);
	if (f->min_ns)
		statement_number(q, ":min_ns", f->min_ns);
	if (q)
		sqlite3_step(q);
	return comparison_query_end(c, q);
}

enum exit_status comparison_filter_print(struct comparison *c, const char *end)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/filter.sql");
	struct text sentence = {0};

	if (q && sqlite3_step(q) == SQLITE_ROW)
		filter_sentence(q, &sentence);
	if (sentence.bytes)
		printf("%s%s", sentence.bytes, end);
	text_close(&sentence);
	return comparison_query_end(c, q);
}

static enum exit_status binaries_check(const struct comparison *c)
{
	for (size_t i = 0; c->binary_used && i < c->binary_count; i++) {
		if (!c->binary_used[i])
			return message_unfit_binary(c->binaries[i], "captures",
						    "it is none of the binaries in the captures");
	}
	return STATUS_DONE;
}

enum exit_status comparison_prepare(struct comparison *c)
{
	enum exit_status status = STATUS_DONE;
	sqlite3_stmt *q;

	if (c->unfit)
		return filter_refuse(c->filter, c->unfit);
	status = binaries_check(c);
	if (status != STATUS_DONE)
		return status;
	if (database_run_folder(c->db, "sql/diff/derive/", 0))
		return comparison_failed(c);
	q = comparison_query(c, "sql/diff/reason.sql");
	statement_number(q, ":least_windows", STATISTICS_LEAST_WINDOWS);
	if (q && sqlite3_step(q) == SQLITE_ROW) {
		c->reason = strdup(column_text(q, "reason"));
		c->sentence = strdup(column_text(q, "sentence"));
		if (!c->reason || !c->sentence)
			status = out_of_memory();
	}
	return comparison_query_end(c, q) == STATUS_DONE ? status : STATUS_SYSTEM;
}

enum exit_status comparison_seconds(struct comparison *c, double out[SIDES])
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/sides.sql");

	out[BEFORE] = out[AFTER] = 0;
	while (q && sqlite3_step(q) == SQLITE_ROW)
		out[column_number(q, "side", 0) != BEFORE] =
			(double)column_number(q, "duration_ns", 0) / 1e9;
	return comparison_query_end(c, q);
}

/* The windows of one side. */
struct series {
	struct window *windows;
	size_t count, room;
};

static bool window_add(struct series *s, sqlite3_stmt *q, enum measure measure)
{
	/* The columns of sql/diff/series.sql that a measure divides. */
	static const struct {
		const char *value, *weight;
	} columns[] = {
		[MEASURE_BLOCKED] = {"blocked_ms", "worker_s"},
		[MEASURE_RATE] = {"starts", "wall_s"},
	};

	if (!array_grow(&s->windows, s->count, &s->room, sizeof(*s->windows)))
		return false;
	s->windows[s->count++] = (struct window) {
		.value = column_real(q, columns[measure].value),
		.weight = column_real(q, columns[measure].weight),
		.starts = column_real(q, "starts"),
		.capture = column_number(q, "compared", 0),
	};
	return true;
}

enum exit_status comparison_estimate(struct comparison *c, int64_t subject, enum measure measure,
				     struct estimate out[SIDES])
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/series.sql");
	struct series sides[SIDES] = {0};
	bool room = true;
	enum exit_status status;

	statement_number(q, ":subject", subject);
	while (q && room && sqlite3_step(q) == SQLITE_ROW)
		room = window_add(&sides[column_number(q, "side", 0) != BEFORE], q, measure);
	status = comparison_query_end(c, q);
	for (unsigned i = 0; i < SIDES; i++) {
		if (room && status == STATUS_DONE)
			room = !estimate_make(sides[i].windows, sides[i].count, i, &out[i]);
		free(sides[i].windows);
	}
	return room ? status : out_of_memory();
}
