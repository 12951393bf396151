/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/row_source.h"

#include <stdbool.h>
#include <string.h>

/* An SQLite virtual table module: https://sqlite.org/vtab.html. */

struct provided {
	const struct row_source *source;
	void *context;
	void (*destroy)(void *context);
};

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
	const struct row_source *source;
	void *context;
	int columns; /* without the hidden column `asked`, the capture, which comes after them */
};

struct cursor {
	sqlite3_vtab_cursor base;
	void *rows;
	sqlite3_int64 row;
	bool end;
};

static const struct table *table_of(const struct cursor *c)
{
	return (const struct table *)c->base.pVtab;
}

static int columns_of(const char *list)
{
	int columns = 1;

	for (; *list; list++)
		columns += *list == ',';
	return columns;
}

static int table_connect(sqlite3 *db, void *context, int count, const char *const *text,
			 sqlite3_vtab **out, char **problem)
{
	const struct provided *p = context;
	char *sql = sqlite3_mprintf("CREATE TABLE x (%s, asked HIDDEN)", p->source->columns);
	struct table *t = sqlite3_malloc(sizeof(*t));
	int err = sql && t ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;

	(void)count, (void)text, (void)problem;
	sqlite3_free(sql);
	if (err) {
		sqlite3_free(t);
		return err;
	}
	*t = (struct table) {.db = db,
			     .source = p->source,
			     .context = p->context,
			     .columns = columns_of(p->source->columns)};
	*out = &t->base;
	return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *base)
{
	sqlite3_free(base);
	return SQLITE_OK;
}

/* Only NAME(capture) is possible: an equality on the hidden column. */
static int table_plan(sqlite3_vtab *base, sqlite3_index_info *plan)
{
	const struct table *t = (const struct table *)base;

	for (int i = 0; i < plan->nConstraint; i++) {
		if (plan->aConstraint[i].iColumn != t->columns ||
		    plan->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ ||
		    !plan->aConstraint[i].usable)
			continue;
		plan->aConstraintUsage[i].argvIndex = 1;
		plan->aConstraintUsage[i].omit = 1;
		return SQLITE_OK;
	}
	return SQLITE_CONSTRAINT;
}

static int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = sqlite3_malloc(sizeof(*c));

	(void)base;
	if (!c)
		return SQLITE_NOMEM;
	*c = (struct cursor) {.end = true};
	*out = &c->base;
	return SQLITE_OK;
}

static void rows_close(struct cursor *c)
{
	table_of(c)->source->close(c->rows);
	c->rows = NULL;
}

static int cursor_close(sqlite3_vtab_cursor *base)
{
	rows_close((struct cursor *)base);
	sqlite3_free(base);
	return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	int code = table_of(c)->source->next(c->rows);

	c->row++;
	c->end = code != SQLITE_ROW;
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

static int cursor_filter(sqlite3_vtab_cursor *base, int number, const char *text, int count,
			 sqlite3_value **value)
{
	struct cursor *c = (struct cursor *)base;
	const struct table *t = table_of(c);
	int err;

	(void)number, (void)text, (void)count;
	rows_close(c);
	err = t->source->open(t->db, t->context, sqlite3_value_int64(value[0]), &c->rows);
	return err ? err : cursor_next(base);
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
	return ((const struct cursor *)base)->end;
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
	const struct cursor *c = (const struct cursor *)base;

	table_of(c)->source->column(c->rows, column, out);
	return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((const struct cursor *)base)->row;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.xConnect = table_connect,
	.xBestIndex = table_plan,
	.xDisconnect = table_disconnect,
	.xOpen = cursor_open,
	.xClose = cursor_close,
	.xFilter = cursor_filter,
	.xNext = cursor_next,
	.xEof = cursor_eof,
	.xColumn = cursor_column,
	.xRowid = cursor_rowid,
};

static void provided_free(void *context)
{
	struct provided *p = context;

	if (p->destroy)
		p->destroy(p->context);
	sqlite3_free(p);
}

int row_source_provide(sqlite3 *db, const struct row_source *source, void *context,
		       void (*destroy)(void *context))
{
	struct provided *p = sqlite3_malloc(sizeof(*p));

	if (!p) {
		if (destroy)
			destroy(context);
		return SQLITE_NOMEM;
	}
	*p = (struct provided) {source, context, destroy};
	return sqlite3_create_module_v2(db, source->name, &module, p, provided_free);
}

void row_source_withdraw(sqlite3 *db, const char *name)
{
	sqlite3_create_module(db, name, NULL, NULL);
}

void row_source_number_if(sqlite3_context *out, int known, int64_t number)
{
	if (known)
		sqlite3_result_int64(out, number);
}

void row_source_text(sqlite3_context *out, const char *text)
{
	if (text)
		sqlite3_result_text(out, text, (int)strlen(text), SQLITE_STATIC);
}
