/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/colour.h"
#include "analyzer/base/terminal.h"
#include "analyzer/base/text.h"
#include "analyzer/base/words.h"
#include "analyzer/report/page.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <string.h>

/* The blocking sites, and those of the main future: the lists, by function; what to do. */

#define SITES_SHOWN 10
#define REMEDY_COLUMN 2
#define REMEDIES_SHOWN SITES_SHOWN

static void print_labels(const struct page *page)
{
	fprintf(page->out, "%s%4s %9s %7s %9s %9s  %-*s%s%s\n", page_paint(page, DIM), "site",
		"total", page_unit(page), "p99", "max",
		page_function_apart(page) ? 0 : PAGE_CAUSE_COLUMNS, "cause",
		page_function_apart(page) ? "" : "function", page_paint(page, PLAIN));
}

/* What is said about a function below its line: several phrases, in as few lines as they need. */
struct phrases {
	const struct page *page;
	struct text text; /* on a narrow page, which prints them as one paragraph */
};

static void phrase_add(struct phrases *phrases, const char *phrase)
{
	if (!page_function_apart(phrases->page)) {
		fprintf(phrases->page->out, "%*s%s\n", phrases->page->column, "", phrase);
		return;
	}
	text_add_string(&phrases->text, phrases->text.length ? "; " : "");
	text_add_string(&phrases->text, phrase);
}

/* "demo::step (src/step.rs:6)" of three columns of a row: `name`, `name`_file, `name`_line. */
static const char *place_name(char *out, size_t room, sqlite3_stmt *q, const char *name)
{
	char file_column[32], line_column[32], line[COLUMN_LINE_BYTES];
	const char *file;

	snprintf(file_column, sizeof(file_column), "%s_file", name);
	snprintf(line_column, sizeof(line_column), "%s_line", name);
	file = column_text(q, file_column);
	if (file)
		snprintf(out, room, "%s (%s%s)", column_text(q, name), file,
			 column_line(q, line_column, line));
	else
		snprintf(out, room, "%s", column_text(q, name));
	return out;
}

static bool is_another(const char *name, const char *function)
{
	return name && strcmp(name, function) != 0;
}

/* Who ended the waits for a lock, and whether anybody did. */
static void waker_phrases_add(struct phrases *phrases, sqlite3_stmt *q)
{
	const char *wakers = column_text(q, "wakers"), *waited_for = column_text(q, "waited_for");
	double unended = column_number(q, "longest_open", 0) ? column_real(q, "unended_share") : 0;
	char phrase[1024];

	if (wakers) {
		snprintf(phrase, sizeof(phrase), "woken by %s%s%s", wakers,
			 waited_for ? ", which had waited for " : "", waited_for ? waited_for : "");
		phrase_add(phrases, phrase);
	}
	if (unended > 0 && wakers) {
		snprintf(phrase, sizeof(phrase), "nobody ended it %.0f%%", 100 * unended);
		phrase_add(phrases, phrase);
	} else if (unended > 0) {
		phrase_add(phrases, "nobody ended it");
	}
}

/* Of a site's time that was called from one function; the rest is not worth a number. */
#define NEARLY_ALL 0.95

/* Its total is told without that: it is the machine's, and may be most of what its polls took. */
static void run_queue_phrase_add(struct phrases *phrases, sqlite3_stmt *q)
{
	int64_t waited = column_number(q, "run_queue_ns", 0);
	char phrase[128], word[WORD_BYTES];

	if (waited < column_number(q, "total_ns", 0))
		return;
	snprintf(phrase, sizeof(phrase), "besides, its polls waited for a CPU for %s",
		 duration_word(word, waited));
	phrase_add(phrases, phrase);
}

/* Who waits behind a wait that goes on. */
static void behind_phrase_add(struct phrases *phrases, sqlite3_stmt *q)
{
	const char *next = column_text(q, "next_task");
	int64_t queued = column_number(q, "queued_max", 0);
	char phrase[512];

	if (!column_number(q, "longest_open", 0))
		return;
	if (queued > 0) {
		snprintf(phrase, sizeof(phrase), "%" PRId64 " task%s in the run queue behind it",
			 queued, queued == 1 ? "" : "s");
		phrase_add(phrases, phrase);
	}
	if (next) {
		snprintf(phrase, sizeof(phrase),
			 "its LIFO slot has task %.400s, which no other worker can take", next);
		phrase_add(phrases, phrase);
	}
}

