/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/options.h"
#include "analyzer/base/text.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/symbols/progress.h"
#include "format/base/duration.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The options, and reading the command line.
 */

static bool is_capture_id(const char *value)
{
	return value[strspn(value, "0123456789abcdef")] == '\0';
}

/* NAME=VALUE */
static bool is_assignment(const char *value)
{
	return *value != '=' && strchr(value, '=');
}

static bool is_some_time(const char *value)
{
	int64_t ns;

	return duration_read(value, &ns) && ns > 0;
}

/* `mode` as in stat(); errno says why not. */
static bool is_there(const char *path, mode_t mode)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	if ((st.st_mode & S_IFMT) == mode)
		return true;
	errno = mode == S_IFDIR ? ENOTDIR : S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return false;
}

static bool is_file(const char *value)
{
	return is_there(value, S_IFREG);
}

static bool is_directory(const char *value)
{
	return is_there(value, S_IFDIR);
}

#define FLAG(field) OPTION_FLAG, offsetof(struct arguments, field), 0, NULL
#define OUTPUT(field) OPTION_OUTPUT, offsetof(struct arguments, field), 0, NULL
#define TEXT(field, usable) OPTION_TEXT, offsetof(struct arguments, field), 0, usable
#define NUMBER(field) OPTION_NUMBER, offsetof(struct arguments, field), 0, NULL
#define DURATION(field, usable) OPTION_DURATION, offsetof(struct arguments, field), 0, usable
#define LIST(field, count, usable)                                                                 \
	OPTION_LIST, offsetof(struct arguments, field), offsetof(struct arguments, count), usable
#define FDS(field, count)                                                                          \
	OPTION_FDS, offsetof(struct arguments, field), offsetof(struct arguments, count), NULL

const struct option options[] = {
	{"--output", "-o", "PATH", "the file to write; `load` adds to a database that exists",
	 OUTPUT(output)},
	{"--format", NULL, "FORMAT", "what to write; `export --help` lists the formats",
	 TEXT(format, NULL)},
	{"--of", NULL, "WHAT", "whose stacks: blocked [default], cpu (all CPU time), or a cause",
	 TEXT(of, NULL)},
	{"--fd", NULL, "N", "read this open descriptor; a second one is the debug file",
	 FDS(fds, fd_count)},
	{"--json", NULL, NULL, "print JSON", FLAG(json)},
	{"--html", NULL, "FILE", "write a page in one file, which needs no network", OUTPUT(html)},
	{"--markdown", NULL, NULL, "print Markdown, for a pull request", FLAG(markdown)},
	{"--csv", NULL, NULL, "print CSV (RFC 4180)", FLAG(csv)},
	{"--plain", NULL, NULL, "values only, no column names; live: lines", FLAG(plain)},
	{"--list", NULL, NULL, "list the named queries", FLAG(list)},
	{"--top", NULL, "N", "show at most N sites or rows", NUMBER(top)},
	{"--site", NULL, "N", "only the site with this number; `report` prints all about it",
	 NUMBER(filter.site)},
	{"--from", NULL, "TIME",
	 "only what comes after TIME: 2s from the start, -2s from the end, or a mark",
	 TEXT(filter.from, NULL)},
	{"--to", NULL, "TIME", "only what comes before TIME", TEXT(filter.to, NULL)},
	{"--worker", NULL, "TID|NAME", "only this worker; * in a name matches any text",
	 TEXT(filter.worker, NULL)},
	{"--task", NULL, "NAME",
	 "only polls of this task: its name, or its end after a ::; * is any text",
	 TEXT(filter.task, NULL)},
	{"--cause", NULL, "CAUSE,..", "only these causes: cpu, lock, sleep, file-io, net-io, ...",
	 TEXT(filter.cause, NULL)},
	{"--match", NULL, "REGEX", "only where a function, its file or the task matches",
	 TEXT(filter.match, NULL)},
	{"--min", NULL, "TIME", "only blocking polls that lasted at least TIME, such as 20ms",
	 DURATION(filter.min_ns, is_some_time)},
	{"--dump", NULL, "N", "only the dump of tasks with this number", NUMBER(filter.dump)},
	{"--limit", NULL, "N", "the same as --top: at most N rows", NUMBER(top)},
	{"--set", NULL, "NAME=VALUE", "the value of :NAME in the query; repeatable",
	 LIST(sets, set_count, is_assignment)},
	{"--capture", NULL, "ID", "the capture of a database whose id begins with ID [the newest]",
	 TEXT(capture, is_capture_id)},
	{"--binary", NULL, "PATH",
	 "take symbols from this file, if its build-id or code fits; repeatable",
	 LIST(binaries, binary_count, is_file)},
	{"--debug-dir", NULL, "DIR", "look for binaries and debug files here too; repeatable",
	 LIST(debug_dirs, debug_dir_count, is_directory)},
	{"--user-prefix", NULL, "DIR", "source files below DIR are your own code; repeatable",
	 LIST(user_prefixes, user_prefix_count, NULL)},
	{"--user-crate", NULL, "NAME", "this crate is your own code; repeatable",
	 LIST(user_crates, user_crate_count, NULL)},
	{"--before", NULL, "PATH", "a capture or database for the side before; repeatable",
	 LIST(before, before_count, NULL)},
	{"--after", NULL, "PATH", "a capture or database for the side after; repeatable",
	 LIST(after, after_count, NULL)},
	{"--fail-on", NULL, "RULE", "fail if RULE holds (docs/CHECK.md); repeatable",
	 LIST(rules, rule_count, NULL)},
	{"--baseline", NULL, "PATH", "a capture or database that `+N%` compares with; repeatable",
	 LIST(baselines, baseline_count, NULL)},
	{"--min-busy", NULL, "TIME", "how much polling must have been recorded [100ms]",
	 DURATION(min_busy_ns, NULL)},
	{"--junit", NULL, "FILE", "write the results as JUnit XML too", OUTPUT(junit)},
	{"--github", NULL, NULL, "print annotations for GitHub Actions too; not with --json",
	 FLAG(github)},
	{"--window", NULL, "TIME", "how much of the recording the figures are of [10s]",
	 DURATION(window_ns, is_some_time)},
	{"--alert", NULL, "TIME", "print a line for each block of TIME or longer, such as 50ms",
	 DURATION(alert_ns, is_some_time)},
	{"--save", NULL, "FILE", "write the capture that is read to FILE too", OUTPUT(save)},
	{"--symbols", NULL, NULL, "where symbols were looked for, and how to get what is missing",
	 FLAG(symbols)},
	{"--help", "-h", NULL, "print this", FLAG(help)},
	{NULL, NULL, NULL, NULL, OPTION_FLAG, 0, 0, NULL},
};

