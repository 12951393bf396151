/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/column.h"
#include "analyzer/store/table.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * info: prints how a capture was made, what it holds, and what is missing.
 */

static void line(const char *label, const char *value)
{
	if (value && *value)
		printf("%-14s %s\n", label, value);
}

static void print_recording(sqlite3_stmt *q)
{
	char word[WORD_BYTES], threshold[WORD_BYTES];
	const char *started = column_text(q, "started_utc");

	line("capture", column_text(q, "capture_id"));
	line("file", column_text(q, "file"));
	line("target", column_text(q, "command"));
	printf("%-14s %s%s, %s\n", "recorded", started ? started : "-", started ? " UTC" : "",
	       duration_word(word, column_number(q, "duration_ns", -1)));
	line("recorder", column_text(q, "recorder"));
	line("kernel", column_text(q, "kernel"));
	printf("%-14s threshold %s, samples %" PRId64 " Hz, profile %" PRId64 " Hz, source %s\n",
	       "settings", duration_word(threshold, column_number(q, "threshold_ns", -1)),
	       column_number(q, "sample_hz", 0), column_number(q, "profile_hz", 0),
	       column_text(q, "source"));
	line("workers named", column_text(q, "workers_prefix"));
	if (column_text(q, "part_from_ns"))
		printf("%-14s of a recording, from %s on\n", "part",
		       duration_word(word, column_number(q, "part_from_ns", 0)));
	if (column_number(q, "truncated", 0))
		line("ended", "TRUNCATED: its end is missing; all chunks before it were read");
	else if (column_text(q, "end_reason") || !column_text(q, "part_from_ns"))
		line("ended",
		     column_text(q, "end_reason") ? column_text(q, "end_reason") : "unknown");
}

static void print_content(sqlite3_stmt *q)
{
	char bytes[WORD_BYTES], cpu[WORD_BYTES], rss[WORD_BYTES];

	printf("%-14s %s, %" PRId64 " chunks, %" PRId64 " events\n", "size",
	       bytes_word(bytes, column_number(q, "bytes", 0)), column_number(q, "chunks", 0),
	       column_number(q, "events", 0));
	if (column_number(q, "repeated_chunks", 0))
		printf("%-14s %" PRId64 " chunks are there twice and were read once\n", "",
		       column_number(q, "repeated_chunks", 0));
	printf("%-14s %" PRId64 " sleeps (%" PRId64 " still open), %" PRId64 " samples, %" PRId64
	       " windows, %" PRId64 " threads\n",
	       "events", column_number(q, "offcpu_spans", 0), column_number(q, "open_spans", 0),
	       column_number(q, "samples", 0), column_number(q, "windows", 0),
	       column_number(q, "threads", 0));
	if (column_text(q, "recorder_cpu_ns"))
		printf("%-14s %s of CPU (%.2f%% of one), %s of memory\n", "recording cost",
		       duration_word(cpu, column_number(q, "recorder_cpu_ns", -1)),
		       column_real(q, "recorder_cpu_percent"),
		       bytes_word(rss, column_number(q, "recorder_rss_bytes", 0)));
	if (column_text(q, "bpf_cpu_percent"))
		printf("%-14s BPF %.2f%% of all CPUs in the first second (%" PRId64
		       " runs, %" PRId64 " ns each)\n",
		       "", column_real(q, "bpf_cpu_percent"), column_number(q, "bpf_runs", 0),
		       column_number(q, "bpf_run_average_ns", 0));
}

static enum exit_status print_session(const struct input *input)
{
	sqlite3_stmt *q = named_query(input, "info", 0);
	int step = q ? sqlite3_step(q) : SQLITE_ERROR;

	if (step == SQLITE_ROW) {
		print_recording(q);
		print_content(q);
	}
	sqlite3_finalize(q);
	return step == SQLITE_ROW ? STATUS_DONE : STATUS_SYSTEM;
}

enum { THREADS_SHOWN = 200 };

/* How many rows of a view the capture has. */
static uint64_t rows_count(const struct input *input, const char *view)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE capture = %" PRId64, view,
		 input->capture);
	return (uint64_t)database_number(input->db, sql, 0);
}

/* A table of the view of this name; `most`: rows, 0: all. */
static enum exit_status print_query(const struct input *input, const char *title, const char *name,
				    uint64_t most)
{
	sqlite3_stmt *q = named_query(input, name, most);
	uint64_t rows = most ? rows_count(input, name) : 0;
	int err = SQLITE_ERROR;

	printf("\n%s\n", title);
	if (q)
		err = table_print(q, TABLE_TEXT);
	if (rows > most)
		printf("and %" PRIu64 " more: hud-analyze query CAPTURE @%s\n", rows - most, name);
	sqlite3_finalize(q);
	return err ? STATUS_SYSTEM : STATUS_DONE;
}

static const struct {
	const char *title;
	const char *query;
	uint64_t most; /* rows; 0: all */
} sections[] = {
	{"PROCESSES", "processes", 0}, {"THREADS", "threads", THREADS_SHOWN},
	{"BINARIES", "binaries", 0},   {"LIMITS", "limits", 0},
	{"LOST", "loss", 0},
};

static enum exit_status info_run(const struct arguments *arguments)
{
	const struct input_request request = arguments_input(arguments, arguments->positional[0]);
	struct input input;
	enum exit_status status;

	if (arguments->symbols)
		return info_symbols(arguments);
	status = input_open(&request, &input);
	if (status != STATUS_DONE)
		return status;
	status = print_session(&input);
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(sections) / sizeof(*sections); i++)
		status =
			print_query(&input, sections[i].title, sections[i].query, sections[i].most);
	if (status != STATUS_DONE)
		message(status, NULL, "cannot read the capture: %s", sqlite3_errmsg(input.db));
	input_close(&input);
	return status;
}

const struct verb verb_info = {
	.name = "info",
	.usage = "CAPTURE|DB",
	.summary = "say how a capture was made, what it holds, and what is missing",
	.details = "Prints how it was recorded and how it ended, its processes, the binaries\n"
		   "and where their symbols came from, how many stacks are complete, what\n"
		   "was lost, and what recording cost.\n",
	.options = "--symbols --capture " SYMBOL_OPTIONS,
	.why_whole = "info is about the whole recording",
	.least = 1,
	.most = 1,
	.run = info_run,
};