static void print_phrases(const struct page *page, sqlite3_stmt *q)
{
	struct phrases phrases = {.page = page};
	const char *function = column_text(q, "function"), *tasks = column_text(q, "tasks");
	double share = column_real(q, "leaf_share"), called = column_real(q, "boundary_share");
	char phrase[1024], place[512];

	if (is_another(tasks, function) && !page_function_apart(page)) {
		snprintf(phrase, sizeof(phrase), "in task %s", tasks);
		phrase_add(&phrases, phrase);
	}
	if (is_another(column_text(q, "leaf"), function)) {
		snprintf(phrase, sizeof(phrase), "%.0f%% of it in %s", 100 * share,
			 place_name(place, sizeof(place), q, "leaf"));
		phrase_add(&phrases, phrase);
	}
	if (is_another(column_text(q, "boundary"), function) &&
	    (!tasks || is_another(column_text(q, "boundary"), tasks))) {
		place_name(place, sizeof(place), q, "boundary");
		if (called < NEARLY_ALL)
			snprintf(phrase, sizeof(phrase), "%.0f%% of it called from %s",
				 100 * called, place);
		else
			snprintf(phrase, sizeof(phrase), "called from %s", place);
		phrase_add(&phrases, phrase);
	}
	if (column_number(q, "inferred", 0))
		phrase_add(&phrases, "inferred: its last act was the call");
	waker_phrases_add(&phrases, q);
	behind_phrase_add(&phrases, q);
	run_queue_phrase_add(&phrases, q);
	if (phrases.text.bytes)
		page_words(page, page->column, phrases.text.bytes);
	text_close(&phrases.text);
}

/*
 * Whether the longest wait went on at the end, or had begun before the recording. That a usual one
 * was under way when the recording ended says nothing.
 */
static void print_bounds(const struct page *page, sqlite3_stmt *q)
{
	bool open = column_number(q, "longest_open", 0) != 0;

	if (open)
		fputs("  STILL BLOCKED AT THE END", page->out);
	if (column_number(q, "longest_at_attach", 0))
		fprintf(page->out, "%s since before the recording", open ? "," : " ");
}

static void print_function(const struct page *page, sqlite3_stmt *q)
{
	const char *function = column_text(q, "function"), *origin = column_text(q, "origin");

	fprintf(page->out, "%s%s%s", page_paint(page, BOLD), function, page_paint(page, PLAIN));
	page_place(page, q, page->column + text_width(function, strlen(function)), page->column);
	if (strcmp(origin, "user") != 0)
		fprintf(page->out, "  (%s)", origin);
	print_bounds(page, q);
	fputc('\n', page->out);
}

static void print_row(const struct page *page, sqlite3_stmt *q)
{
	char total[WORD_BYTES], p99[WORD_BYTES], max[WORD_BYTES];
	bool at_most = column_number(q, "at_most", 0) != 0;

	fprintf(page->out, "%4" PRId64 " %s%*s %7" PRId64 " %9s %9s  ", column_number(q, "site", 0),
		at_most ? "≤" : "", at_most ? 8 : 9,
		duration_word(total, column_number(q, "total_ns", -1)),
		column_number(q, "count", 0), duration_word(p99, column_number(q, "p99_ns", -1)),
		duration_word(max, column_number(q, "max_ns", -1)));
	if (page_function_apart(page))
		fprintf(page->out, "%s\n%*s", column_text(q, "causes"), page->column, "");
	else
		fprintf(page->out, "%-*s", PAGE_CAUSE_COLUMNS - 1, column_text(q, "causes"));
	fputs(page_function_apart(page) ? "" : " ", page->out);
	print_function(page, q);
	print_phrases(page, q);
}

/* The polls, or parts of polls, that no stack shows are no function's. */
static void print_unknown(const struct page *page, sqlite3_stmt *q)
{
	char total[WORD_BYTES];

	fprintf(page->out,
		"%4" PRId64 " %9s %7" PRId64 "  where no stack shows the function (%s)\n",
		column_number(q, "site", 0), duration_word(total, column_number(q, "total_ns", -1)),
		column_number(q, "count", 0), column_text(q, "causes"));
}

