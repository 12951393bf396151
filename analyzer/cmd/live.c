/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/compare/check.h"
#include "analyzer/live/plain.h"
#include "analyzer/live/recorder.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/report/report.h"
#include "analyzer/screen/screen.h"
#include "analyzer/store/column.h"
#include "format/capture/name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * live: a recording while it goes on, from a pipe or a file.
 */

/* What the rules of --fail-on found so far, window by window. */
struct judged {
	const struct check_rule *rules;
	size_t count;
	int64_t min_busy_ns;
	bool failed, passed;
};

/* The rules that are broken, a line each, with the time of the window's end. */
static enum exit_status broken_print(struct check *c, const struct session *s)
{
	struct window_state w = session_state(s).window;
	sqlite3_stmt *q = comparison_query(&c->comparison, "sql/check/findings.sql");

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		if (strcmp(column_text(q, "status"), check_word(STATUS_FAILED)) == 0)
			printf("%9.1f s  BROKEN: %s  %s\n",
			       (double)(w.to_ns - w.recording.start_ns) / 1e9,
			       column_text(q, "text"), column_text(q, "sentence"));
	}
	return comparison_query_end(&c->comparison, q);
}

static enum exit_status rules_apply(struct judged *j, struct check *c, struct session *s)
{
	const struct input input = {.db = session_database(s),
				    .capture = session_state(s).window.capture,
				    .captures = 1};
	enum exit_status status = comparison_add_input(&c->comparison, AFTER, &input, true);

	if (status == STATUS_DONE)
		status = comparison_prepare(&c->comparison);
	if (status == STATUS_DONE)
		status = check_begin(c);
	for (size_t i = 0; status == STATUS_DONE && i < j->count; i++)
		status = check_apply(c, i + 1, &j->rules[i]);
	if (status == STATUS_DONE)
		status = check_conclude(c);
	if (status == STATUS_DONE && c->status == STATUS_FAILED)
		status = broken_print(c, s);
	return status;
}

/* The rules hold, or do not, over each window by itself. */
static enum exit_status judge(void *context, struct session *s)
{
	struct judged *j = context;
	struct check c = {.status = STATUS_DONE, .min_busy_ns = j->min_busy_ns};
	enum exit_status status = comparison_open(&c.comparison);

	if (status != STATUS_DONE)
		return status;
	status = rules_apply(j, &c, s);
	j->failed |= c.status == STATUS_FAILED;
	j->passed |= c.status == STATUS_DONE;
	comparison_close(&c.comparison);
	free(c.reason);
	return status;
}

/* How long each part is over which rules are tested: what a part has of a poll is no longer. */
static int64_t part_length(const struct arguments *a)
{
	return a->window_ns ? a->window_ns : a->json ? SESSION_WINDOW_NS : PLAIN_PART_NS;
}

static enum exit_status rule_read(const struct arguments *a, const char *text,
				  struct check_rule *out)
{
	char length[WORD_BYTES];
	enum exit_status status = check_rule_open(text, out);

	if (status != STATUS_DONE)
		return status;
	if (out->relative)
		return message(STATUS_INPUT, "check --baseline compares recordings",
			       "the rule `%s` needs a baseline, which live has not", text);
	if (check_figure_is_length(out->figure) && out->limit >= (double)part_length(a))
		return message(STATUS_INPUT, "give a longer --window",
			       "the rule `%s` can break in no part of %s", text,
			       duration_word(length, part_length(a)));
	return STATUS_DONE;
}

static enum exit_status judged_status(const struct judged *j)
{
	if (j->failed)
		return STATUS_FAILED;
	return j->passed || !j->count ? STATUS_DONE : STATUS_CANNOT_TELL;
}

/* As JSON only the window at the end is printed. */
static enum exit_status window_print(struct session *s)
{
	const struct input input = {.db = session_database(s),
				    .capture = session_state(s).window.capture,
				    .captures = 1};

	/* What came after the last part, such as symbols, had no time of its own. */
	if (session_derive(s))
		return message(STATUS_SYSTEM, NULL, "cannot derive the figures: %s",
			       sqlite3_errmsg(session_database(s)));
	return report_json(&input, 0);
}

static enum exit_status plain(const struct arguments *a, struct session *s, int descriptor,
			      struct judged *judged)
{
	const struct plain_options options = {
		.path = a->positional[0],
		.descriptor = descriptor,
		.every_ns = a->window_ns,
		.alert_ns = a->alert_ns,
		.quiet = a->json,
		.whole_window = a->json,
		.judge = judged->count ? judge : NULL,
		.context = judged,
	};
	enum exit_status status = plain_run(s, &options);

	if (status == STATUS_DONE && a->json)
		status = window_print(s);
	return status == STATUS_DONE ? judged_status(judged) : status;
}

static enum exit_status screen(const struct arguments *a, struct session *s,
			       const struct capture_file *file, int64_t window_ns)
{
	const struct screen_options options = {
		.path = a->positional[0],
		.descriptor = file->descriptor,
		.replay = file->bytes > 0,
		.saving = a->save != NULL,
		.window_ns = window_ns,
	};

	return screen_run(s, &options);
}

static enum exit_status open_error(const struct arguments *a, int err)
{
	if (err == -ENOMEM)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	if (a->save && err != -EIO)
		return message(STATUS_INPUT, "choose another place with --save FILE",
			       "cannot write %s: %s", a->save, new_file_error(err));
	return message(STATUS_SYSTEM, "SQLITE_TMPDIR may name a directory with room",
		       "cannot make a temporary database: %s", strerror(-err));
}

