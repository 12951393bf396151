/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"
#include "analyzer/base/duration.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Options as a table, the reading of the command line, and the help that is made from both tables.
 */

struct option_rule {
	const char *name;
	const char *letter; /* "-o", or NULL */
	const char *value;  /* what the help calls it; NULL: takes none */
	const char *help;
	bool (*take)(struct arguments *arguments,
		     const char *value); /* false: the value is no good */
};

static bool take_output(struct arguments *a, const char *value)
{
	a->output = value;
	return *value != '\0';
}

static bool take_capture(struct arguments *a, const char *value)
{
	a->capture = value;
	return *value && value[strspn(value, "0123456789abcdef")] == '\0';
}

static bool take_top(struct arguments *a, const char *value)
{
	char *end;

	errno = 0;
	a->top = strtoull(value, &end, 10);
	return *value >= '0' && *value <= '9' && !*end && !errno && a->top > 0 &&
	       a->top <= INT64_MAX;
}

static bool take_site(struct arguments *a, const char *value)
{
	char *end;

	errno = 0;
	a->filter.site = strtoull(value, &end, 10);
	return *value >= '0' && *value <= '9' && !*end && !errno && a->filter.site > 0 &&
	       a->filter.site <= INT64_MAX;
}

static bool take_from(struct arguments *a, const char *value)
{
	a->filter.from = value;
	return *value != '\0';
}

static bool take_to(struct arguments *a, const char *value)
{
	a->filter.to = value;
	return *value != '\0';
}

static bool take_worker(struct arguments *a, const char *value)
{
	a->filter.worker = value;
	return *value != '\0';
}

static bool take_task(struct arguments *a, const char *value)
{
	a->filter.task = value;
	return *value != '\0';
}

static bool take_cause(struct arguments *a, const char *value)
{
	a->filter.cause = value;
	return *value != '\0';
}

static bool take_match(struct arguments *a, const char *value)
{
	a->filter.match = value;
	return *value != '\0';
}

static bool take_min(struct arguments *a, const char *value)
{
	return duration_read(value, &a->filter.min_ns) && a->filter.min_ns > 0;
}

static bool take_binary(struct arguments *a, const char *value)
{
	if (a->binary_count == ARGUMENTS_MAX)
		return false;
	a->binaries[a->binary_count++] = value;
	return *value != '\0';
}

static bool take_debug_dir(struct arguments *a, const char *value)
{
	if (a->debug_dir_count == ARGUMENTS_MAX)
		return false;
	a->debug_dirs[a->debug_dir_count++] = value;
	return *value != '\0';
}

static bool take_user_prefix(struct arguments *a, const char *value)
{
	if (a->user_prefix_count == ARGUMENTS_MAX)
		return false;
	a->user_prefixes[a->user_prefix_count++] = value;
	return *value != '\0';
}

static bool take_user_crate(struct arguments *a, const char *value)
{
	if (a->user_crate_count == ARGUMENTS_MAX)
		return false;
	a->user_crates[a->user_crate_count++] = value;
	return *value != '\0';
}

static bool take_set(struct arguments *a, const char *value)
{
	if (a->set_count == ARGUMENTS_MAX)
		return false;
	a->sets[a->set_count++] = value;
	return *value != '=' && strchr(value, '=');
}

static bool take_fd(struct arguments *a, const char *value)
{
	char *end;
	long fd = strtol(value, &end, 10);

	if (a->fd_count == ARGUMENTS_MAX || *value < '0' || *value > '9' || *end || fd > INT_MAX)
		return false;
	a->fds[a->fd_count++] = (int)fd;
	return true;
}

/* One more of what may be given several times. */
static bool take_more(const char **list, size_t *count, const char *value)
{
	if (*count == ARGUMENTS_MAX)
		return false;
	list[(*count)++] = value;
	return *value != '\0';
}

static bool take_before(struct arguments *a, const char *value)
{
	return take_more(a->before, &a->before_count, value);
}

static bool take_after(struct arguments *a, const char *value)
{
	return take_more(a->after, &a->after_count, value);
}

static bool take_baseline(struct arguments *a, const char *value)
{
	return take_more(a->baselines, &a->baseline_count, value);
}

static bool take_rule(struct arguments *a, const char *value)
{
	return take_more(a->rules, &a->rule_count, value);
}

static bool take_min_busy(struct arguments *a, const char *value)
{
	a->min_busy_given = true;
	return duration_read(value, &a->min_busy_ns);
}

static bool take_junit(struct arguments *a, const char *value)
{
	a->junit = value;
	return *value != '\0';
}

static bool take_github(struct arguments *a, const char *value)
{
	(void)value;
	a->github = true;
	return true;
}

