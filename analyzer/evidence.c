/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/evidence.h"
#include "analyzer/classify.h"
#include "format/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A row can be told only when what comes next on its thread is known, so rows wait until it is. As
 * SQL alone this takes six sorts of all rows; read in the order of time it is one pass. In memory
 * are the rows from one telling thing to the next, of one thread.
 */

#define FUNCTION "evidence_told"

/* What a thread is known to do; by name, as class_before and class_after have it. */
enum doing { NOTHING, POLL, CORELESS, PARK, RUNTIME, IN_PLACE, POOL };

static const char *const doing_name[] = {
	[POLL] = "poll",       [CORELESS] = "coreless",       [PARK] = "park",
	[RUNTIME] = "runtime", [IN_PLACE] = "block-in-place", [POOL] = "pool",
};

static const enum doing doing_of[] = {
	[STACK_POLL] = POLL,       [STACK_PARK] = PARK,
	[STACK_RUNTIME] = RUNTIME, [STACK_BLOCK_IN_PLACE] = IN_PLACE,
	[STACK_POOL] = POOL,       [STACK_OTHER] = NOTHING,
};

/* Of two things at the same time the look comes first. The runtime's state where it is believed. */
static const char seen_sql[] =
	"WITH stated AS (SELECT t.id FROM thread AS t JOIN process_source AS p "
	"ON p.process = t.process WHERE t.capture = ?1 AND p.source <> 'stack') "
	"SELECT thread, start_ns, 1, id, end_ns, user_stack, run_queue_ns, "
	"CASE WHEN thread IN stated THEN runtime_state END FROM offcpu_span WHERE capture = ?1 "
	"UNION ALL SELECT thread, time_ns, 0, id, time_ns, user_stack, 0, "
	"CASE WHEN thread IN stated THEN runtime_state END FROM sample WHERE capture = ?1 "
	"ORDER BY 1, 2, 3, 4";

static const char stacks_sql[] =
	"SELECT id, class, coalesce(pool_idle, 0) FROM stack WHERE capture = ?1 ORDER BY id";

enum column {
	COLUMN_THREAD,
	COLUMN_START_NS,
	COLUMN_END_NS,
	COLUMN_OFFCPU_SPAN,
	COLUMN_SAMPLE,
	COLUMN_STACK,
	COLUMN_CLASS,
	COLUMN_POOL_IDLE,
	COLUMN_CLASS_BEFORE,
	COLUMN_CLASS_AFTER,
	COLUMN_CORELESS,
	COLUMN_CLEAR_NS,
	COLUMN_RUN_QUEUE_NS,
	COLUMN_CAPTURE,
};
static const char declaration[] =
	"CREATE TABLE x (thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle,"
	"class_before, class_after, coreless, clear_ns, run_queue_ns, capture HIDDEN)";

struct stack_told {
	uint8_t class; /* enum stack_class */
	bool pool_idle;
};

struct sighting {
	int64_t thread, start_ns, end_ns, id;
	int64_t clear_ns, run_queue_ns;
	int64_t stack; /* 0: none */
	struct stack_told told;
	bool slept;
	enum { UNSTATED, STATED_WORKER, STATED_CORELESS } stated; /* by the runtime's own state */
	bool coreless;
	uint8_t before, after; /* enum doing */
};

struct cursor {
	sqlite3_vtab_cursor base;
	sqlite3_stmt *seen;
	struct stack_told *stack; /* by id - first_stack */
	int64_t first_stack, stacks;
	struct sighting *row; /* what lies between two telling things, with the second */
	size_t count, room, at;
	struct sighting ahead; /* read, and not yet among the rows; thread 0: there is none */
	int64_t thread;        /* of the rows */
	int64_t slept_ns;      /* until when the thread's sleeps so far went */
	enum doing teller;     /* what told last before the rows, … */
	enum doing doing;      /* … polls included, now that they are told */
};

static bool tells(const struct sighting *s)
{
	return s->told.class != STACK_POLL && doing_of[s->told.class] != NOTHING;
}

/* The rows are whole: `teller` is the last of them, or NOTHING where the thread has no more. */
static void rows_tell(struct cursor *c, enum doing teller)
{
	enum doing doing = c->doing, next = teller;

	for (size_t i = c->count; i-- > 0;) {
		struct sighting *s = &c->row[i];

		s->after = (uint8_t)next;
		if (s->told.class != STACK_POLL)
			continue;
		s->before = (uint8_t)c->teller;
		s->after = (uint8_t)teller;
		s->coreless = s->before == IN_PLACE || s->after == POOL;
		next = s->coreless ? CORELESS : POLL;
	}
	for (size_t i = 0; i < c->count; i++) {
		struct sighting *s = &c->row[i];

		if (s->told.class == STACK_POLL) {
			doing = s->coreless ? CORELESS : POLL;
			continue;
		}
		if (tells(s))
			doing = teller;
		s->before = (uint8_t)doing;
		s->coreless =
			s->told.class == STACK_UNKNOWN && (doing == IN_PLACE || doing == CORELESS ||
							   doing == POOL || s->after == POOL);
	}
	for (size_t i = 0; i < c->count; i++) {
		if (c->row[i].stated)
			c->row[i].coreless = c->row[i].stated == STATED_CORELESS;
	}
	c->doing = doing;
	c->teller = teller;
}