#define MIN_BUSY_NS 100000000 /* as the help says */

const struct option *option_named(const char *name, size_t length)
{
	for (const struct option *o = options; o->name; o++) {
		if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
			return o;
	}
	return NULL;
}

const struct option *option_next(const char **at)
{
	const char *name = *at + strspn(*at, " ");
	size_t length = strcspn(name, " ");

	*at = name + length;
	return length ? option_named(name, length) : NULL;
}

static bool is_among(const char *names, const struct option *option)
{
	for (const struct option *o; (o = option_next(&names));) {
		if (o == option)
			return true;
	}
	return false;
}

bool verb_takes(const struct verb *verb, const char *option)
{
	return is_among(verb->options, option_named(option, strlen(option)));
}

/* The option that `text` names, and in *value what follows the = of --name=value. */
static const struct option *option_find(const char *text, const char **value)
{
	size_t length = strcspn(text, "=");

	*value = text[length] ? text + length + 1 : NULL;
	for (const struct option *o = options; o->name; o++) {
		if (o->letter && strcmp(o->letter, text) == 0)
			return o;
	}
	return option_named(text, length);
}

static bool number_read(const char *text, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out <= most;
}

static bool fd_read(const char *text, int *out)
{
	uint64_t number;

	if (!number_read(text, INT_MAX, &number))
		return false;
	*out = (int)number;
	return true;
}

/* Puts a value where its option keeps it. False: it is not usable. */
static bool option_store(const struct option *o, struct arguments *a, const char *value)
{
	void *at = (char *)a + o->at;
	size_t *count = (void *)((char *)a + o->count_at);

	if (o->value && (!*value || (o->usable && !o->usable(value))))
		return false;
	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)at = true;
		return true;
	case OPTION_TEXT:
	case OPTION_OUTPUT:
		*(const char **)at = value;
		return true;
	case OPTION_LIST:
		((const char **)at)[(*count)++] = value;
		return true;
	case OPTION_FDS:
		return fd_read(value, &((int *)at)[(*count)++]);
	case OPTION_NUMBER:
		return number_read(value, INT64_MAX, at) && *(uint64_t *)at > 0;
	case OPTION_DURATION:
		return duration_read(value, at);
	}
	return false;
}

static bool list_is_full(const struct option *o, const struct arguments *a)
{
	return (o->kind == OPTION_LIST || o->kind == OPTION_FDS) &&
	       *(const size_t *)(const void *)((const char *)a + o->count_at) == ARGUMENTS_MAX;
}

static enum exit_status usage_error(const struct verb *verb, const char *what, const char *about)
{
	char advice[128];

	snprintf(advice, sizeof(advice), "see hud-analyze %s --help", verb->name);
	return message(STATUS_INPUT, advice, "%s: %s%s", verb->name, what, about);
}

