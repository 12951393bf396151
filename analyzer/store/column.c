/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/column.h"
#include "analyzer/base/json.h"
#include "analyzer/store/printable.h"
#include "format/base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int column_index(sqlite3_stmt *statement, const char *name)
{
	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		if (strcmp(sqlite3_column_name(statement, i), name) == 0)
			return i;
	}
	return -1;
}

const char *column_text(sqlite3_stmt *statement, const char *name)
{
	int i = column_index(statement, name);

	return i < 0 ? NULL : column_text_at(statement, i);
}

const char *column_text_at(sqlite3_stmt *statement, int column)
{
	return printable_text(sqlite3_db_handle(statement),
			      (const char *)sqlite3_column_text(statement, column));
}

const char *column_name(sqlite3_stmt *statement, int column)
{
	return printable_text(sqlite3_db_handle(statement), sqlite3_column_name(statement, column));
}

int64_t column_number(sqlite3_stmt *statement, const char *name, int64_t otherwise)
{
	int i = column_index(statement, name);

	if (i < 0 || sqlite3_column_type(statement, i) == SQLITE_NULL)
		return otherwise;
	return sqlite3_column_int64(statement, i);
}

const char *column_line(sqlite3_stmt *statement, const char *name, char out[COLUMN_LINE_BYTES])
{
	int64_t line = column_number(statement, name, 0);

	*out = 0;
	if (line)
		snprintf(out, COLUMN_LINE_BYTES, ":%" PRId64, line);
	return out;
}

double column_real(sqlite3_stmt *statement, const char *name)
{
	int i = column_index(statement, name);

	return i < 0 ? 0 : sqlite3_column_double(statement, i);
}

static void json_hex(FILE *out, const uint8_t *byte, size_t bytes)
{
	char digits[HEX_TEXT_BYTES(1)];

	putc_unlocked('"', out);
	for (size_t i = 0; i < bytes; i++) {
		hex_text(&byte[i], 1, digits);
		fputs(digits, out);
	}
	putc_unlocked('"', out);
}

/* NaN is NULL in SQLite; an infinity has no JSON. */
static void json_real(FILE *out, double number, int digits)
{
	if (number - number == 0)
		fprintf(out, "%.*g", digits, number);
	else
		fputs("null", out);
}

void column_json(FILE *out, sqlite3_stmt *statement, int column, bool in_page)
{
	const char *text;

	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		fprintf(out, "%" PRId64, (int64_t)sqlite3_column_int64(statement, column));
		break;
	case SQLITE_FLOAT:
		json_real(out, sqlite3_column_double(statement, column), in_page ? 9 : 17);
		break;
	case SQLITE_NULL:
		fputs("null", out);
		break;
	case SQLITE_BLOB:
		json_hex(out, sqlite3_column_blob(statement, column),
			 (size_t)sqlite3_column_bytes(statement, column));
		break;
	default:
		text = (const char *)sqlite3_column_text(statement, column);
		if (in_page)
			json_text_in_page(out, text);
		else
			json_text(out, text);
	}
}
