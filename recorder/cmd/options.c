/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/options.h"
#include "format/base/clock.h"
#include "format/base/duration.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THRESHOLD_MIN_NS 10000
#define TASKS_EVERY_MIN_NS (10 * NS_PER_MS)
#define TIME_MAX_NS INT64_C(1000000000000000000) /* 30 years: added to a clock it fits */

/* A TIME of an option; `bare_is_s`: a number without a unit is seconds. False: it is none. */
static bool time_read(const char *text, bool bare_is_s, uint64_t *out)
{
	char with_unit[64];
	int64_t ns;

	if (bare_is_s && *text && !text[strspn(text, "0123456789.")]) {
		snprintf(with_unit, sizeof(with_unit), "%.60ss", text);
		text = with_unit;
	}
	if (!duration_read(text, &ns) || ns >= TIME_MAX_NS)
		return false;
	*out = (uint64_t)ns;
	return true;
}

/* Prints what is wrong with the usage; false, for the caller to return. */
static bool __attribute__((format(printf, 1, 2))) usage_error(const char *format, ...)
{
	va_list arguments;

	fputs("hud-record: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\n  hud-record --help shows the usage\n", stderr);
	return false;
}

static bool target_add(struct options *o, enum target_kind kind, const char *text)
{
	if (o->targets == TARGETS_MAX)
		return usage_error("at most %d targets; one too many is %s", TARGETS_MAX, text);
	o->target[o->targets++] = (struct target_request) {kind, text};
	return true;
}

static bool pid_take(struct options *o, const char *value)
{
	if (!*value || value[strspn(value, "0123456789")])
		return usage_error("a pid is a number, not %s", value);
	return target_add(o, TARGET_PID, value);
}

static bool name_take(struct options *o, const char *value)
{
	return target_add(o, TARGET_NAME, value);
}

static bool output_take(struct options *o, const char *value)
{
	if (!*value)
		return usage_error("the name of the capture, after -o, is empty");
	o->output = value;
	return true;
}

static bool duration_take(struct options *o, const char *value)
{
	if (!time_read(value, true, &o->duration_ns) || !o->duration_ns)
		return usage_error("the duration must be a time such as 10s, not %s", value);
	return true;
}

static bool threshold_take(struct options *o, const char *value)
{
	if (!time_read(value, false, &o->threshold_ns) || o->threshold_ns < THRESHOLD_MIN_NS)
		return usage_error("the threshold must be 10us or more with a unit, as 5ms; not %s",
				   value);
	return true;
}

static bool frequency_take(struct options *o, const char *value)
{
	char *end;
	unsigned long hz = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || hz < 1 || hz > 999)
		return usage_error("the frequency must be a number from 1 to 999, not %s", value);
	o->profile_hz = (uint32_t)hz;
	return true;
}

static bool workers_take(struct options *o, const char *value)
{
	o->workers = value;
	return true;
}

static bool save_binaries_take(struct options *o, const char *value)
{
	if (!*value)
		return usage_error("the directory, after --save-binaries, is empty");
	o->save_binaries = value;
	return true;
}

static bool plan_take(struct options *o, const char *value)
{
	if (o->plans == PLANS_MAX)
		return usage_error("at most %d plans; one too many is %s", PLANS_MAX, value);
	o->plan[o->plans++] = value;
	return true;
}

static bool unwind_take(struct options *o, const char *value)
{
	o->frame_pointers_only = !strcmp(value, "fp");
	o->plans_required = !strcmp(value, "dwarf");
	if (o->frame_pointers_only || o->plans_required || !strcmp(value, "auto"))
		return true;
	return usage_error("--unwind takes auto, dwarf or fp, not %s", value);
}

static bool tasks_take(struct options *o, const char *value)
{
	o->tasks = true;
	if (!value ||
	    (time_read(value, true, &o->tasks_every_ns) && o->tasks_every_ns >= TASKS_EVERY_MIN_NS))
		return true;
	return usage_error("--tasks takes a time of 10ms or more, as --tasks=1s; not %s", value);
}

