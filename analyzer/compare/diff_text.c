/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/terminal.h"
#include "analyzer/base/words.h"
#include "analyzer/compare/diff.h"
#include "analyzer/compare/diff_words.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * The comparison for a terminal. All numbers come from SQL; here they get units and columns.
 */

static const struct {
	const char *status;
	const char *code;
} colours[] = {
	{"worse", RED},           {"new", RED},      {"better", GREEN}, {"gone", GREEN},
	{"cannot tell", MAGENTA}, {"unchanged", ""},
};

static const char *colour_of(const char *status)
{
	for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++) {
		if (strcmp(status, colours[i].status) == 0)
			return colours[i].code;
	}
	return "";
}

static const struct {
	const char *kind;
	const char *heading;
	const char *what;
	const char *per; /* what blocked time is divided by */
	uint64_t most;   /* rows */
} tables[] = {
	{"site", "SITES", "cause, function", "ms/worker-second", UINT64_MAX},
	{"main", "MAIN FUTURE (blocks itself and what it joins, no worker)", "cause, function",
	 "ms/second", UINT64_MAX},
	{"task", "TASKS", "type", "ms/worker-second", UINT64_MAX},
	{"worker", "WORKERS, the most blocked first", "", "ms/worker-second", 8},
};

static void print_side(const char *label, sqlite3_stmt *q)
{
	char duration[WORD_BYTES], wall[WORD_BYTES];
	int64_t captures = column_number(q, "captures", 0);

	printf("%-7s%s: %s", label, column_text(q, "files"),
	       duration_word(duration, column_number(q, "duration_ns", 0)));
	if (captures > 1)
		printf(" in %" PRId64 " captures", captures);
	printf(", %" PRId64, column_number(q, "workers_least", 0));
	if (column_number(q, "workers_most", 0) != column_number(q, "workers_least", 0))
		printf(" to %" PRId64, column_number(q, "workers_most", 0));
	printf(" workers watched for %s%s\n",
	       duration_word(wall, column_number(q, "worker_wall_ns", 0)),
	       column_number(q, "truncated", 0) ? ", TRUNCATED" : "");
}

static enum exit_status print_sides(struct comparison *c)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/sides.sql");

	while (q && sqlite3_step(q) == SQLITE_ROW)
		print_side(column_number(q, "side", 0) == BEFORE ? "before" : "after", q);
	return comparison_query_end(c, q);
}

/* How long to record to find out, or why that does not help. */
static void print_advice(sqlite3_stmt *q)
{
	char text[CHANGE_BYTES];

	if (column_text(q, "record_s"))
		printf("  record %s on each side to tell",
		       record_text(text, column_real(q, "record_s")));
	else if (column_text(q, "reason") && strcmp(column_text(q, "reason"), "unproven") == 0)
		fputs("  on one side its computing could be one long poll or many short ones",
		      stdout);
}

/* All blocking, in one sentence. */
static enum exit_status print_whole(struct comparison *c, bool colour)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/rows.sql");
	char change[CHANGE_BYTES], interval[CHANGE_BYTES];

	statement_text(q, ":kind", "all");
	if (q && sqlite3_step(q) == SQLITE_ROW) {
		const char *status = column_text(q, "status");

		printf("%s%s%s: blocked %.1f ms per worker-second, before %.1f ms",
		       colour ? colour_of(status) : "", status, colour ? PLAIN : "",
		       column_real(q, "after_ms"), column_real(q, "before_ms"));
		if (column_text(q, "low"))
			printf(": %s, between %s", change_text(change, q, "change"),
			       interval_text(interval, q));
		print_advice(q);
		putchar('\n');
	}
	if (c->reason)
		printf("what blocked cannot be compared: %s\n", c->sentence);
	return comparison_query_end(c, q);
}

static void print_lengths(sqlite3_stmt *q, const char *before, const char *after)
{
	char was[WORD_BYTES], is[WORD_BYTES];

	printf(" %8s %8s", duration_word(was, column_number(q, before, -1)),
	       duration_word(is, column_number(q, after, -1)));
}

