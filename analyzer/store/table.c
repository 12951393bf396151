/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/table.h"
#include "analyzer/base/terminal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void csv_field(const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

static void json_text(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void blob_text(const uint8_t *byte, size_t bytes)
{
	putchar('"');
	for (size_t i = 0; i < bytes; i++)
		printf("%02x", byte[i]);
	putchar('"');
}

static void json_value(sqlite3_stmt *statement, int column)
{
	switch (sqlite3_column_type(statement, column)) {
	case SQLITE_INTEGER:
		printf("%" PRId64, (int64_t)sqlite3_column_int64(statement, column));
		break;
	case SQLITE_FLOAT:
		/* NaN is NULL in SQLite; an infinity has no JSON. */
		if (sqlite3_column_double(statement, column) -
			    sqlite3_column_double(statement, column) ==
		    0)
			printf("%.17g", sqlite3_column_double(statement, column));
		else
			fputs("null", stdout);
		break;
	case SQLITE_NULL:
		fputs("null", stdout);
		break;
	case SQLITE_BLOB:
		blob_text(sqlite3_column_blob(statement, column),
			  (size_t)sqlite3_column_bytes(statement, column));
		break;
	default:
		json_text((const char *)sqlite3_column_text(statement, column));
	}
}

static const char *cell(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

/* The next row, until `left` of them were read. */
static int row_next(sqlite3_stmt *statement, uint64_t *left)
{
	return (*left)-- ? sqlite3_step(statement) : SQLITE_DONE;
}

static int print_csv(sqlite3_stmt *statement, uint64_t most)
{
	int columns = sqlite3_column_count(statement), err;

	for (int i = 0; i < columns; i++) {
		csv_field(sqlite3_column_name(statement, i));
		fputs(i + 1 < columns ? "," : "\r\n", stdout);
	}
	while ((err = row_next(statement, &most)) == SQLITE_ROW) {
		for (int i = 0; i < columns; i++) {
			csv_field(cell(statement, i));
			fputs(i + 1 < columns ? "," : "\r\n", stdout);
		}
	}
	return err == SQLITE_DONE ? 0 : err;
}

static int print_plain(sqlite3_stmt *statement, uint64_t most)
{
	int columns = sqlite3_column_count(statement), err;

	while ((err = row_next(statement, &most)) == SQLITE_ROW) {
		for (int i = 0; i < columns; i++) {
			fputs(cell(statement, i), stdout);
			putchar(i + 1 < columns ? '\t' : '\n');
		}
	}
	return err == SQLITE_DONE ? 0 : err;
}

static int print_json(sqlite3_stmt *statement, uint64_t most)
{
	int columns = sqlite3_column_count(statement), err;
	const char *before = "[\n";

	while ((err = row_next(statement, &most)) == SQLITE_ROW) {
		fputs(before, stdout);
		before = ",\n";
		putchar('{');
		for (int i = 0; i < columns; i++) {
			json_text(sqlite3_column_name(statement, i));
			fputs(": ", stdout);
			json_value(statement, i);
			fputs(i + 1 < columns ? ", " : "}", stdout);
		}
	}
	puts(*before == '[' ? "[]" : "\n]");
	return err == SQLITE_DONE ? 0 : err;
}

static void print_cell(const char *text, int width, bool right, bool last)
{
	int pad = width - text_width(text, strlen(text));

	pad = pad < 0 ? 0 : pad;
	if (right)
		printf("%*s%s", pad, "", text);
	else
		printf("%s%*s", text, last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", stdout);
}

/* Runs the statement twice, first for the widths of the columns. It must have no side effects. */
static int print_text(sqlite3_stmt *statement, uint64_t most)
{
	uint64_t left = most;
	int columns = sqlite3_column_count(statement), err;
	int *width = calloc((size_t)columns + 1, sizeof(*width));
	bool *number = calloc((size_t)columns + 1, sizeof(*number));

	if (!width || !number) {
		free(width);
		free(number);
		return SQLITE_NOMEM;
	}
	for (int i = 0; i < columns; i++)
		width[i] = text_width(sqlite3_column_name(statement, i),
				      strlen(sqlite3_column_name(statement, i)));
	while ((err = row_next(statement, &left)) == SQLITE_ROW) {
		for (int i = 0; i < columns; i++) {
			int type = sqlite3_column_type(statement, i);
			int w = text_width(cell(statement, i), strlen(cell(statement, i)));

			number[i] |= type == SQLITE_INTEGER || type == SQLITE_FLOAT;
			width[i] = w > width[i] ? w : width[i];
		}
	}
	if (err == SQLITE_DONE) {
		sqlite3_reset(statement);
		for (int i = 0; i < columns; i++)
			print_cell(sqlite3_column_name(statement, i), width[i], number[i],
				   i + 1 == columns);
		while ((err = row_next(statement, &most)) == SQLITE_ROW) {
			for (int i = 0; i < columns; i++)
				print_cell(cell(statement, i), width[i], number[i],
					   i + 1 == columns);
		}
	}
	free(width);
	free(number);
	return err == SQLITE_DONE ? 0 : err;
}

int table_print_first(sqlite3_stmt *statement, enum table_form form, uint64_t most)
{
	static int (*const print[])(sqlite3_stmt *, uint64_t) = {
		[TABLE_TEXT] = print_text,
		[TABLE_PLAIN] = print_plain,
		[TABLE_CSV] = print_csv,
		[TABLE_JSON] = print_json,
	};

	return print[form](statement, most);
}

int table_print(sqlite3_stmt *statement, enum table_form form)
{
	return table_print_first(statement, form, UINT64_MAX);
}