static enum exit_status run_session(const struct arguments *a, const struct capture_file *file,
				    const struct resolver *resolver, struct judged *judged)
{
	const struct session_options options = {
		.resolver = resolver,
		.descriptor = file->descriptor,
		.whole = file->bytes > 0,
		.save = a->save,
		.keep = !a->plain && !a->json,
		.length_ns = a->window_ns ? a->window_ns : SESSION_WINDOW_NS,
	};
	struct session *s;
	enum exit_status status;
	int err = session_open(&options, &s);

	if (err)
		return open_error(a, err);
	status = a->plain || a->json ? plain(a, s, file->descriptor, judged)
				     : screen(a, s, file, options.length_ns);
	err = session_close(s);
	if (err)
		return message(STATUS_SYSTEM, "what was written is in its .partial file",
			       "cannot write %s: %s", a->save, new_file_error(err));
	return status;
}

/* Only the screen has a key for marks, and only what is recorded now takes one. */
static enum confine_but confine_but(const struct arguments *a, const struct capture_file *file)
{
	return a->plain || a->json || file->bytes ? CONFINE_ALL : CONFINE_BUT_MARK;
}

static enum exit_status show(const struct arguments *a, const struct capture_file *file,
			     struct judged *judged)
{
	const struct symbolizer_options symbols = arguments_symbols(a);
	struct resolver *resolver = NULL;
	enum exit_status status = STATUS_DONE;

	if (file->database)
		status = message(STATUS_INPUT, "give a capture, or - for standard input",
				 "%s is a database, not a capture", a->positional[0]);
	if (status == STATUS_DONE)
		status = confine(&verb_live, a, confine_but(a, file));
	if (status == STATUS_DONE)
		status = input_resolver(&symbols, &resolver);
	if (status == STATUS_DONE && file->bytes &&
	    resolver_look_beside(resolver, a->positional[0]))
		status = message(STATUS_SYSTEM, NULL, "out of memory");
	if (status == STATUS_DONE)
		status = run_session(a, file, resolver, judged);
	resolver_close(resolver);
	return status;
}

static bool is_program(const char *path)
{
	static const char magic[4] = "\177ELF";
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char head[sizeof(magic)];
	bool program;

	if (fd < 0)
		return false;
	program = read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
		  memcmp(head, magic, sizeof(magic)) == 0;
	close(fd);
	return program;
}

/*
 * What is no file, and does not look like the name of one, is a process to record: so is the name
 * of a program which lies in this directory.
 */
static bool is_target(const char *path)
{
	return strcmp(path, "-") != 0 && !strchr(path, '/') &&
	       (access(path, F_OK) != 0 || is_program(path)) && capture_stem(path) == strlen(path);
}

static enum exit_status record(const struct arguments *a, struct judged *judged)
{
	struct recorder recorder;
	enum exit_status status = recorder_start(a->positional[0], &recorder);
	struct capture_file file = {.descriptor = recorder.output};

	if (status != STATUS_DONE)
		return status;
	if (!recorder_writes(&recorder))
		status = STATUS_INPUT;
	else
		status = show(a, &file, judged);
	recorder_end(&recorder, status != STATUS_DONE && status != STATUS_FAILED);
	return status;
}

static enum exit_status open_stream(const struct arguments *a, struct judged *judged)
{
	struct capture_file file;
	enum exit_status status;

	if (is_target(a->positional[0]))
		return record(a, judged);
	status = capture_file_open(a->positional[0], &file);
	if (status != STATUS_DONE)
		return status;
	if (file.bytes && is_program(a->positional[0]))
		status = message(STATUS_INPUT, "give the name or the pid of its process",
				 "%s is a program, no capture", a->positional[0]);
	else
		status = show(a, &file, judged);
	capture_file_close(&file);
	return status;
}

static enum exit_status live_run(const struct arguments *a)
{
	struct check_rule *rules = calloc(ARGUMENTS_MAX, sizeof(*rules));
	struct judged judged = {.rules = rules, .min_busy_ns = a->min_busy_ns};
	enum exit_status status = STATUS_DONE;

	if (!rules)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	if (!a->plain && !a->json && (a->rule_count || a->alert_ns))
		status = message(STATUS_INPUT, "add --plain",
				 "live: --fail-on and --alert are for lines, not for the screen");
	for (size_t i = 0; status == STATUS_DONE && i < a->rule_count; i++, judged.count++)
		status = rule_read(a, a->rules[i], &rules[i]);
	if (status == STATUS_DONE)
		status = open_stream(a, &judged);
	free(rules);
	return status;
}

const struct verb verb_live = {
	.name = "live",
	.usage = "-|TARGET|CAPTURE",
	.summary = "watch a recording while it goes on",
	.details = "Shows on the terminal what hud-record writes, as it comes:\n"
		   "  sudo hud-record my-app -o - | hud-analyze live -\n"
		   "TARGET, a pid or the name of a process, starts hud-record, with sudo. A\n"
		   "CAPTURE is replayed. The key ? lists the keys. --plain prints a line for\n"
		   "each second of the recording (or each --window), and with --alert one for\n"
		   "each block that is longer. --fail-on tests its rules over each of these\n"
		   "parts; the exit status is that of check. --json prints the report of the\n"
		   "last --window when the stream has ended. docs/LIVE.md explains it.\n",
	.options = "--plain --json --window --alert --save --fail-on --min-busy " SYMBOL_OPTIONS
		   " " USER_OPTIONS,
	.why_whole = "it shows what goes on now; --window chooses how much of it",
	.least = 1,
	.most = 1,
	.writes_here = true,
	.confines = true,
	.run = live_run,
};
