/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/table.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

const char *duration_word(char out[WORD_BYTES], int64_t ns)
{
	static const struct {
		int64_t from_ns;
		double unit;
		const char *form;
	} units[] = {
		{100 * INT64_C(1000000000), 1e9, "%.0f s"},
		{10 * INT64_C(1000000000), 1e9, "%.1f s"},
		{INT64_C(1000000000), 1e9, "%.2f s"},
		{100 * 1000000, 1e6, "%.0f ms"},
		{1000000, 1e6, "%.1f ms"},
		{1000, 1e3, "%.0f us"},
		{0, 1, "%.0f ns"},
	};

	snprintf(out, WORD_BYTES, "-");
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (ns >= units[i].from_ns) {
			snprintf(out, WORD_BYTES, units[i].form, (double)ns / units[i].unit);
			break;
		}
	}
	return out;
}

const char *bytes_word(char out[WORD_BYTES], int64_t bytes)
{
	if (bytes >= 1000000)
		snprintf(out, WORD_BYTES, "%.1f MB", (double)bytes / 1e6);
	else if (bytes >= 1000)
		snprintf(out, WORD_BYTES, "%.1f kB", (double)bytes / 1e3);
	else
		snprintf(out, WORD_BYTES, "%" PRId64 " B", bytes);
	return out;
}

/* By largest remainder: each is rounded down, then the most cut off get one more. */
void percent_parts(const int64_t *part, int count, int *tenths)
{
	double whole = 0, remainder[16];
	int left = 1000;

	for (int i = 0; i < count; i++) {
		whole += (double)part[i];
		tenths[i] = 0;
	}
	if (whole <= 0 || count > 16)
		return;
	for (int i = 0; i < count; i++) {
		double exact = (double)part[i] * 1000 / whole;

		tenths[i] = (int)exact;
		remainder[i] = exact - tenths[i];
		left -= tenths[i];
	}
	for (; left > 0; left--) {
		int most = 0;

		for (int i = 1; i < count; i++) {
			if (remainder[i] > remainder[most])
				most = i;
		}
		tenths[most]++;
		remainder[most] = -1;
	}
}

bool colour_wanted(FILE *stream)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(stream)) && !(no && *no);
}

int terminal_width(FILE *stream)
{
	struct winsize size;

	if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

/* Bytes of the escape sequence for a colour that begins here; 0: none. */
static size_t escape_length(const char *text, size_t length)
{
	size_t i = 2;

	if (length < 2 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (i < length && text[i] != 'm')
		i++;
	return i < length ? i + 1 : length;
}

/* Walks as far as `width` columns reach. A character of UTF-8 takes one, near enough. */
static size_t text_walk(const char *text, size_t length, int width, int *columns)
{
	size_t i = 0;

	*columns = 0;
	while (i < length) {
		size_t escape = escape_length(text + i, length - i);

		if (!escape && (text[i] & 0xc0) != 0x80) {
			if (*columns == width)
				break;
			++*columns;
		}
		i += escape ? escape : 1;
	}
	return i;
}

int text_width(const char *text, size_t length)
{
	int columns;

	text_walk(text, length, INT_MAX, &columns);
	return columns;
}

size_t text_cut(const char *text, size_t length, int width)
{
	int columns;

	if (text_walk(text, length, width, &columns) == length)
		return length;
	return text_walk(text, length, width > 0 ? width - 1 : 0, &columns);
}

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

double column_real(sqlite3_stmt *statement, const char *name)
{
	int i = column_index(statement, name);

	return i < 0 ? 0 : sqlite3_column_double(statement, i);
}

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
	default:
		json_text((const char *)sqlite3_column_text(statement, column));
	}
}

static const char *cell(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

/* The next row; `left` counts down to the last that is wanted. */
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

/* Twice over the rows: once for the widths. The statement has no side effects. */
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
