/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_INSERTS_H
#define HUD_ANALYZER_LOAD_INSERTS_H

#include "analyzer/store/database.h"

/* What the loader writes: one kind of row for each table. */
enum row_kind {
	ROW_CAPTURE,
	ROW_PROCESS,
	ROW_BINARY,
	ROW_MAPPING,
	ROW_THREAD,
	ROW_FRAME,
	ROW_FRAME_ALIAS,
	ROW_STACK,
	ROW_STACK_FRAME,
	ROW_TAIL_CALL,
	ROW_OFFCPU_SPAN,
	ROW_SAMPLE,
	ROW_THREAD_WINDOW,
	ROW_LIFECYCLE,
	ROW_LOSS,
	ROW_COST,
	ROW_CPU_QUOTA,
	ROW_POOL_QUEUE,
	ROW_RUNTIME_THREAD,
	ROW_CLOCK,
	ROW_MARK,
	ROW_WAKER,
	ROW_LAYOUT,
	ROW_RUNTIME_OBJECT,
	ROW_LATE_ROWS,
	ROW_POLL,
	ROW_POLL_SITE,
	ROW_POLL_BUCKET,
	ROW_PROBE_STATE,
	ROW_FOLLOWED_TASK,
	ROW_FOLLOWED_COUNT,
	ROW_TASK_DUMP,
	ROW_TASK_RUNTIME,
	ROW_DUMPED_TASK,
	ROW_TASK_FRAME,
	ROW_TASK_POOL,
	ROW_QUEUED_CLOSURE,
	ROW_TASK_THREAD,
	ROW_TASK_TYPE,
	ROW_KINDS,
};

/* The table of a kind, and its columns in the order in which their values are given. */
const char *row_kind_table(enum row_kind kind);
const char *row_kind_columns(enum row_kind kind);

/* The statements and batches that insert rows of each kind. All zeros: none are open. */
struct inserts {
	struct store_thread *store;
	sqlite3_stmt *statement[ROW_KINDS];
	struct row_batch *batch[ROW_KINDS]; /* of the kinds written while reading, instead */
	int64_t last[ROW_KINDS];            /* row id given out last */
};

/* 0, -ENOMEM or -EIO. Whatever came of it, inserts_close() is called in the end. */
int inserts_open(struct inserts *inserts, sqlite3 *db);
void inserts_close(struct inserts *inserts);

/* A new row; its values follow in the order of row_kind_columns(), then row_insert(). */
struct row inserts_row(const struct inserts *inserts, enum row_kind kind);

/* Stores all rows that wait in batches. The connection is the caller's again. 0 or -EIO. */
int inserts_flush(struct inserts *inserts);

#endif
