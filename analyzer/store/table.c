/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/store/table.h"
#include "analyzer/base/json.h"
#include "analyzer/base/terminal.h"
#include "analyzer/store/column.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void csv_field(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	putc_unlocked('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc_unlocked('"', out);
		putc_unlocked(*text, out);
	}
	putc_unlocked('"', out);
}

static const char *cell(sqlite3_stmt *statement, int column)
{
	const char *text = column_text_at(statement, column);

	return text ? text : "";
}

/* The next row, until `left` of them were read. */
static int row_next(sqlite3_stmt *statement, uint64_t *left)
{
	return (*left)-- ? sqlite3_step(statement) : SQLITE_DONE;
}

static int print_csv(sqlite3_stmt *statement, uint64_t most, FILE *out)
{
	int columns = sqlite3_column_count(statement), err;

	for (int i = 0; i < columns; i++) {
		csv_field(out, column_name(statement, i));
		fputs(i + 1 < columns ? "," : "\r\n", out);
	}
	while ((err = row_next(statement, &most)) == SQLITE_ROW) {
		for (int i = 0; i < columns; i++) {
			csv_field(out, cell(statement, i));
			fputs(i + 1 < columns ? "," : "\r\n", out);
		}
	}
	return err == SQLITE_DONE ? 0 : err;
}

static int print_plain(sqlite3_stmt *statement, uint64_t most, FILE *out)
{
	int columns = sqlite3_column_count(statement), err;

	while ((err = row_next(statement, &most)) == SQLITE_ROW) {
		for (int i = 0; i < columns; i++) {
			fputs(cell(statement, i), out);
			putc_unlocked(i + 1 < columns ? '\t' : '\n', out);
		}
	}
	return err == SQLITE_DONE ? 0 : err;
}

static void json_object(FILE *out, sqlite3_stmt *statement)
{
	int columns = sqlite3_column_count(statement);

	putc_unlocked('{', out);
	for (int i = 0; i < columns; i++) {
		json_text(out, sqlite3_column_name(statement, i));
		fputs(": ", out);
		column_json(out, statement, i, false);
		fputs(i + 1 < columns ? ", " : "}", out);
	}
}

static int print_ndjson(sqlite3_stmt *statement, uint64_t most, FILE *out)
{
	int err;

	while ((err = row_next(statement, &most)) == SQLITE_ROW) {
		json_object(out, statement);
		putc_unlocked('\n', out);
	}
	return err == SQLITE_DONE ? 0 : err;
}

static int print_json(sqlite3_stmt *statement, uint64_t most, FILE *out)
{
	const char *before = "[\n";
	int err;

	while ((err = row_next(statement, &most)) == SQLITE_ROW) {
		fputs(before, out);
		before = ",\n";
		json_object(out, statement);
	}
	fputs(*before == '[' ? "[]\n" : "\n]\n", out);
	return err == SQLITE_DONE ? 0 : err;
}

static void print_cell(FILE *out, const char *text, int width, bool right, bool last)
{
	int pad = width - text_width(text, strlen(text));

	pad = pad < 0 ? 0 : pad;
	if (right)
		fprintf(out, "%*s%s", pad, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", out);
}

/* Runs the statement twice, first for the widths of the columns. It must have no side effects. */
static int print_text(sqlite3_stmt *statement, uint64_t most, FILE *out)
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
		width[i] = text_width(column_name(statement, i), strlen(column_name(statement, i)));
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
			print_cell(out, column_name(statement, i), width[i], number[i],
				   i + 1 == columns);
		while ((err = row_next(statement, &most)) == SQLITE_ROW) {
			for (int i = 0; i < columns; i++)
				print_cell(out, cell(statement, i), width[i], number[i],
					   i + 1 == columns);
		}
	}
	free(width);
	free(number);
	return err == SQLITE_DONE ? 0 : err;
}

int table_write(sqlite3_stmt *statement, enum table_form form, uint64_t most, FILE *out)
{
	static int (*const print[])(sqlite3_stmt *, uint64_t, FILE *) = {
		[TABLE_TEXT] = print_text, [TABLE_PLAIN] = print_plain,   [TABLE_CSV] = print_csv,
		[TABLE_JSON] = print_json, [TABLE_NDJSON] = print_ndjson,
	};

	return print[form](statement, most, out);
}

int table_print(sqlite3_stmt *statement, enum table_form form)
{
	return table_write(statement, form, UINT64_MAX, stdout);
}
