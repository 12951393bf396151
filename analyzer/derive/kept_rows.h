/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_KEPT_ROWS_H
#define HUD_ANALYZER_DERIVE_KEPT_ROWS_H

#include "analyzer/store/row_source.h"
#include "analyzer/derive/observations.h"

/*
 * Two table-valued functions (see row_source.h) that tell of one reading of a capture: made when one of
 * them is asked about it, kept for the next who asks, forgotten when `last` has been asked.
 */
struct kept_function {
	const char *name;
	const char *columns;                  /* their names, separated by commas */
	size_t (*count)(const void *reading); /* of its rows */
	void (*column)(void *reading, size_t row, int column, sqlite3_context *out);
};

struct kept_rows {
	size_t bytes; /* of a reading; it is all zeros before it is read */
	int (*read)(sqlite3 *db, struct observations *observations, int64_t capture, void *reading);
	void (*forget)(void *reading); /* frees what it holds, whole or not */
	struct kept_function first, last;
};

/* 0 or -ENOMEM; to be withdrawn also then. */
int kept_rows_provide(sqlite3 *db, const struct kept_rows *rows, struct observations *observations);
void kept_rows_withdraw(sqlite3 *db, const struct kept_rows *rows);

#endif