static void print_row(sqlite3_stmt *q, bool colour)
{
	char change[CHANGE_BYTES], interval[CHANGE_BYTES], line[COLUMN_LINE_BYTES];
	const char *status = column_text(q, "status"), *cause = column_text(q, "cause");

	printf("%s%-11s%s %8.2f %8.2f %7s  %-18s %6.2f %6.2f", colour ? colour_of(status) : "",
	       status, colour ? PLAIN : "", column_real(q, "before_ms"), column_real(q, "after_ms"),
	       change_text(change, q, "change"), interval_text(interval, q),
	       column_real(q, "before_rate"), column_real(q, "after_rate"));
	print_lengths(q, "before_p50_ns", "after_p50_ns");
	print_lengths(q, "before_p99_ns", "after_p99_ns");
	if (cause)
		printf("  %-10s", cause);
	printf("  %s", column_text(q, "name"));
	if (column_text(q, "file"))
		printf("  %s%s", column_text(q, "file"), column_line(q, "line", line));
	print_advice(q);
	putchar('\n');
}

/* A row not worth a line: `cannot tell`, and it hardly blocks, or is a bystander. */
static bool quiet(sqlite3_stmt *q)
{
	return column_number(q, "aside", 0) && strcmp(column_text(q, "status"), "cannot tell") == 0;
}

static enum exit_status print_table(struct comparison *c, size_t table, uint64_t top, bool colour)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/rows.sql");
	uint64_t rows = 0, minor = 0;

	statement_text(q, ":kind", tables[table].kind);
	while (q && sqlite3_step(q) == SQLITE_ROW) {
		if (!rows++)
			printf("\n%s\n%s%-11s %17s %7s  %-18s %13s %17s %17s  %s%s\n"
			       "%s%-11s %8s %8s %7s  %-18s %6s %6s %8s %8s %8s %8s%s\n",
			       tables[table].heading, colour ? DIM : "", "", tables[table].per,
			       "change", "between", "blocks/s", "p50", "p99", tables[table].what,
			       colour ? PLAIN : "", colour ? DIM : "", "", "before", "after", "",
			       "", "before", "after", "before", "after", "before", "after",
			       colour ? PLAIN : "");
		if (quiet(q))
			minor++;
		else if (rows - minor <= top)
			print_row(q, colour);
	}
	if (rows - minor > top)
		printf("and %" PRIu64 " more: --top N\n", rows - minor - top);
	if (minor)
		printf("and %" PRIu64
		       " of which it cannot tell: each less than 1%% of the blocked time, "
		       "or a bystander\n",
		       minor);
	return comparison_query_end(c, q);
}

static void print_waiting_row(sqlite3_stmt *q)
{
	double before = column_real(q, "before"), after = column_real(q, "after");
	const char *task = column_text(q, "task");

	printf("%8.6g %8.6g %+8.6g  %s: %s\n", before, after, after - before,
	       task ? task : "unknown", column_text(q, "waits_at"));
}

/* Where tasks wait, of captures that have dumps. */
static enum exit_status print_waiting(struct comparison *c, uint64_t top)
{
	sqlite3_stmt *q = comparison_query(c, "sql/diff/waiting.sql");
	uint64_t changed = 0, same = 0;

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		if (!changed && !same)
			puts("\nTASKS AT THEIR AWAITS, at the last dump");
		if (column_real(q, "before") == column_real(q, "after")) {
			same++;
			continue;
		}
		if (!changed++)
			printf("%8s %8s %8s  type: where it waits\n", "before", "after", "change");
		if (changed <= top)
			print_waiting_row(q);
	}
	if (changed > top)
		printf("and %" PRIu64 " more: --top N\n", changed - top);
	if (same)
		printf("as many as before at %" PRIu64 "%s places\n", same,
		       changed ? " other" : "");
	return comparison_query_end(c, q);
}

enum exit_status diff_text(struct comparison *c, uint64_t top)
{
	bool colour = colour_wanted(stdout);
	enum exit_status status = comparison_filter_print(c, "\n");

	if (status == STATUS_DONE)
		status = print_whole(c, colour);
	if (status == STATUS_DONE)
		status = print_sides(c);
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(tables) / sizeof(*tables); i++)
		status = print_table(c, i, top < tables[i].most ? top : tables[i].most, colour);
	return status == STATUS_DONE ? print_waiting(c, top) : status;
}