static bool take_markdown(struct arguments *a, const char *value)
{
	(void)value;
	a->markdown = true;
	return true;
}

static bool take_json(struct arguments *a, const char *value)
{
	(void)value;
	a->json = true;
	return true;
}

static bool take_csv(struct arguments *a, const char *value)
{
	(void)value;
	a->csv = true;
	return true;
}

static bool take_plain(struct arguments *a, const char *value)
{
	(void)value;
	a->plain = true;
	return true;
}

static bool take_list(struct arguments *a, const char *value)
{
	(void)value;
	a->list = true;
	return true;
}

static bool take_symbols(struct arguments *a, const char *value)
{
	(void)value;
	a->symbols = true;
	return true;
}

static bool take_help(struct arguments *a, const char *value)
{
	(void)value;
	a->help = true;
	return true;
}

static const struct option_rule options[] = {
	{"--output", "-o", "PATH", "what to make, or, if it is a database, to add to", take_output},
	{"--fd", NULL, "N", "read from this open descriptor; a second one: the debug file",
	 take_fd},
	{"--json", NULL, NULL, "print JSON", take_json},
	{"--markdown", NULL, NULL, "print Markdown, for a pull request", take_markdown},
	{"--csv", NULL, NULL, "print CSV (RFC 4180)", take_csv},
	{"--plain", NULL, NULL, "print values only: no names of columns, no padding", take_plain},
	{"--list", NULL, NULL, "list the queries that have a name", take_list},
	{"--top", NULL, "N", "no more than N sites or rows", take_top},
	{"--site", NULL, "N", "only this site, by its number; report: all there is to say of it",
	 take_site},
	{"--from", NULL, "TIME",
	 "only from then on: 2s after the start, -2s before the end, or the text of a mark",
	 take_from},
	{"--to", NULL, "TIME", "only up to then", take_to},
	{"--worker", NULL, "TID|NAME", "only this worker; * in the name is any text", take_worker},
	{"--task", NULL, "NAME", "only polls of this task; * in the name is any text", take_task},
	{"--cause", NULL, "CAUSE,..", "only these causes: cpu, lock, sleep, file-io, net-io, ...",
	 take_cause},
	{"--match", NULL, "REGEX", "only where a function, its file or the task matches",
	 take_match},
	{"--min", NULL, "TIME", "only blocks that lasted so long: 20ms", take_min},
	{"--limit", NULL, "N", "the same as --top", take_top},
	{"--set", NULL, "NAME=VALUE", "what :NAME stands for in the query; repeatable", take_set},
	{"--capture", NULL, "ID",
	 "which capture of a database, by the beginning of its id [the newest]", take_capture},
	{"--binary", NULL, "PATH",
	 "take symbols from this file, if its build-id or code fits; repeatable", take_binary},
	{"--debug-dir", NULL, "DIR", "look for binaries and debug files here too; repeatable",
	 take_debug_dir},
	{"--user-prefix", NULL, "DIR", "code declared below DIR is the user's; repeatable",
	 take_user_prefix},
	{"--user-crate", NULL, "NAME", "code of this crate is the user's; repeatable",
	 take_user_crate},
	{"--before", NULL, "PATH", "a capture or database of the side before; repeatable",
	 take_before},
	{"--after", NULL, "PATH", "a capture or database of the side after; repeatable",
	 take_after},
	{"--fail-on", NULL, "RULE", "what must not be, as docs/CHECK.md has it; repeatable",
	 take_rule},
	{"--baseline", NULL, "PATH", "a capture or database to measure `+N%` from; repeatable",
	 take_baseline},
	{"--min-busy", NULL, "TIME", "how much polling must have been watched [100ms]",
	 take_min_busy},
	{"--junit", NULL, "FILE", "write the results there too, as JUnit XML", take_junit},
	{"--github", NULL, NULL, "print annotations for GitHub Actions too", take_github},
	{"--symbols", NULL, NULL,
	 "where symbols were looked for, and what to do about what is missing", take_symbols},
	{"--help", "-h", NULL, "print this", take_help},
};
#define OPTIONS (sizeof(options) / sizeof(*options))

/* Is this name among those, separated by spaces? */
static bool is_among(const char *names, const char *name, size_t length)
{
	for (const char *s = names; *s; s += strcspn(s, " "), s += *s == ' ') {
		if (strcspn(s, " ") == length && strncmp(s, name, length) == 0)
			return true;
	}
	return false;
}

static bool verb_takes(const struct verb *verb, const struct option_rule *option)
{
	return is_among(verb->options, option->name, strlen(option->name)) ||
	       option->take == take_help;
}

