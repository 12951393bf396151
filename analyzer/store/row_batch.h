/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_ROW_BATCH_H
#define HUD_ANALYZER_STORE_ROW_BATCH_H

#include "analyzer/store/store_thread.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Collects the rows of one table and stores many at a time, on a thread of its own, while the next
 * are collected.
 *
 * The cost of a row in SQLite is mostly that of a statement: bind, step, reset. Here one INSERT …
 * SELECT stores all collected rows, which it reads from a virtual table in this process.
 * docs/PERFORMANCE.md says what that saves. Texts are not copied: they must live until the batch is
 * flushed or closed.
 */
struct row_batch;

/*
 * `verb`: INSERT or REPLACE. `columns`: all of the table's, separated by commas, in the order in
 * which the values of a row will be added. `thread` uses the connection from the first full batch
 * on until the batches are flushed. 0, -ENOMEM or -EIO; to be closed after an error too.
 */
int row_batch_open(sqlite3 *db, struct store_thread *thread, const char *verb, const char *table,
		   const char *columns, struct row_batch **out);

/* Adds the next value of the current row. */
void row_batch_number(struct row_batch *b, int64_t value);
void row_batch_text(struct row_batch *b, const char *text); /* NULL: NULL */
void row_batch_null(struct row_batch *b);

/*
 * Ends the row; once there are enough rows they are stored. SQLite's code. SQLITE_MISUSE: the row
 * had not as many values as there are columns, and is left out.
 */
int row_batch_end(struct row_batch *b);

/*
 * Stores all rows that are left, and waits for those of other batches that were full. SQLite's
 * code.
 */
int row_batch_flush(struct row_batch *b);

/* Frees it; rows that were not flushed are lost. `b` may be NULL. */
void row_batch_close(struct row_batch *b);

#endif
