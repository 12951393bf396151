/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_ROW_PAIR_H
#define HUD_ANALYZER_DERIVE_ROW_PAIR_H

#include "analyzer/derive/observations.h"
#include "analyzer/store/row_source.h"

/*
 * Two table-valued functions (store/row_source.h) whose rows come from one pass over a capture: the
 * pass is made when either is first called, its result kept for later calls and freed after the
 * call of `last`.
 */
struct row_pair_function {
	const char *name;
	const char *columns; /* names, separated by commas */
	size_t (*count)(const void *result);
	void (*column)(void *result, size_t row, int column, sqlite3_context *out);
};

struct row_pair {
	size_t bytes; /* of a result, which is all zeros before the pass */
	/* Makes the pass. SQLite's code; after an error too, `result` is freed by free(). */
	int (*read)(sqlite3 *db, struct observations *observations, int64_t capture, void *result);
	void (*free)(void *result); /* what it holds, not itself */
	struct row_pair_function first, last;
};

/*
 * Makes both functions known to the connection. 0 or -ENOMEM; to be withdrawn after that as well.
 */
int row_pair_provide(sqlite3 *db, const struct row_pair *pair, struct observations *observations);
void row_pair_withdraw(sqlite3 *db, const struct row_pair *pair);

#endif