static bool max_overhead_take(struct options *o, const char *value)
{
	char *end;

	o->max_overhead_percent = strtod(value, &end);
	if (*value < '0' || *value > '9' || *end ||
	    !(o->max_overhead_percent > 0 && o->max_overhead_percent <= 100))
		return usage_error("--max-overhead takes a percentage above 0, up to 100, not %s",
				   value);
	return true;
}

/* The one place that knows the options: getopt's table and --help are made from it. */
static const struct option_row {
	char letter;
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	bool (*take)(struct options *, const char *value); /* false: wrong, which was printed */
	size_t flag_at; /* in struct options, of an option without `take`: is set */
} option_table[] = {
	{'p', "pid", "PID", "record the process PID (repeatable)", .take = pid_take},
	{'n', "name", "NAME", "record the process whose executable or comm is NAME (repeatable)",
	 .take = name_take},
	{'o', "output", "FILE",
	 "write the capture to FILE, - for stdout (default: hud-TARGET-TIME.hud)",
	 .take = output_take},
	{'d', "duration", "TIME",
	 "stop after TIME; a bare number is seconds (default: Ctrl-C or target's exit)",
	 .take = duration_take},
	{'t', "threshold", "TIME",
	 "record waits and polls of TIME or longer one by one (default: 5ms)",
	 .take = threshold_take},
	{'F', "freq", "HZ", "CPU profile: samples per second and CPU, 1 to 999 (default: 99)",
	 .take = frequency_take},
	{'w', "workers", "PREFIX", "threads whose names begin with PREFIX are workers",
	 .take = workers_take},
	{'S', "save-binaries", "DIR",
	 "copy mapped binaries to DIR, for hud-analyze --debug-dir DIR",
	 .take = save_binaries_take},
	{'C', "no-copies", NULL,
	 "do not keep deleted and containers' files, or names of JIT code, in FILE.binaries",
	 .flag_at = offsetof(struct options, no_copies)},
	{'P', "plan", "FILE", "use a plan that hud-analyze plan made of a mapped file (repeatable)",
	 .take = plan_take},
	{'u', "unwind", "HOW",
	 "auto, dwarf (fail without a plan) or fp (frame pointers only); default: auto",
	 .take = unwind_take},
	{'l', "polls", NULL,
	 "time and count every poll, and follow every task, by uprobes in the runtime",
	 .flag_at = offsetof(struct options, polls)},
	{'m', "max-overhead", "PCT",
	 "budget of --polls in % of the targets' CPU time; beyond it, probe less (default: 2)",
	 .take = max_overhead_take},
	{'T', "tasks", "=EVERY",
	 "also dump all tasks: at the start, at each mark and at the end, and EVERY TIME",
	 .take = tasks_take},
	{'f', "force", NULL,
	 "with --polls: probe also where it costs some 10 us a poll, as in debug builds",
	 .flag_at = offsetof(struct options, force)},
	{'s', "stacks-only", NULL,
	 "distinguish polls and parks by stack traces only, not by the runtime's state",
	 .flag_at = offsetof(struct options, stacks_only)},
	{'q', "quiet", NULL, "print errors only", .flag_at = offsetof(struct options, quiet)},
	{'v', "verbose", NULL, "print what is attached and what the kernel lacks",
	 .flag_at = offsetof(struct options, verbose)},
	{'h', "help", NULL, "print this", .take = NULL},
	{'V', "version", NULL, "print the version", .take = NULL},
};
#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))