static bool is_filter(const char *text)
{
	return is_among(FILTER_OPTIONS " --site", text, strcspn(text, "="));
}

/* The option that `text` names; its value, when it is given as --name=value, goes to *value. */
static const struct option_rule *option_find(const struct verb *verb, const char *text,
					     const char **value)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);

	*value = equals ? equals + 1 : NULL;
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_rule *o = &options[i];

		if (!verb_takes(verb, o))
			continue;
		if ((o->letter && strcmp(o->letter, text) == 0) ||
		    (strlen(o->name) == length && strncmp(o->name, text, length) == 0))
			return o;
	}
	return NULL;
}

static enum exit_status usage_error(const struct verb *verb, const char *what, const char *about)
{
	char advice[128];

	snprintf(advice, sizeof(advice), "hud-analyze %s --help lists what it takes", verb->name);
	return message(STATUS_INPUT, advice, "%s: %s%s", verb->name, what, about);
}

/* The name of an option has no blank in it: what has one is SQL that begins with a comment. */
static bool looks_like_option(const char *text)
{
	return text[0] == '-' && text[1] && strcspn(text, " \t\n") >= strcspn(text, "=");
}

static enum exit_status option_read(const struct verb *verb, int count, char *const *text, int *at,
				    struct arguments *out)
{
	const char *value;
	const struct option_rule *o = option_find(verb, text[*at], &value);

	if (!o && verb->whole && is_filter(text[*at]))
		return message(STATUS_INPUT, verb->whole, "%s takes no %.*s", verb->name,
			       (int)strcspn(text[*at], "="), text[*at]);
	if (!o)
		return usage_error(verb, "there is no option ", text[*at]);
	if (!o->value && value)
		return usage_error(verb, "takes no value: ", o->name);
	if (o->value && !value) {
		if (*at + 1 == count)
			return usage_error(verb, "a value is missing after ", text[*at]);
		value = text[++*at];
	}
	if (!o->take(out, value))
		return usage_error(verb, "not a usable value: ", value);
	return STATUS_DONE;
}

enum exit_status arguments_read(const struct verb *verb, int count, char *const *text,
				struct arguments *out)
{
	bool options_over = false;

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
	if (out->plain && (out->json || out->csv))
		return usage_error(verb, "--plain, --json or --csv, not two of them", "");
	if (out->json && out->csv)
		return usage_error(verb, "--json or --csv, not both", "");
	if (out->json && out->markdown)
		return usage_error(verb, "--json or --markdown, not both", "");
	return STATUS_DONE;
}

struct symbolizer_options arguments_symbols(const struct arguments *a)
{
	return (struct symbolizer_options) {
		.binaries = a->binaries,
		.binary_count = a->binary_count,
		.debug_dirs = a->debug_dirs,
		.debug_dir_count = a->debug_dir_count,
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

static void option_print(const struct option_rule *o)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%s%s%s%s", o->letter ? o->letter : "",
		 o->letter ? ", " : "    ", o->name, o->value ? " " : "", o->value ? o->value : "");
	printf("  %-22s %s\n", left, o->help);
}

void help_print_verb(const struct verb *verb)
{
	printf("Usage: hud-analyze %s [OPTIONS] %s\n\n%c%s.\n%s%s\nOptions:\n", verb->name,
	       verb->usage, verb->summary[0] - 'a' + 'A', verb->summary + 1,
	       verb->details ? "\n" : "", verb->details ? verb->details : "");
	for (size_t i = 0; i < OPTIONS; i++) {
		if (verb_takes(verb, &options[i]))
			option_print(&options[i]);
	}
}

void help_print(void)
{
	puts("Usage: hud-analyze VERB [OPTIONS] ARGUMENTS\n\n"
	     "Reads what hud-record wrote and says which code blocks a Tokio runtime.\n\nVerbs:");
	for (const struct verb *v = verbs; v->name; v++)
		printf("  %-8s %-22s %s\n", v->name, v->usage, v->summary);
	puts("\nCAPTURE is a .hud file, or - for standard input; DB is a database that `load` made.\n\n"
	     "Options, where a verb takes them (hud-analyze VERB --help):");
	for (size_t i = 0; i < OPTIONS; i++)
		option_print(&options[i]);
	puts("  -V, --version          print the version\n\n"
	     "Exit status:\n"
	     "  0  done; what is partial or not known is said in the output\n"
	     "  1  check: a rule was broken\n"
	     "  2  check: too little is known to tell\n"
	     "  3  bad arguments, or what was given cannot be used (not a capture, wrong binary)\n"
	     "  4  out of memory, a disk error, or an error of hud-analyze's own\n"
	     "  130  interrupted (load, query): nothing was changed");
}
