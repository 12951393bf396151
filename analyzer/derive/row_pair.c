/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/row_pair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct provided;

/* The context of one of the functions. */
struct function {
	struct row_source source;
	const struct row_pair_function *of;
	struct provided *both;
};

struct provided {
	const struct row_pair *pair;
	struct observations *observations;
	int64_t capture; /* that `result` is of; 0: none */
	struct function first, last;
	max_align_t result[];
};

struct cursor {
	struct function *function;
	size_t next;
};

static void result_free(struct provided *p)
{
	p->pair->free(p->result);
	memset(p->result, 0, p->pair->bytes);
	p->capture = 0;
}

static int cursor_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct function *f = context;
	struct provided *p = f->both;
	struct cursor *c = sqlite3_malloc(sizeof(*c));
	int err;

	*rows = c;
	if (!c)
		return SQLITE_NOMEM;
	*c = (struct cursor) {.function = f};
	if (p->capture == capture)
		return SQLITE_OK;
	result_free(p);
	err = p->pair->read(db, p->observations, capture, p->result);
	if (err)
		result_free(p);
	else
		p->capture = capture;
	return err;
}

static int cursor_next(void *rows)
{
	struct cursor *c = rows;
	const struct function *f = c->function;

	return c->next++ < f->of->count(f->both->result) ? SQLITE_ROW : SQLITE_DONE;
}

static void cursor_column(const void *rows, int column, sqlite3_context *out)
{
	const struct cursor *c = rows;

	c->function->of->column(c->function->both->result, c->next - 1, column, out);
}

static void cursor_close(void *rows)
{
	struct cursor *c = rows;

	if (c && c->function == &c->function->both->last)
		result_free(c->function->both);
	sqlite3_free(c);
}

static void provided_free(void *context)
{
	struct provided *p = ((struct function *)context)->both;

	result_free(p);
	free(p);
}

static struct function function_of(struct provided *p, const struct row_pair_function *of)
{
	return (struct function) {
		.source = {of->name, of->columns, cursor_open, cursor_next, cursor_column,
			   cursor_close},
		.of = of,
		.both = p,
	};
}

/* `last` owns what both share, so it is provided first and withdrawn last. */
int row_pair_provide(sqlite3 *db, const struct row_pair *pair, struct observations *observations)
{
	struct provided *p = calloc(1, sizeof(*p) + pair->bytes);

	if (!p)
		return -ENOMEM;
	p->pair = pair;
	p->observations = observations;
	p->first = function_of(p, &pair->first);
	p->last = function_of(p, &pair->last);
	if (row_source_provide(db, &p->last.source, &p->last, provided_free))
		return -ENOMEM;
	return row_source_provide(db, &p->first.source, &p->first, NULL) ? -ENOMEM : 0;
}

void row_pair_withdraw(sqlite3 *db, const struct row_pair *pair)
{
	row_source_withdraw(db, pair->first.name);
	row_source_withdraw(db, pair->last.name);
}