/* No option has a blank in its name: text with one is SQL that begins with a comment. */
static bool looks_like_option(const char *text)
{
	return text[0] == '-' && text[1] && strcspn(text, " \t\n") >= strcspn(text, "=");
}

/* What a value of each kind looks like; NULL: the help of the option says it. */
static const char *const forms[] = {
	[OPTION_NUMBER] = "a whole number of at least 1",
	[OPTION_DURATION] = "a time with its unit, such as 20ms, 1.5s or 2m",
	[OPTION_FDS] = "the number of an open file descriptor",
};

static enum exit_status refuse_filter(const struct verb *verb, const struct option *o)
{
	struct text advice = {0};
	enum exit_status status;

	text_add_string(&advice, verb->why_whole);
	text_add_string(&advice, "; these verbs take it:");
	for (const struct verb *const *v = verbs; *v; v++) {
		if (!is_among((*v)->options, o))
			continue;
		text_add_string(&advice, " ");
		text_add_string(&advice, (*v)->name);
	}
	status = message(STATUS_INPUT, advice.bytes, "%s takes no %s", verb->name, o->name);
	text_close(&advice);
	return status;
}

static enum exit_status option_read(const struct verb *verb, int count, char *const *text, int *at,
				    struct arguments *out)
{
	const char *name = text[*at], *value;
	const struct option *o = option_find(name, &value);
	bool path;

	if (o && verb->why_whole && is_among(FILTER_OPTIONS " --site", o) &&
	    !is_among(verb->options, o))
		return refuse_filter(verb, o);
	if (!o || !(is_among(verb->options, o) || strcmp(o->name, "--help") == 0))
		return usage_error(verb, "there is no option ", name);
	if (!o->value && value)
		return usage_error(verb, "takes no value: ", o->name);
	if (o->value && !value) {
		if (*at + 1 == count)
			return usage_error(verb, "a value is missing after ", name);
		value = text[++*at];
	}
	if (list_is_full(o, out))
		return usage_error(verb, "given too many times: ", o->name);
	errno = 0;
	if (option_store(o, out, value))
		return STATUS_DONE;
	path = o->usable == is_file || o->usable == is_directory;
	return message(STATUS_INPUT, forms[o->kind] ? forms[o->kind] : o->help,
		       "%s: %s cannot be `%s`%s%s", verb->name, o->name, value,
		       path && errno ? ": " : "", path && errno ? strerror(errno) : "");
}

/* One of the forms in which rows can be printed. */
static enum exit_status prints_check(const struct verb *verb, const struct arguments *a)
{
	const struct {
		bool given;
		const char *name;
	} printed[] = {
		{a->json, "--json"},         {a->csv, "--csv"},     {a->html != NULL, "--html"},
		{a->markdown, "--markdown"}, {a->plain, "--plain"},
	};
	const char *first = NULL;
	char both[64];

	for (size_t i = 0; i < sizeof(printed) / sizeof(*printed); i++) {
		if (printed[i].given && first) {
			snprintf(both, sizeof(both), "%s or %s", first, printed[i].name);
			return usage_error(verb, both, ", not both");
		}
		if (printed[i].given)
			first = printed[i].name;
	}
	return STATUS_DONE;
}

enum exit_status arguments_read(const struct verb *verb, int count, char *const *text,
				struct arguments *out)
{
	bool options_over = false;

	out->min_busy_ns = MIN_BUSY_NS;
	for (int i = 0; i < count; i++) {
		enum exit_status status = STATUS_DONE;

		if (!options_over && strcmp(text[i], "--") == 0)
			options_over = true;
		else if (!options_over && looks_like_option(text[i]))
			status = option_read(verb, count, text, &i, out);
		else if (out->positionals == verb->most)
			status = usage_error(verb, "one argument too many: ", text[i]);
		else
			out->positional[out->positionals++] = text[i];
		if (status != STATUS_DONE)
			return status;
	}
	if (!out->help && out->positionals < verb->least)
		return usage_error(verb, "it needs ", verb->usage);
	return prints_check(verb, out);
}

struct symbolizer_options arguments_symbols(const struct arguments *a)
{
	return (struct symbolizer_options) {
		.sources =
			{
				.binaries = a->binaries,
				.binary_count = a->binary_count,
				.debug_dirs = a->debug_dirs,
				.debug_dir_count = a->debug_dir_count,
				.progress = symbol_progress,
				.trouble = symbol_trouble,
			},
		.user_prefixes = a->user_prefixes,
		.user_prefix_count = a->user_prefix_count,
		.user_crates = a->user_crates,
		.user_crate_count = a->user_crate_count,
	};
}

struct input_request arguments_input(const struct arguments *a, const char *path)
{
	return (struct input_request) {
		.path = path,
		.capture = a->capture,
		.filter = a->filter,
		.symbols = arguments_symbols(a),
	};
}