static int row_add(struct cursor *c)
{
	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : 256;
		struct sighting *grown = sqlite3_realloc64(c->row, room * sizeof(*grown));

		if (!grown)
			return SQLITE_NOMEM;
		c->row = grown;
		c->room = room;
	}
	c->ahead.clear_ns = c->ahead.start_ns > c->slept_ns ? c->ahead.start_ns : c->slept_ns;
	if (c->ahead.slept && c->ahead.end_ns > c->slept_ns)
		c->slept_ns = c->ahead.end_ns;
	c->row[c->count++] = c->ahead;
	c->ahead.thread = 0;
	return SQLITE_OK;
}

static struct stack_told stack_of(const struct cursor *c, int64_t id)
{
	if (id < c->first_stack || id - c->first_stack >= c->stacks)
		return (struct stack_told) {STACK_UNKNOWN, false};
	return c->stack[id - c->first_stack];
}

/*
 * What the runtime's own state says goes before what the stack shows: a poll that holds no core
 * blocks no worker, and one that does blocks it whatever its stack.
 */
static void state_apply(struct sighting *s, const char *state)
{
	if (!state)
		return;
	s->stated = STATED_WORKER;
	if (strcmp(state, hud_where_name(HUD_WHERE_POLL)) == 0)
		s->told.class = STACK_POLL;
	else if (strcmp(state, hud_where_name(HUD_WHERE_PARK)) == 0)
		s->told.class = STACK_PARK;
	else if (s->told.class == STACK_POLL || strcmp(state, hud_where_name(HUD_WHERE_NO_CORE)))
		s->stated = STATED_CORELESS;
}

/* The next row in the order of time into `ahead`. */
static int read_ahead(struct cursor *c)
{
	int err = sqlite3_step(c->seen);

	if (err != SQLITE_ROW)
		return err == SQLITE_DONE ? SQLITE_OK : err;
	c->ahead = (struct sighting) {
		.thread = sqlite3_column_int64(c->seen, 0),
		.start_ns = sqlite3_column_int64(c->seen, 1),
		.slept = sqlite3_column_int(c->seen, 2),
		.id = sqlite3_column_int64(c->seen, 3),
		.end_ns = sqlite3_column_int64(c->seen, 4),
		.stack = sqlite3_column_int64(c->seen, 5),
		.run_queue_ns = sqlite3_column_int64(c->seen, 6),
	};
	c->ahead.told = stack_of(c, c->ahead.stack);
	state_apply(&c->ahead, (const char *)sqlite3_column_text(c->seen, 7));
	return SQLITE_OK;
}

/* The rows up to and with the next telling one, or the thread's last; none: the end. */
static int rows_read(struct cursor *c)
{
	bool told = false;
	int err = SQLITE_OK;

	c->count = c->at = 0;
	if (c->ahead.thread != c->thread) {
		c->thread = c->ahead.thread;
		c->slept_ns = INT64_MIN;
		c->teller = c->doing = NOTHING;
	}
	while (!err && !told && c->ahead.thread && c->ahead.thread == c->thread) {
		told = tells(&c->ahead);
		err = row_add(c);
		if (!err)
			err = read_ahead(c);
	}
	if (!err && c->count)
		rows_tell(c, told ? doing_of[c->row[c->count - 1].told.class] : NOTHING);
	return err;
}

static enum stack_class class_named(const char *name)
{
	enum stack_class class = STACK_OTHER;

	while (class > STACK_UNKNOWN && (!name || strcmp(name, stack_class_name(class)) != 0))
		class --;
	return class;
}

