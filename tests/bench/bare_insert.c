/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * bare_insert FROM TO: how long does it take to only store the rows of a database?
 *
 * All rows of FROM are read into memory first. Then the clock starts: the tables of FROM's schema
 * are created in TO, and each row is inserted by a prepared statement, one row a step, in one
 * transaction and with the pragmas that hud-analyze uses. Indexes are created after the rows, as
 * hud-analyze does. Prints seconds, seconds of CPU time, rows, and seconds until all is synced to
 * the disk, as hud-analyze load does.
 */

struct value {
	char type;
	int bytes;
	union {
		sqlite3_int64 number;
		double real;
		char *text;
	};
};

struct table {
	char *name;
	int columns;
	size_t rows, room;
	struct value *value;
};

static _Noreturn void fail(sqlite3 *db, const char *what)
{
	fprintf(stderr, "bare_insert: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
	exit(1);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail(db, sql);
	return statement;
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail(db, sql);
}

static struct value value_read(sqlite3_stmt *statement, int column)
{
	struct value v = {.type = (char)sqlite3_column_type(statement, column)};

	switch (v.type) {
	case SQLITE_INTEGER:
		v.number = sqlite3_column_int64(statement, column);
		break;
	case SQLITE_FLOAT:
		v.real = sqlite3_column_double(statement, column);
		break;
	case SQLITE_TEXT:
		v.text = strdup((const char *)sqlite3_column_text(statement, column));
		v.bytes = sqlite3_column_bytes(statement, column);
		break;
	}
	return v;
}

static void table_read(sqlite3 *db, struct table *t)
{
	char sql[256];
	sqlite3_stmt *statement;

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", t->name);
	statement = prepared(db, sql);
	t->columns = sqlite3_column_count(statement);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		if (t->rows == t->room) {
			t->room = t->room ? 2 * t->room : 1024;
			t->value =
				realloc(t->value, t->room * (size_t)t->columns * sizeof(*t->value));
			if (!t->value)
				fail(NULL, "out of memory");
		}
		for (int i = 0; i < t->columns; i++)
			t->value[t->rows * (size_t)t->columns + (size_t)i] =
				value_read(statement, i);
		t->rows++;
	}
	sqlite3_finalize(statement);
}

static void value_bind(sqlite3_stmt *statement, int column, const struct value *v)
{
	switch (v->type) {
	case SQLITE_INTEGER:
		sqlite3_bind_int64(statement, column, v->number);
		break;
	case SQLITE_FLOAT:
		sqlite3_bind_double(statement, column, v->real);
		break;
	case SQLITE_TEXT:
		sqlite3_bind_text(statement, column, v->text, v->bytes, SQLITE_STATIC);
		break;
	default:
		sqlite3_bind_null(statement, column);
	}
}

static void table_write(sqlite3 *db, const struct table *t)
{
	char sql[1024];
	int length = snprintf(sql, sizeof(sql), "INSERT INTO \"%s\" VALUES (?", t->name);
	sqlite3_stmt *statement;

	for (int i = 1; i < t->columns; i++)
		length += snprintf(sql + length, sizeof(sql) - (size_t)length, ",?");
	snprintf(sql + length, sizeof(sql) - (size_t)length, ")");
	statement = prepared(db, sql);
	for (size_t row = 0; row < t->rows; row++) {
		for (int i = 0; i < t->columns; i++)
			value_bind(statement, i + 1,
				   &t->value[row * (size_t)t->columns + (size_t)i]);
		if (sqlite3_step(statement) != SQLITE_DONE)
			fail(db, t->name);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
}

static void schema_copy(sqlite3 *from, sqlite3 *to, const char *type)
{
	sqlite3_stmt *statement =
		prepared(from, "SELECT sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL");

	sqlite3_bind_text(statement, 1, type, -1, SQLITE_STATIC);
	while (sqlite3_step(statement) == SQLITE_ROW)
		run(to, (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int count, char **text)
{
	struct table table[100] = {0};
	size_t tables = 0, rows = 0;
	sqlite3 *from, *to;
	sqlite3_stmt *names;
	double begin, cpu, stored;
	int descriptor;

	if (count != 3 || sqlite3_open(text[1], &from) || sqlite3_open(text[2], &to))
		fail(NULL, "usage: bare_insert FROM TO");
	names = prepared(from, "SELECT name FROM sqlite_schema WHERE type = 'table'");
	while (sqlite3_step(names) == SQLITE_ROW && tables < 100)
		table[tables++].name = strdup((const char *)sqlite3_column_text(names, 0));
	sqlite3_finalize(names);
	for (size_t i = 0; i < tables; i++)
		table_read(from, &table[i]);
	begin = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	run(to, "PRAGMA page_size = 16384; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
		"PRAGMA cache_size = -8192; BEGIN");
	schema_copy(from, to, "table");
	for (size_t i = 0; i < tables; i++) {
		table_write(to, &table[i]);
		rows += table[i].rows;
	}
	schema_copy(from, to, "index");
	run(to, "COMMIT");
	stored = seconds(CLOCK_MONOTONIC) - begin;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	descriptor = open(text[2], O_RDONLY);
	if (descriptor < 0 || fsync(descriptor))
		fail(NULL, "cannot write it to the disk");
	close(descriptor);
	printf("%.3f %.3f %zu %.3f\n", stored, cpu, rows, seconds(CLOCK_MONOTONIC) - begin);
	sqlite3_close(from);
	return sqlite3_close(to);
}
