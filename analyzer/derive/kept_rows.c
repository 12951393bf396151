/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/kept_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct kept;

/* What one of the functions is provided with. */
struct function {
	struct row_source source;
	const struct kept_function *of;
	struct kept *kept;
};

struct kept {
	const struct kept_rows *rows;
	struct observations *observations;
	int64_t capture; /* 0: none is read */
	struct function first, last;
	max_align_t reading[];
};

/* Rows that are being told. */
struct cursor {
	struct function *function;
	size_t next;
};

static void forget(struct kept *k)
{
	k->rows->forget(k->reading);
	memset(k->reading, 0, k->rows->bytes);
	k->capture = 0;
}

static int kept_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct function *f = context;
	struct kept *k = f->kept;
	struct cursor *c = sqlite3_malloc(sizeof(*c));
	int err = c ? SQLITE_OK : SQLITE_NOMEM;

	*rows = c;
	if (c)
		*c = (struct cursor) {.function = f};
	if (err || k->capture == capture)
		return err;
	forget(k);
	err = k->rows->read(db, k->observations, capture, k->reading);
	if (err)
		forget(k);
	else
		k->capture = capture;
	return err;
}

static int kept_next(void *rows)
{
	struct cursor *c = rows;

	return c->next++ < c->function->of->count(c->function->kept->reading) ? SQLITE_ROW
									      : SQLITE_DONE;
}

static void kept_column(const void *rows, int column, sqlite3_context *out)
{
	const struct cursor *c = rows;

	c->function->of->column(c->function->kept->reading, c->next - 1, column, out);
}

static void kept_close(void *rows)
{
	struct cursor *c = rows;

	if (c && c->function == &c->function->kept->last)
		forget(c->function->kept);
	sqlite3_free(c);
}

static void kept_free(void *context)
{
	struct kept *k = ((struct function *)context)->kept;

	forget(k);
	free(k);
}

static struct function function_of(struct kept *k, const struct kept_function *of)
{
	return (struct function) {
		.source = {of->name, of->columns, kept_open, kept_next, kept_column, kept_close},
		.of = of,
		.kept = k,
	};
}

/* The last function owns what both have: it is provided first and withdrawn last. */
int kept_rows_provide(sqlite3 *db, const struct kept_rows *rows, struct observations *observations)
{
	struct kept *k = calloc(1, sizeof(*k) + rows->bytes);

	if (!k)
		return -ENOMEM;
	k->rows = rows;
	k->observations = observations;
	k->first = function_of(k, &rows->first);
	k->last = function_of(k, &rows->last);
	if (row_source_provide(db, &k->last.source, &k->last, kept_free))
		return -ENOMEM;
	return row_source_provide(db, &k->first.source, &k->first, NULL) ? -ENOMEM : 0;
}

void kept_rows_withdraw(sqlite3 *db, const struct kept_rows *rows)
{
	row_source_withdraw(db, rows->first.name);
	row_source_withdraw(db, rows->last.name);
}
