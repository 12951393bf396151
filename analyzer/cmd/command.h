/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_CMD_COMMAND_H
#define HUD_ANALYZER_CMD_COMMAND_H

#include "analyzer/base/message.h"
#include "analyzer/open/input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The command line: one file a verb (verbs.h lists them), and a table of options (options.c).
 * --help is made from them.
 */

#define ARGUMENTS_MAX 256 /* of each kind */

struct arguments {
	const char *positional[ARGUMENTS_MAX];
	size_t positionals;
	const char *binaries[ARGUMENTS_MAX];
	size_t binary_count;
	const char *debug_dirs[ARGUMENTS_MAX];
	size_t debug_dir_count;
	const char *user_prefixes[ARGUMENTS_MAX];
	size_t user_prefix_count;
	const char *user_crates[ARGUMENTS_MAX];
	size_t user_crate_count;
	const char *sets[ARGUMENTS_MAX]; /* --set NAME=VALUE */
	size_t set_count;
	int fds[ARGUMENTS_MAX]; /* --fd: open descriptors */
	size_t fd_count;
	const char *before[ARGUMENTS_MAX];
	size_t before_count;
	const char *after[ARGUMENTS_MAX];
	size_t after_count;
	const char *baselines[ARGUMENTS_MAX];
	size_t baseline_count;
	const char *rules[ARGUMENTS_MAX]; /* --fail-on */
	size_t rule_count;
	int64_t min_busy_ns; /* --min-busy, or its default */
	const char *junit;   /* --junit: a file to write */
	bool github;
	int64_t window_ns; /* --window; 0: not given */
	int64_t alert_ns;  /* --alert; 0: none */
	const char *save;  /* --save: a file to write */
	bool markdown;
	const char *output;
	const char *html;    /* --html: a file to write */
	const char *format;  /* --format */
	const char *of;      /* --of */
	const char *capture; /* --capture: the beginning of an id */
	uint64_t top;        /* 0: not given */
	struct filter filter;
	bool symbols;
	bool json;
	bool csv;
	bool plain;
	bool list;
	bool help;
};

struct verb {
	const char *name;
	const char *usage;   /* what follows the name */
	const char *summary; /* one line */
	const char *details; /* more lines for its own --help, or NULL */
	const char *options; /* names of the options it takes, separated by spaces */
	const char *
		why_whole; /* why it takes no filters, for whoever gives one; NULL: it takes them */
	size_t least, most; /* positional arguments */
	bool writes_here;   /* it may make files that no option names in the current directory */
	bool confines;      /* it calls confine() itself, when it has started what it needs */
	enum exit_status (*run)(const struct arguments *arguments);
};

/*
 * The filters, for struct verb.options. --site is not among them: the number of a site is of one
 * database, so diff and check cannot take it.
 */
#define FILTER_OPTIONS "--from --to --worker --task --cause --match --min"
#define SYMBOL_OPTIONS "--binary --debug-dir"
#define USER_OPTIONS "--user-prefix --user-crate"

/* Reads the arguments after the verb. STATUS_DONE, or what message() returned. */
enum exit_status arguments_read(const struct verb *verb, int count, char *const *text,
				struct arguments *out);

/* Where to look for symbols. It points into `arguments`. */
struct symbolizer_options arguments_symbols(const struct arguments *arguments);
/* The capture or database at `path`, with the chosen filters. It points into `arguments`. */
struct input_request arguments_input(const struct arguments *arguments, const char *path);

/* What a verb needs that others do not. */
enum confine_but {
	CONFINE_ALL,
	CONFINE_BUT_MARK,      /* it may run `hud-record mark`: so any program */
	CONFINE_BUT_PROCESSES, /* it reads what a process has mapped, which Landlock forbids */
};

/*
 * Before anything hostile is read, takes from this process what the verb does not need with these
 * arguments: docs/SECURITY.md.
 */
enum exit_status confine(const struct verb *verb, const struct arguments *arguments,
			 enum confine_but but);

void help_print(void);
void help_print_verb(const struct verb *verb);

enum exit_status info_symbols(const struct arguments *arguments); /* info --symbols */

#endif
