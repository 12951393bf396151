/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_ROW_BATCH_H
#define HUD_ANALYZER_STORE_ROW_BATCH_H

#include "analyzer/store/store_thread.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Rows for one table that are stored many at a time, by a thread that does this while the next are
 * put together.
 *
 * What a row costs in SQLite is mostly the statement: bind, step, reset. Here a single INSERT …
 * SELECT reads all rows that were collected, from a virtual table that lives in this process. Texts
 * are not copied: they must stay until the batch is flushed or closed.
 */
struct row_batch;

/*
 * `verb`: INSERT, or REPLACE; `columns`: all that the table has, separated by commas, in the order in
 * which the values of a row will come. The connection is used by `thread` from the first full batch on until the batches are flushed. -ENOMEM, -EIO.
 */
int row_batch_open(sqlite3 *db, struct store_thread *thread, const char *verb, const char *table,
		   const char *columns, struct row_batch **out);

/* The next value of the row under way. */
void row_batch_number(struct row_batch *b, int64_t value);
void row_batch_text(struct row_batch *b, const char *text); /* NULL: NULL */
void row_batch_null(struct row_batch *b);

/*
 * The row is whole; those that wait are stored when there are enough. 0 or SQLite's error;
 * SQLITE_MISUSE: it had not as many values as there are columns, and is left out.
 */
int row_batch_end(struct row_batch *b);

/* All rows are stored when it returns, those of other batches too that were full. 0 or SQLite's error. */
int row_batch_flush(struct row_batch *b);

/* Frees; rows that wait are not stored. NULL is fine. */
void row_batch_close(struct row_batch *b);

#endif
