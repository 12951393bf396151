/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/row_batch.h"
#include "analyzer/store/row_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a block: the cost of one statement is nothing then, and they fit a CPU cache. */
#define ROWS 256

union value {
	int64_t number;
	const char *text;
};

#define BLOCKS 8 /* one is being filled, one stored, the others wait for the store thread */

struct block {
	struct row_batch *batch;
	size_t rows;
	uint64_t number; /* of its job; when that is done the block can be filled again */
	union value *value;
	uint8_t *kind; /* of each value: SQLITE_INTEGER, SQLITE_TEXT or SQLITE_NULL */
};

struct row_batch {
	sqlite3 *db;
	struct store_thread *thread;
	sqlite3_stmt *insert;
	char name[64]; /* of the virtual table */
	struct row_source source;
	size_t columns, column;
	struct block block[BLOCKS], *filled;
	const struct block *stored; /* whose rows are in it */
};

/* A cursor of the virtual table. */
struct rows {
	const struct block *block;
	size_t columns, next;
	size_t first; /* index of the first value of the row before `next` */
};

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	const struct row_batch *b = context;
	struct rows *r = sqlite3_malloc(sizeof(*r));

	(void)db, (void)capture;
	if (r)
		*r = (struct rows) {.block = b->stored, .columns = b->columns};
	*rows = r;
	return r ? SQLITE_OK : SQLITE_NOMEM;
}

static int rows_next(void *rows)
{
	struct rows *r = rows;

	r->first = r->next * r->columns;
	return r->next++ < r->block->rows ? SQLITE_ROW : SQLITE_DONE;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;
	size_t at = r->first + (size_t)column;

	if (r->block->kind[at] == SQLITE_INTEGER)
		sqlite3_result_int64(out, r->block->value[at].number);
	else if (r->block->kind[at] == SQLITE_TEXT)
		row_source_text(out, r->block->value[at].text);
}

static size_t columns_of(const char *list)
{
	size_t columns = 1;

	for (; *list; list++)
		columns += *list == ',';
	return columns;
}

/*
 * The INSERT, with the columns in the table's own order: SQLite then does not copy each of them.
 * NULL: out of memory, or there is no such table.
 */
static char *insert_text(sqlite3 *db, const char *verb, const char *table, const char *from)
{
	sqlite3_stmt *q;
	char *sql = NULL;

	if (sqlite3_prepare_v2(db, "SELECT group_concat(name) FROM pragma_table_info(?1)", -1, &q,
			       NULL) != SQLITE_OK)
		return NULL;
	sqlite3_bind_text(q, 1, table, -1, SQLITE_STATIC);
	if (sqlite3_step(q) == SQLITE_ROW)
		sql = sqlite3_mprintf("%s INTO %s SELECT %s FROM %s(0)", verb, table,
				      sqlite3_column_text(q, 0), from);
	sqlite3_finalize(q);
	return sql;
}

static int blocks_open(struct row_batch *b)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		b->block[i].batch = b;
		b->block[i].value = calloc(ROWS * b->columns, sizeof(union value));
		b->block[i].kind = calloc(ROWS * b->columns, sizeof(uint8_t));
		if (!b->block[i].value || !b->block[i].kind)
			return SQLITE_NOMEM;
	}
	b->filled = b->block;
	return SQLITE_OK;
}

int row_batch_open(sqlite3 *db, struct store_thread *thread, const char *verb, const char *table,
		   const char *columns, struct row_batch **out)
{
	struct row_batch *b = calloc(1, sizeof(*b));
	char *sql;
	int err;

	*out = b;
	if (!b)
		return -ENOMEM;
	*b = (struct row_batch) {.db = db, .thread = thread, .columns = columns_of(columns)};
	snprintf(b->name, sizeof(b->name), "%s_waiting", table);
	b->source = (struct row_source) {b->name,   columns,     rows_open,
					 rows_next, rows_column, sqlite3_free};
	sql = insert_text(db, verb, table, b->name);
	err = sql ? blocks_open(b) : SQLITE_NOMEM;
	if (!err)
		err = row_source_provide(db, &b->source, b, NULL);
	if (!err)
		err = sqlite3_prepare_v2(db, sql, -1, &b->insert, NULL);
	sqlite3_free(sql);
	return err == SQLITE_NOMEM ? -ENOMEM : err ? -EIO : 0;
}

static void value_add(struct row_batch *b, int kind, union value value)
{
	struct block *block = b->filled;
	size_t at = block->rows * b->columns + b->column;

	if (b->column++ >= b->columns)
		return;
	block->kind[at] = (uint8_t)kind;
	block->value[at] = value;
}

void row_batch_number(struct row_batch *b, int64_t value)
{
	value_add(b, SQLITE_INTEGER, (union value) {.number = value});
}

void row_batch_text(struct row_batch *b, const char *text)
{
	value_add(b, text ? SQLITE_TEXT : SQLITE_NULL, (union value) {.text = text});
}

void row_batch_null(struct row_batch *b)
{
	value_add(b, SQLITE_NULL, (union value) {0});
}

/* On the store thread. */
static int block_store(void *what)
{
	const struct block *block = what;
	struct row_batch *b = block->batch;
	int code;

	b->stored = block;
	code = sqlite3_step(b->insert);
	sqlite3_reset(b->insert);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Hands the filled block to the store thread, and waits until the next one is free. */
static int block_give(struct row_batch *b)
{
	size_t next = (size_t)(b->filled - b->block + 1) % BLOCKS;
	uint64_t half = b->block[(next + BLOCKS / 2) % BLOCKS].number;
	int err;

	b->filled->number = store_thread_give(b->thread, block_store, b->filled);
	b->filled = &b->block[next];
	err = store_thread_await(b->thread, b->filled->number, half);
	b->filled->rows = 0;
	return err;
}

int row_batch_end(struct row_batch *b)
{
	bool whole = b->column == b->columns;

	b->column = 0;
	if (!whole)
		return SQLITE_MISUSE;
	return ++b->filled->rows < ROWS ? SQLITE_OK : block_give(b);
}

int row_batch_flush(struct row_batch *b)
{
	uint64_t number = b->filled->rows ? store_thread_give(b->thread, block_store, b->filled)
					  : store_thread_last(b->thread);
	int err = store_thread_await(b->thread, number, 0);

	b->filled->rows = 0;
	return err;
}

void row_batch_close(struct row_batch *b)
{
	if (!b)
		return;
	sqlite3_finalize(b->insert);
	row_source_withdraw(b->db, b->source.name);
	for (size_t i = 0; i < BLOCKS; i++) {
		free(b->block[i].value);
		free(b->block[i].kind);
	}
	free(b);
}
