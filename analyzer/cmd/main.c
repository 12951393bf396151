/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/store/database.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Output that could not be written, to a full disk for instance, is an error. */
static enum exit_status flushed(enum exit_status status)
{
	if ((fflush(stdout) || ferror(stdout)) && status == STATUS_DONE)
		return message(STATUS_SYSTEM, NULL, "cannot write to standard output");
	return status;
}

/* Binaries are mapped into memory: reading one that is truncated meanwhile raises SIGBUS. */
static void file_was_cut(int signal)
{
	static const char said[] = "hud-analyze: a file was cut short while it was read\n"
				   "  a build may be under way: run it again\n";

	(void)signal;
	if (write(STDERR_FILENO, said, sizeof(said) - 1) < 0)
		_exit(STATUS_SYSTEM);
	_exit(STATUS_SYSTEM);
}

/* Large tables come and go: fresh pages from the kernel cost more than filling the tables does. */
static void allocator_keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	mallopt(M_TOP_PAD, 1 << 20);
}

int main(int count, char **text)
{
	struct arguments *arguments;
	const struct verb *verb;
	enum exit_status status;

	signal(SIGBUS, file_was_cut);
	allocator_keep_memory();
	database_library_configure();
	if (count < 2 || strcmp(text[1], "--help") == 0 || strcmp(text[1], "-h") == 0) {
		help_print();
		return (int)flushed(count < 2 ? STATUS_INPUT : STATUS_DONE);
	}
	if (strcmp(text[1], "--version") == 0 || strcmp(text[1], "-V") == 0) {
		puts("hud-analyze " HUD_VERSION);
		return (int)flushed(STATUS_DONE);
	}
	verb = verb_named(text[1]);
	if (!verb)
		return (int)message(STATUS_INPUT, "hud-analyze --help lists the verbs",
				    "there is no verb `%s`", text[1]);
	arguments = calloc(1, sizeof(*arguments));
	if (!arguments)
		return (int)message(STATUS_SYSTEM, NULL, "out of memory");
	status = arguments_read(verb, count - 2, text + 2, arguments);
	if (arguments->help)
		help_print_verb(verb);
	else if (status == STATUS_DONE && !verb->confines)
		status = confine(verb, arguments, CONFINE_ALL);
	if (!arguments->help && status == STATUS_DONE)
		status = verb->run(arguments);
	free(arguments);
	return (int)flushed(status);
}
