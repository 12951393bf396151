/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report.h"
#include "analyzer/named_query.h"

#include <inttypes.h>
#include <string.h>

/*
 * The report for people. All numbers come from named queries; here they get units and columns.
 */

#define WORKERS_SHOWN 8
#define FUNCTION_COLUMN 52 /* where functions, and what is told of them, begin */

struct page {
	const struct input *input;
	bool colour;
	uint64_t top;
};

static const char *paint(const struct page *page, const char *code)
{
	return page->colour ? code : "";
}

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

static const struct {
	const char *level;
	const char *code;
} level_colours[] = {
	{"WARNING", "\033[1;31m"},
	{"CAUTION", "\033[1;33m"},
	{"NOMINAL", "\033[1;32m"},
	{"CANNOT TELL", "\033[1;35m"},
};

static void heading(const struct page *page, const char *text)
{
	printf("\n%s%s%s\n", paint(page, BOLD), text, paint(page, PLAIN));
}

static void print_verdict(const struct page *page, sqlite3_stmt *q)
{
	const char *level = column_text(q, "level"), *colour = "";
	const char *names = column_text(q, "processes");
	char duration[WORD_BYTES], threshold[WORD_BYTES];

	for (size_t i = 0; i < sizeof(level_colours) / sizeof(*level_colours); i++) {
		if (strcmp(level, level_colours[i].level) == 0)
			colour = level_colours[i].code;
	}
	printf("%s%s%s: %s\n", paint(page, colour), level, paint(page, PLAIN),
	       column_text(q, "sentence"));
	printf("%s%s, %s recorded, threshold %s, polls told from parks by %ss%s%s\n",
	       paint(page, DIM), names ? names : "no process",
	       duration_word(duration, column_number(q, "duration_ns", -1)),
	       duration_word(threshold, column_number(q, "threshold_ns", -1)),
	       column_text(q, "source"),
	       column_number(q, "truncated", 0) ? "; the capture is TRUNCATED: it has no end" : "",
	       paint(page, PLAIN));
	if (page->input->captures > 1)
		printf("%sone of %" PRIu64 " captures: --capture chooses, @captures lists them%s\n",
		       paint(page, DIM), page->input->captures, paint(page, PLAIN));
}

/* "file:line" of a row, or nothing. */
static void print_place(sqlite3_stmt *q)
{
	const char *file = column_text(q, "file");
	int64_t line = column_number(q, "line", 0);

	if (file && line)
		printf("  %s:%" PRId64, file, line);
	else if (file)
		printf("  %s", file);
}

/* Who called it: the task, and the entry where that is yet another name. */
static void print_origin_of_call(const char *function, const char *tasks, const char *entry)
{
	bool tell_entry =
		entry && strcmp(entry, function) != 0 && !(tasks && strcmp(entry, tasks) == 0);

	if (!tasks && !tell_entry)
		return;
	printf("%*s%s%s%s%s%s\n", FUNCTION_COLUMN, "", tasks ? "in task " : "", tasks ? tasks : "",
	       tasks && tell_entry ? ", " : "", tell_entry ? "entered by " : "",
	       tell_entry ? entry : "");
}

static void print_site(const struct page *page, sqlite3_stmt *q)
{
	char total[WORD_BYTES], p99[WORD_BYTES], max[WORD_BYTES];
	const char *origin = column_text(q, "origin"), *tasks = column_text(q, "tasks");
	const char *entry = column_text(q, "entry"), *wakers = column_text(q, "wakers");
	const char *function = column_text(q, "function"), *cause = column_text(q, "cause");
	bool at_most = column_number(q, "at_most", 0) != 0;

	printf("%s%*s %7" PRId64 " %9s %9s  %-10s   %s%s%s", at_most ? "≤" : "", at_most ? 8 : 9,
	       duration_word(total, column_number(q, "total_ns", -1)), column_number(q, "count", 0),
	       duration_word(p99, column_number(q, "p99_ns", -1)),
	       duration_word(max, column_number(q, "max_ns", -1)), cause, paint(page, BOLD),
	       function, paint(page, PLAIN));
	print_place(q);
	if (strcmp(function, "unknown") == 0)
		fputs("  no stack reaches it", stdout);
	else if (strcmp(origin, "user") != 0)
		printf("  (%s)", origin);
	if (column_number(q, "open_count", 0))
		fputs("  STILL BLOCKED AT THE END", stdout);
	putchar('\n');
	print_origin_of_call(function, tasks, entry);
	if (wakers && strcmp(cause, "lock") == 0)
		printf("%*swoken by %s\n", FUNCTION_COLUMN, "", wakers);
}

