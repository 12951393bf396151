/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/compare/diff.h"
#include "analyzer/compare/diff_words.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * The comparison as Markdown: changes are visible, the rest is folded away.
 */

/* Code in a table cell: a bar would end the cell, a backtick the code. */
static void print_code(const char *text)
{
	putchar('`');
	for (; *text; text++) {
		if (*text == '|')
			fputs("\\|", stdout);
		else if (*text == '`')
			putchar('\'');
		else
			putchar((unsigned char)*text < ' ' ? ' ' : *text);
	}
	putchar('`');
}

static void print_whole(struct comparison *c, sqlite3_stmt *q)
{
	char change[CHANGE_BYTES], interval[CHANGE_BYTES], record[CHANGE_BYTES];

	printf("### hud: blocked %.1f ms per worker-second, before %.1f ms: **%s**\n\n",
	       column_real(q, "after_ms"), column_real(q, "before_ms"), column_text(q, "status"));
	if (c->reason)
		printf("What blocked cannot be compared: %s.\n\n", c->sentence);
	else
		printf("The change is %s, between %s.", change_text(change, q, "change"),
		       interval_text(interval, q));
	if (column_text(q, "record_s"))
		printf(" Record %s on each side to tell.",
		       record_text(record, column_real(q, "record_s")));
	if (!c->reason)
		fputs("\n\n", stdout);
}

static enum exit_status print_sides(struct comparison *c)
{
	enum exit_status status = comparison_filter_print(c, ".\n\n");
	sqlite3_stmt *q = comparison_query(c, "sql/diff/sides.sql");
	char duration[WORD_BYTES];

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		fputs(column_number(q, "side", 0) == BEFORE ? "Before: " : "\nAfter: ", stdout);
		print_code(column_text(q, "files"));
		printf(", %s, %" PRId64 " workers.",
		       duration_word(duration, column_number(q, "duration_ns", 0)),
		       column_number(q, "workers_most", 0));
	}
	puts("\n");
	return comparison_query_end(c, q) == STATUS_DONE ? status : STATUS_SYSTEM;
}

static void print_row(sqlite3_stmt *q)
{
	char change[CHANGE_BYTES], interval[CHANGE_BYTES], was[WORD_BYTES], is[WORD_BYTES];
	const char *cause = column_text(q, "cause");

	printf("| %s | ", column_text(q, "status"));
	print_code(column_text(q, "name"));
	printf(" | %s | %.2f | %.2f | %s | %s | %.2f | %.2f | %s | %s |\n", cause ? cause : "",
	       column_real(q, "before_ms"), column_real(q, "after_ms"),
	       change_text(change, q, "change"), interval_text(interval, q),
	       column_real(q, "before_rate"), column_real(q, "after_rate"),
	       duration_word(was, column_number(q, "before_p99_ns", -1)),
	       duration_word(is, column_number(q, "after_p99_ns", -1)));
}

static bool is_change(const char *status)
{
	return strcmp(status, "unchanged") != 0 && strcmp(status, "cannot tell") != 0;
}

/*
 * The rows with a change, or those without, with their table around them; their number in `rows`.
 */
static enum exit_status print_rows(struct comparison *c, const char *kind, bool changed,
				   uint64_t top, uint64_t *rows)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/rows.sql");

	*rows = 0;
	statement_text(q, ":kind", kind);
	while (q && sqlite3_step(q) == SQLITE_ROW) {
		if (is_change(column_text(q, "status")) != changed ||
		    (!changed && column_number(q, "aside", 0)))
			continue;
		if (!(*rows)++) {
			if (!changed)
				puts("\n<details><summary>unchanged, or cannot tell</summary>\n");
			puts("| | what | cause | ms/worker-s before | after | change | between "
			     "| blocks/s before | after | p99 before | after |\n"
			     "|---|---|---|--:|--:|--:|---|--:|--:|--:|--:|");
		}
		if (*rows <= top)
			print_row(q);
	}
	if (*rows > top)
		printf("\nand %" PRIu64 " more\n", *rows - top);
	if (!changed && *rows)
		puts("\n</details>");
	return comparison_query_end(c, q);
}

static bool has_rows(struct comparison *c, const char *kind)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/rows.sql");
	bool any;

	statement_text(q, ":kind", kind);
	any = q && sqlite3_step(q) == SQLITE_ROW;
	return comparison_query_end(c, q) == STATUS_DONE && any;
}

/* Where tasks wait, of captures that have dumps: only what has changed. */
static enum exit_status print_waiting(struct comparison *c, uint64_t top)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/waiting.sql");
	uint64_t rows = 0, changed = 0;

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		double before = column_real(q, "before"), after = column_real(q, "after");

		if (!rows++)
			puts("#### Tasks at their awaits, at the last dump\n");
		if (before == after)
			continue;
		if (!changed++)
			puts("| type | where | before | after | change |\n|---|---|--:|--:|--:|");
		if (changed > top)
			continue;
		fputs("| ", stdout);
		print_code(column_text(q, "task") ? column_text(q, "task") : "unknown");
		fputs(" | ", stdout);
		print_code(column_text(q, "waits_at"));
		printf(" | %.6g | %.6g | %+.6g |\n", before, after, after - before);
	}
	if (changed > top)
		printf("\nand %" PRIu64 " more\n", changed - top);
	if (rows)
		puts(changed ? "" : "No change was found.\n");
	return comparison_query_end(c, q);
}

enum exit_status diff_markdown(struct comparison *c, uint64_t top)
{
	static const struct {
		const char *kind, *heading;
		bool always; /* also where there is nothing */
	} tables[] = {
		{"site", "Sites", true},
		{"main", "Main future (no worker; per second recorded)", false},
		{"task", "Tasks", true},
	};
	sqlite3_stmt *q = comparison_query(c, "sql/diff/rows.sql");
	enum exit_status status;
	uint64_t rows;

	statement_text(q, ":kind", "all");
	if (q && sqlite3_step(q) == SQLITE_ROW)
		print_whole(c, q);
	status = comparison_query_end(c, q);
	if (status == STATUS_DONE)
		status = print_sides(c);
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(tables) / sizeof(*tables); i++) {
		if (!tables[i].always && !has_rows(c, tables[i].kind))
			continue;
		printf("#### %s\n\n", tables[i].heading);
		status = print_rows(c, tables[i].kind, true, top, &rows);
		if (status == STATUS_DONE && !rows)
			puts("No change was found.");
		if (status == STATUS_DONE)
			status = print_rows(c, tables[i].kind, false, top, &rows);
		putchar('\n');
	}
	return status == STATUS_DONE ? print_waiting(c, top) : status;
}
