/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/options.h"
#include "analyzer/confine/calls.h"
#include "analyzer/confine/files.h"
#include "analyzer/debugfile/server.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/symbols/cache.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What each verb may still do: docs/SECURITY.md. A place that cannot be allowed, because it is not
 * there for instance, is left out: whoever writes there says so, and why.
 */

/*
 * The directory of a file: new files get their names there, and SQLite's journals lie there. A
 * directory, which `plan` makes if it is not there, may be named with a / at its end.
 */
static void allow_beside(const struct file_rules *rules, const char *path)
{
	char name[PATH_MAX];
	size_t length;
	char *slash;

	if (!realpath(path, name))
		snprintf(name, sizeof(name), "%s", path);
	length = strlen(name);
	while (length > 1 && name[length - 1] == '/')
		name[--length] = '\0';
	slash = strrchr(name, '/');
	if (slash)
		slash[1] = '\0';
	file_rules_allow(rules, slash ? name : ".");
}

static void allow_outputs(const struct file_rules *rules, const struct arguments *a)
{
	for (const struct option *o = options; o->name; o++) {
		const char *path = o->kind == OPTION_OUTPUT
					   ? *(const char *const *)((const char *)a + o->at)
					   : NULL;

		if (path && strcmp(path, "-") != 0)
			allow_beside(rules, path);
	}
}

/* SQLite may have to undo what a killed writer left half done in a database that is only read. */
static void allow_databases(const struct file_rules *rules, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (capture_file_is_database(paths[i]))
			allow_beside(rules, paths[i]);
	}
}

/* Temporary databases, and arrays that do not fit into memory. */
static void allow_temporary(const struct file_rules *rules)
{
	const char *const places[] = {getenv("SQLITE_TMPDIR"), getenv("TMPDIR"), "/var/tmp",
				      "/usr/tmp", "/tmp"};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (places[i])
			file_rules_allow(rules, places[i]);
	}
	file_rules_allow(rules, "/dev/null");
	file_rules_allow(rules, "/dev/tty");
}

/* Takes `path`, which is made if it is missing: only what is there can be allowed. */
static void allow_cache(const struct file_rules *rules, char *path)
{
	if (path && rules->fd >= 0) {
		symbol_cache_make(path);
		file_rules_allow(rules, path);
	}
	free(path);
}

static int confine_files(const struct verb *verb, const struct arguments *a, bool network)
{
	struct file_rules rules;
	int err = file_rules_open(&rules);

	if (err)
		return err;
	allow_outputs(&rules, a);
	allow_databases(&rules, a->positional, a->positionals);
	allow_databases(&rules, a->before, a->before_count);
	allow_databases(&rules, a->after, a->after_count);
	allow_databases(&rules, a->baselines, a->baseline_count);
	allow_temporary(&rules);
	if (verb->writes_here)
		file_rules_allow(&rules, ".");
	if (verb_takes(verb, "--debug-dir"))
		allow_cache(&rules, symbol_cache_directory());
	if (network)
		allow_cache(&rules, debug_server_cache());
	err = file_rules_enter(&rules);
	file_rules_close(&rules);
	return err;
}

static void root_tell(void)
{
	if (geteuid() == 0 && isatty(STDERR_FILENO))
		message(STATUS_DONE, "it needs no privileges to read what the user can read",
			"this runs as root");
}

enum exit_status confine(const struct verb *verb, const struct arguments *a, enum confine_but but)
{
	const struct call_needs needs = {
		.network = verb_takes(verb, "--debug-dir") && debug_server_wanted(),
		.mark = but == CONFINE_BUT_MARK,
	};
	int err = 0;

	root_tell();
	if (but != CONFINE_BUT_PROCESSES)
		err = confine_files(verb, a, needs.network);
	if (!err)
		err = calls_confine(&needs);
	if (!err)
		return STATUS_DONE;
	return message(STATUS_SYSTEM, NULL, "cannot confine itself before it reads: %s",
		       strerror(-err));
}