static enum exit_status print_sites(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "sites", page->top + 1);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	bool bound = false;
	uint64_t shown = 0;

	heading(page, "BLOCKING SITES");
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW && shown < page->top) {
		if (!shown++)
			printf("%s%9s %7s %9s %9s  %-10s   %s%s\n", paint(page, DIM), "total",
			       "spans", "p99", "max", "cause", "function", paint(page, PLAIN));
		print_site(page, q);
		bound |= column_number(q, "at_most", 0) != 0;
	}
	if (bound)
		puts("        ≤  at most: several polls of one task in a row can look like one");
	if (step == SQLITE_ROW)
		puts("          more: --top N, or hud-analyze query … @sites");
	else if (!shown)
		puts("  none");
	sqlite3_finalize(q);
	return step == SQLITE_ROW || step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

/* Columns of the workers' table: the query's, what it is called here, and how wide it is. */
static const struct {
	const char *column;
	const char *label;
	int width;
} states[] = {
	{"poll_cpu_ns", "poll-cpu", 9},    {"poll_offcpu_ns", "off-cpu", 8},
	{"run_queue_ns", "run-queue", 10}, {"parked_ns", "parked", 8},
	{"runtime_ns", "runtime", 8},      {"unknown_ns", "unknown", 8},
};
#define STATES ((int)(sizeof(states) / sizeof(*states)))

static void print_worker_labels(const struct page *page)
{
	printf("%s%7s %-15s", paint(page, DIM), "tid", "name");
	for (int i = 0; i < STATES; i++)
		printf("%*s", states[i].width, states[i].label);
	printf(" %9s %7s%s\n", "blocking", "of", paint(page, PLAIN));
}

static void print_worker(sqlite3_stmt *q)
{
	char wall[WORD_BYTES], blocking[WORD_BYTES];
	const char *comm = column_text(q, "comm"), *runtime = column_text(q, "runtime");
	int64_t ns[STATES];
	int tenths[STATES];

	for (int i = 0; i < STATES; i++)
		ns[i] = column_number(q, states[i].column, 0);
	percent_parts(ns, STATES, tenths);
	printf("%7" PRId64 " %-15s", column_number(q, "tid", 0), comm ? comm : "-");
	for (int i = 0; i < STATES; i++)
		printf("%*d.%d%%", states[i].width - 3, tenths[i] / 10, tenths[i] % 10);
	printf(" %9s %7s%s\n", duration_word(blocking, column_number(q, "blocking_ns", -1)),
	       duration_word(wall, column_number(q, "wall_ns", -1)),
	       runtime && strcmp(runtime, "current_thread") == 0 ? "  current" : "");
}

static enum exit_status print_workers(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "workers", 0);
	uint64_t seen = 0;
	int step = q ? SQLITE_ROW : SQLITE_ERROR;

	heading(page, "WORKERS");
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW) {
		if (!seen++)
			print_worker_labels(page);
		if (seen <= WORKERS_SHOWN)
			print_worker(q);
	}
	if (seen > WORKERS_SHOWN)
		printf("          and %" PRIu64 " more: hud-analyze query … @workers\n",
		       seen - WORKERS_SHOWN);
	else if (!seen)
		puts("  none");
	sqlite3_finalize(q);
	return step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

/* Waits that blocked no worker: told where there were any. */
static const struct {
	const char *count;
	const char *ns;
	const char *label;
} exempt[] = {
	{"block_in_place_count", "block_in_place_ns", "in block_in_place"},
	{"coreless_count", "coreless_ns", "in polls that went on without a core"},
	{"root_count", "root_ns", "in root futures"},
};

