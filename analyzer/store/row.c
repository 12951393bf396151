/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/row.h"
#include "analyzer/store/database.h"

#include <errno.h>

struct row row_begin(sqlite3_stmt *statement)
{
	return (struct row) {.statement = statement};
}

struct row row_begin_batched(struct row_batch *batch)
{
	return (struct row) {.batch = batch};
}

static void keep(struct row *row, int sqlite)
{
	if (!row->error && sqlite != SQLITE_OK)
		row->error = database_errno(sqlite);
}

void row_number(struct row *row, int64_t value)
{
	if (row->batch)
		row_batch_number(row->batch, value);
	else
		keep(row, sqlite3_bind_int64(row->statement, ++row->column, value));
}

static void row_null(struct row *row)
{
	if (row->batch)
		row_batch_null(row->batch);
	else
		keep(row, sqlite3_bind_null(row->statement, ++row->column));
}

void row_number_if(struct row *row, bool known, int64_t value)
{
	if (known)
		row_number(row, value);
	else
		row_null(row);
}

void row_id(struct row *row, int64_t id)
{
	row_number_if(row, id != 0, id);
}

void row_text(struct row *row, const char *text)
{
	if (!text)
		row_null(row);
	else if (row->batch)
		row_batch_text(row->batch, text);
	else /* static: the caller's text outlives the step, and the next row binds another */
		keep(row,
		     sqlite3_bind_text(row->statement, ++row->column, text, -1, SQLITE_STATIC));
}

int row_insert(struct row *row)
{
	int err;

	if (row->batch)
		return database_errno(row_batch_end(row->batch));
	if (row->error)
		return row->error;
	if (row->column != sqlite3_bind_parameter_count(row->statement))
		return -EIO;
	err = sqlite3_step(row->statement);
	sqlite3_reset(row->statement);
	return database_errno(err);
}
