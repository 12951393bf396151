/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/column.h"

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

	return i < 0 ? NULL : (const char *)sqlite3_column_text(statement, i);
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