/* What all stacks of the capture tell, by their ids, which lie close together. */
static int stacks_read(sqlite3 *db, struct cursor *c, int64_t capture)
{
	sqlite3_stmt *statement;
	int err = sqlite3_prepare_v2(db, stacks_sql, -1, &statement, NULL);

	sqlite3_bind_int64(statement, 1, capture);
	while (!err && (err = sqlite3_step(statement)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(statement, 0);
		size_t count;
		struct stack_told *grown;

		c->first_stack = c->stack ? c->first_stack : id;
		count = (size_t)(id - c->first_stack) + 1;
		grown = sqlite3_realloc64(c->stack, count * sizeof(*grown));
		if (!grown) {
			err = SQLITE_NOMEM;
			break;
		}
		c->stack = grown;
		memset(grown + c->stacks, 0, (count - (size_t)c->stacks) * sizeof(*grown));
		c->stacks = (int64_t)count;
		grown[count - 1] = (struct stack_told) {
			.class = (uint8_t)class_named(
				(const char *)sqlite3_column_text(statement, 1)),
			.pool_idle = sqlite3_column_int(statement, 2),
		};
		err = SQLITE_OK;
	}
	sqlite3_finalize(statement);
	return err == SQLITE_DONE ? SQLITE_OK : err;
}

/* The module's methods: SQLite's names and signatures. */

struct table {
	sqlite3_vtab base;
	sqlite3 *db;
};

static int table_connect(sqlite3 *db, void *context, int count, const char *const *text,
			 sqlite3_vtab **out, char **problem)
{
	int err = sqlite3_declare_vtab(db, declaration);
	struct table *t = err ? NULL : sqlite3_malloc(sizeof(*t));

	(void)context, (void)count, (void)text, (void)problem;
	if (!t)
		return err ? err : SQLITE_NOMEM;
	*t = (struct table) {.db = db};
	*out = &t->base;
	return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *base)
{
	sqlite3_free(base);
	return SQLITE_OK;
}

/* The one way to ask: capture = ?. The rows come in the order of evidence. */
static int table_plan(sqlite3_vtab *base, sqlite3_index_info *plan)
{
	(void)base;
	for (int i = 0; i < plan->nConstraint; i++) {
		if (plan->aConstraint[i].iColumn != COLUMN_CAPTURE ||
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
	*c = (struct cursor) {0};
	*out = &c->base;
	return SQLITE_OK;
}

static void cursor_clear(struct cursor *c)
{
	sqlite3_finalize(c->seen);
	sqlite3_free(c->stack);
	sqlite3_free(c->row);
	*c = (struct cursor) {.base = c->base};
}

static int cursor_close(sqlite3_vtab_cursor *base)
{
	cursor_clear((struct cursor *)base);
	sqlite3_free(base);
	return SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *base, int number, const char *text, int count,
			 sqlite3_value **value)
{
	struct cursor *c = (struct cursor *)base;
	sqlite3 *db = ((struct table *)base->pVtab)->db;
	int err;

	(void)number, (void)text, (void)count;
	cursor_clear(c);
	err = stacks_read(db, c, sqlite3_value_int64(value[0]));
	if (!err)
		err = sqlite3_prepare_v2(db, seen_sql, -1, &c->seen, NULL);
	if (!err)
		err = sqlite3_bind_int64(c->seen, 1, sqlite3_value_int64(value[0]));
	if (!err)
		err = read_ahead(c);
	return err ? err : rows_read(c);
}

static int cursor_next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	return ++c->at < c->count ? SQLITE_OK : rows_read(c);
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
	const struct cursor *c = (const struct cursor *)base;

	return c->at == c->count;
}

static void give_number_if(sqlite3_context *context, bool known, int64_t number)
{
	if (known)
		sqlite3_result_int64(context, number);
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	const struct cursor *c = (const struct cursor *)base;
	const struct sighting *s = &c->row[c->at];
	const char *text = NULL;

	switch (column) {
	case COLUMN_THREAD:
		sqlite3_result_int64(context, s->thread);
		break;
	case COLUMN_START_NS:
		sqlite3_result_int64(context, s->start_ns);
		break;
	case COLUMN_END_NS:
		sqlite3_result_int64(context, s->end_ns);
		break;
	case COLUMN_OFFCPU_SPAN:
		give_number_if(context, s->slept, s->id);
		break;
	case COLUMN_SAMPLE:
		give_number_if(context, !s->slept, s->id);
		break;
	case COLUMN_STACK:
		give_number_if(context, s->stack != 0, s->stack);
		break;
	case COLUMN_CLASS:
		text = stack_class_name(s->told.class);
		break;
	case COLUMN_POOL_IDLE:
		sqlite3_result_int(context, s->told.pool_idle);
		break;
	case COLUMN_CLASS_BEFORE:
		text = doing_name[s->before];
		break;
	case COLUMN_CLASS_AFTER:
		text = doing_name[s->after];
		break;
	case COLUMN_CLEAR_NS:
		give_number_if(context, s->slept, s->clear_ns);
		break;
	case COLUMN_RUN_QUEUE_NS:
		give_number_if(context, s->slept, s->run_queue_ns);
		break;
	case COLUMN_CORELESS:
		sqlite3_result_int(context, s->coreless);
		break;
	}
	if (text)
		sqlite3_result_text(context, text, -1, SQLITE_STATIC);
	return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	const struct cursor *c = (const struct cursor *)base;

	*out = (sqlite3_int64)c->at;
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

int evidence_provide(sqlite3 *db)
{
	return sqlite3_create_module(db, FUNCTION, &module, NULL) == SQLITE_OK ? 0 : -ENOMEM;
}

void evidence_withdraw(sqlite3 *db)
{
	sqlite3_create_module(db, FUNCTION, NULL, NULL);
}