static void help_print(FILE *to)
{
	fputs("Usage: hud-record [OPTIONS] TARGET...\n"
	      "       hud-record [OPTIONS] -- CMD [ARG...]\n"
	      "       hud-record mark [-r RECORDING] TEXT\n"
	      "       hud-record tasks PID|NAME [-o FILE]\n"
	      "\n"
	      "Records what blocks the workers of running Tokio programs. TARGET is a pid, or the\n"
	      "name of an executable or process; part of a name will do if only one process has "
	      "it.\n"
	      "\n",
	      to);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *o = &option_table[i];
		char left[40];

		snprintf(left, sizeof(left), "-%c, --%s%s%s%s", o->letter, o->name,
			 !o->argument          ? ""
			 : *o->argument == '=' ? "["
					       : " ",
			 o->argument ? o->argument : "",
			 o->argument && *o->argument == '=' ? "]" : "");
		fprintf(to, "  %-26s %s\n", left, o->help);
	}
	fputs("\n"
	      "TIME is numbers with units (ns, us, ms, s, m or min, h), such as 250ms or 2m30s.\n"
	      "\n"
	      "Exit codes:\n"
	      "  0  recorded\n"
	      "  1  the kernel refused an operation\n"
	      "  2  wrong usage\n"
	      "  3  no such target, several match, or it has exited\n"
	      "  4  the kernel lacks a feature, privileges are missing, or (tasks) the\n"
	      "     process has no runtime whose tasks can be read\n"
	      "  5  the capture, or a binary to save, could not be written completely\n"
	      "\n"
	      "Examples:\n"
	      "  sudo hud-record -d 10 my-app -o - | hud-analyze report -\n"
	      "  sudo hud-record -p 4711 -t 1ms\n"
	      "  sudo hud-record -- ./my-app --port 8080\n"
	      "  hud-record mark 'deploy v2'\n",
	      to);
}

static bool option_apply(struct options *o, int letter, const char *value)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_table[i];

		if (row->letter != letter)
			continue;
		if (row->take)
			return row->take(o, value);
		*(bool *)((char *)o + row->flag_at) = true;
		return true;
	}
	fputs("  hud-record --help shows the usage\n", stderr);
	return false; /* getopt has printed what is wrong */
}

/* Written after the option's name, with a `=`. */
static bool argument_optional(const struct option_row *o)
{
	return o->argument && o->argument[0] == '=';
}

static void getopt_tables(char *letters, struct option *longs)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *o = &option_table[i];

		*letters++ = o->letter;
		if (o->argument)
			*letters++ = ':';
		if (argument_optional(o))
			*letters++ = ':';
		longs[i] = (struct option) {o->name,
					    argument_optional(o) ? optional_argument
					    : o->argument        ? required_argument
								 : no_argument,
					    NULL, o->letter};
	}
	*letters = 0;
	longs[OPTION_COUNT] = (struct option) {0};
}

/* What follows "--" is the command; getopt gets only what is before it. */
static int command_split(int argc, char **argv, char ***command)
{
	*command = NULL;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		*command = &argv[i + 1];
		return i;
	}
	return argc;
}

static bool options_complete(const struct options *o)
{
	if (o->command && !o->command[0])
		return usage_error("no command after --");
	if (o->command && o->targets)
		return usage_error("give targets or a command, not both: %s and %s",
				   o->target[0].text, o->command[0]);
	if (!o->command && !o->targets)
		return usage_error("nothing to record: give a pid, a name, or -- CMD");
	if (o->polls && (o->stacks_only || o->frame_pointers_only))
		return usage_error(
			"--polls reads the runtime's state and cannot be combined with %s",
			o->stacks_only ? "--stacks-only" : "--unwind fp");
	return true;
}

enum options_outcome options_parse(int argc, char **argv, struct options *out)
{
	struct option longs[OPTION_COUNT + 1];
	char letters[3 * OPTION_COUNT + 1];
	int letter;

	*out = (struct options) {
		.threshold_ns = 5000000, .profile_hz = 99, .max_overhead_percent = 2};
	getopt_tables(letters, longs);
	argc = command_split(argc, argv, &out->command);
	while ((letter = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (letter == 'h') {
			help_print(stdout);
			return OPTIONS_DONE;
		}
		if (letter == 'V') {
			puts("hud-record " HUD_VERSION);
			return OPTIONS_DONE;
		}
		if (!option_apply(out, letter, optarg))
			return OPTIONS_WRONG;
	}
	for (int i = optind; i < argc; i++)
		if (!target_add(out, TARGET_ANY, argv[i]))
			return OPTIONS_WRONG;
	return options_complete(out) ? OPTIONS_RUN : OPTIONS_WRONG;
}
