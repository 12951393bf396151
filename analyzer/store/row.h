/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_STORE_ROW_H
#define HUD_ANALYZER_STORE_ROW_H

#include "analyzer/store/row_batch.h"

/*
 * A row under construction, for a prepared INSERT or for a batch. Errors on the way are kept, and
 * returned by row_insert().
 */
struct row {
	sqlite3_stmt *statement;
	struct row_batch *batch;
	int column;
	int error;
};

struct row row_begin(sqlite3_stmt *statement);
struct row row_begin_batched(struct row_batch *batch); /* texts must live until its flush */
void row_number(struct row *row, int64_t value);
void row_number_if(struct row *row, bool known, int64_t value); /* else NULL */
void row_id(struct row *row, int64_t id);                       /* 0: NULL */
void row_text(struct row *row, const char *text);               /* NULL: NULL */
/* 0 or a negative errno; -EIO also for a row with too many or too few values. */
int row_insert(struct row *row);

#endif