static void print_exempt(sqlite3_stmt *q)
{
	char word[WORD_BYTES];
	bool any = false;

	for (size_t i = 0; i < sizeof(exempt) / sizeof(*exempt); i++) {
		if (!column_number(q, exempt[i].ns, 0) && !column_number(q, exempt[i].count, 0))
			continue;
		printf("%s%s %s", any ? ", " : "  blocking nobody: ",
		       duration_word(word, column_number(q, exempt[i].ns, 0)), exempt[i].label);
		any = true;
	}
	if (any)
		putchar('\n');
}

static enum exit_status print_pool(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "pool", 0);
	char busy[WORD_BYTES], idle[WORD_BYTES];
	int step = q ? sqlite3_step(q) : SQLITE_ERROR;

	heading(page, "BLOCKING POOL");
	if (step == SQLITE_ROW) {
		printf("  %" PRId64 " thread%s, at most %" PRId64
		       " seen busy at once, busy %s, idle %s\n",
		       column_number(q, "threads", 0),
		       column_number(q, "threads", 0) == 1 ? "" : "s",
		       column_number(q, "peak_busy", 0),
		       duration_word(busy, column_number(q, "busy_ns", 0)),
		       duration_word(idle, column_number(q, "idle_ns", 0)));
		print_exempt(q);
	}
	sqlite3_finalize(q);
	return step == SQLITE_ROW ? STATUS_DONE : STATUS_SYSTEM;
}

static enum exit_status print_lost(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "loss", 0);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	bool any = false;

	heading(page, "LOST OR NOT KNOWN");
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW) {
		printf("%s%s %" PRId64 " %s", any ? "; " : "  ", column_text(q, "cause"),
		       column_number(q, "count", 0), column_text(q, "unit"));
		if (column_text(q, "percent"))
			printf(" (%.2g%%)", column_real(q, "percent"));
		any = true;
	}
	puts(any ? "" : "  no event was lost");
	sqlite3_finalize(q);
	return step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

static enum exit_status print_limits(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "limits", 0);
	char word[WORD_BYTES];
	int step = q ? sqlite3_step(q) : SQLITE_ERROR;

	if (step == SQLITE_ROW) {
		printf("  %" PRId64 " of %" PRId64 " sleeps and looks have a whole stack",
		       column_number(q, "stacks_complete", 0), column_number(q, "stacks", 0));
		if (column_text(q, "stops"))
			printf("; the others end: %s", column_text(q, "stops"));
		if (column_number(q, "unknown_spans", 0))
			printf("\n  sleeps of workers that could be parks or blocks: %" PRId64
			       " (%s)",
			       column_number(q, "unknown_spans", 0),
			       duration_word(word, column_number(q, "unknown_span_ns", 0)));
		if (column_number(q, "unproven_runs", 0))
			printf("\n  %s on the CPU could be one long poll or many short ones",
			       duration_word(word, column_number(q, "unproven_cpu_ns", 0)));
		putchar('\n');
	}
	sqlite3_finalize(q);
	return step == SQLITE_ROW ? STATUS_DONE : STATUS_SYSTEM;
}

static enum exit_status print_symbols(const struct page *page)
{
	sqlite3_stmt *q = named_query(page->input, "symbols_missing", 0);
	int step = SQLITE_ERROR;

	while (q && (step = sqlite3_step(q)) == SQLITE_ROW)
		printf("  symbols of %s: %s: %s\n    %s; hud-analyze info --symbols says what was tried\n",
		       column_text(q, "path"), column_text(q, "symbols"), column_text(q, "cost"),
		       column_text(q, "remedy"));
	sqlite3_finalize(q);
	return step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

enum exit_status report_text(const struct input *input, uint64_t top)
{
	struct page page = {.input = input, .colour = colour_wanted(stdout), .top = top};
	enum exit_status (*const parts[])(const struct page *) = {
		print_sites, print_workers, print_pool, print_lost, print_limits, print_symbols};
	sqlite3_stmt *verdict = named_query(input, "verdict", 0);
	enum exit_status status = STATUS_SYSTEM;

	if (verdict && sqlite3_step(verdict) == SQLITE_ROW) {
		print_verdict(&page, verdict);
		status = STATUS_DONE;
	}
	sqlite3_finalize(verdict);
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(parts) / sizeof(*parts); i++)
		status = parts[i](&page);
	if (status != STATUS_DONE)
		message(status, NULL, "cannot make the report: %s", sqlite3_errmsg(input->db));
	return status;
}
