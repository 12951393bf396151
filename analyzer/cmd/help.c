/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/options.h"
#include "analyzer/cmd/verbs.h"

#include <stdio.h>

/*
 * --help, of hud-analyze and of each verb, from the list of verbs and the table of options.
 */

/* The columns before the explanation of a verb or an option. */
#define VERB_WIDTH 26
#define OPTION_WIDTH 22

/* `left`, and beside it `right`, or below where `left` is too wide. */
static void print_row(const char *left, int width, const char *right)
{
	int length = printf("  %s", left);

	if (length > width + 2)
		length = printf("\n") - 1;
	printf("%*s %s\n", width + 2 - length, "", right);
}

static void option_print(const struct option *o)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%s%s%s%s", o->letter ? o->letter : "",
		 o->letter ? ", " : "    ", o->name, o->value ? " " : "", o->value ? o->value : "");
	print_row(left, OPTION_WIDTH, o->help);
}

void help_print_verb(const struct verb *verb)
{
	const char *names = verb->options;

	printf("Usage: hud-analyze %s [OPTIONS] %s\n\n%c%s.\n%s%s\nOptions:\n", verb->name,
	       verb->usage, verb->summary[0] - 'a' + 'A', verb->summary + 1,
	       verb->details ? "\n" : "", verb->details ? verb->details : "");
	for (const struct option *o; (o = option_next(&names));)
		option_print(o);
	option_print(option_named("--help", sizeof("--help") - 1));
}

void help_print(void)
{
	puts("Usage: hud-analyze VERB [OPTIONS] ARGUMENTS\n\n"
	     "Reads what hud-record wrote and says which code blocks a Tokio runtime.\n\nVerbs:");
	for (const struct verb *const *v = verbs; *v; v++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", (*v)->name, (*v)->usage);
		print_row(left, VERB_WIDTH, (*v)->summary);
	}
	puts("\n"
	     "CAPTURE is a .hud file, or - for standard input; DB is a database made by `load`.\n\n"
	     "Options, where a verb takes them (hud-analyze VERB --help):");
	for (const struct option *o = options; o->name; o++)
		option_print(o);
	print_row("-V, --version", OPTION_WIDTH, "print the version");
	puts("\nExit status:\n"
	     "  0  done; what is partial or not known is said in the output\n"
	     "  1  check, live --fail-on: a rule was broken\n"
	     "  2  check, live --fail-on: too little is known to tell\n"
	     "  3  bad arguments, or an input that cannot be used (not a capture, wrong binary)\n"
	     "  4  out of memory, a disk error, or an error of hud-analyze's own\n"
	     "  130, 143  ended by Ctrl-C or SIGTERM: no file was made or changed");
}