/* The rows that are not shown. */
static void print_rest(const struct page *page, int64_t rest, int64_t rest_ns)
{
	char total[WORD_BYTES];

	if (rest)
		fprintf(page->out, "     and %" PRId64 " more, %s in all: --top N\n", rest,
			duration_word(total, rest_ns));
}

/* The heading, with what to ask next; not where one site is shown already. */
static const char *sites_heading(const struct page *page, char *room, size_t bytes)
{
	static const char form[] = "BLOCKING SITES  (one in full: hud-analyze report %s --site N)";

	if (page->form->site)
		return "BLOCKING SITES";
	if (page_of_stream(page))
		return "BLOCKING SITES  (one in full: record to a FILE, then report FILE --site N)";
	if (page->form->filtered)
		return "BLOCKING SITES  (one in full: the same command with --site N)";
	snprintf(room, bytes, form, page_capture(page, sizeof(form) - 3));
	return room;
}

/* Functions that blocked, as `query` has them. Where there is none, not even the heading. */
static enum exit_status print_functions(const struct page *page, const char *query,
					const char *heading, uint64_t *shown)
{
	uint64_t rows = page_rows(page, SITES_SHOWN);
	sqlite3_stmt *q = named_query(page->input, query, 0);
	int step = q ? SQLITE_ROW : SQLITE_ERROR;
	int64_t rest = 0, rest_ns = 0;
	bool upper = false;

	*shown = 0;
	while (step == SQLITE_ROW && (step = sqlite3_step(q)) == SQLITE_ROW) {
		bool unknown = column_number(q, "unknown", 0) != 0;
		bool small = !page->form->top && column_number(q, "small", 0);

		if (!unknown && (*shown == rows || (*shown && small)))
			continue;
		if (unknown)
			print_rest(page, rest, rest_ns);
		if (!*shown)
			page_heading(page, heading);
		if (!(*shown)++ && !unknown)
			print_labels(page);
		if (unknown) {
			print_unknown(page, q);
			rest = 0;
			continue;
		}
		print_row(page, q);
		upper |= column_number(q, "at_most", 0) != 0;
		rest = column_number(q, "rest", 0);
		rest_ns = column_number(q, "rest_ns", 0);
	}
	print_rest(page, rest, rest_ns);
	if (upper)
		fputs("     ≤  upper bound: several polls of one task in a row can look like one\n",
		      page->out);
	sqlite3_finalize(q);
	return step == SQLITE_ROW || step == SQLITE_DONE ? STATUS_DONE : STATUS_SYSTEM;
}

enum exit_status report_sites(const struct page *page)
{
	char room[512];
	const char *heading = sites_heading(page, room, sizeof(room));
	uint64_t shown;
	enum exit_status status = print_functions(page, "functions", heading, &shown);

	if (status == STATUS_DONE && !shown && !page->form->site) {
		page_heading(page, heading);
		fputs("  none\n", page->out);
	}
	return status;
}

enum exit_status report_main_future(const struct page *page)
{
	uint64_t shown;

	return print_functions(page, "main_functions",
			       "MAIN FUTURE (blocks itself and what it joins, no worker)", &shown);
}

static void print_remedy(const struct page *page, sqlite3_stmt *q)
{
	const char *sites = column_text(q, "sites"), *main_sites = column_text(q, "main_sites");
	struct text words = {0};

	if (sites) {
		text_add_string(&words, "site ");
		text_add_string(&words, sites);
	}
	if (main_sites) {
		text_add_string(&words, sites ? ", main future (site " : "main future (site ");
		text_add_string(&words, main_sites);
		text_add_string(&words, ")");
	}
	text_add_string(&words, ": ");
	text_add_string(&words, column_text(q, "advice"));
	text_add_string(&words, " (docs: ");
	text_add_string(&words, column_text(q, "documentation"));
	text_add_string(&words, ")");
	if (words.bytes)
		page_words(page, REMEDY_COLUMN, words.bytes);
	text_close(&words);
}

enum exit_status report_remedies(const struct page *page)
{
	const struct page_list remedies = {"remedies", "WHAT TO DO", NULL, print_remedy,
					   REMEDIES_SHOWN};

	return page_list(page, &remedies, NULL) < 0 ? STATUS_SYSTEM : STATUS_DONE;
}
