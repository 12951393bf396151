/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/interrupt.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/derive/schema.h"
#include "format/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * load: puts captures into a database file, all of them or none.
 */

static enum exit_status load_all(sqlite3 *db, const struct arguments *arguments,
				 const struct resolver *resolver)
{
	enum exit_status status = STATUS_DONE;

	for (size_t i = 0; status == STATUS_DONE && i < arguments->positionals; i++)
		status = input_load(db, arguments->positional[i], resolver);
	if (status == STATUS_DONE)
		status = input_check_binaries(db, resolver);
	return status;
}

/* One transaction around all captures. */
static enum exit_status load_into(sqlite3 *db, const struct arguments *arguments)
{
	const struct symbolizer_options symbols = arguments_symbols(arguments);
	struct resolver *resolver;
	enum exit_status status = input_resolver(&symbols, &resolver);

	if (status != STATUS_DONE)
		return status;
	database_stop_on_interrupt(db);
	if (database_run(db, "BEGIN IMMEDIATE")) {
		status = message(STATUS_SYSTEM, NULL, "cannot write to %s: %s", arguments->output,
				 sqlite3_errmsg(db));
	} else {
		status = load_all(db, arguments, resolver);
		if (status == STATUS_DONE && database_run(db, "COMMIT"))
			status = message(STATUS_SYSTEM, NULL, "cannot write to %s: %s",
					 arguments->output, sqlite3_errmsg(db));
		if (!sqlite3_get_autocommit(db))
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	resolver_close(resolver);
	return status;
}

static enum exit_status load_existing(const struct arguments *arguments)
{
	const char *path = arguments->output;
	enum exit_status status;
	sqlite3 *db;
	int err = schema_open(path, DATABASE_APPEND, &db);

	if (err)
		return input_database_message(
			err, path, "load the captures into a new one",
			"hud-analyze does not overwrite what it did not make");
	status = load_into(db, arguments);
	sqlite3_close(db);
	return status;
}

static enum exit_status load_new(const struct arguments *arguments)
{
	const char *path = arguments->output;
	struct new_file file;
	enum exit_status status;
	sqlite3 *db;
	int err = new_file_begin(&file, AT_FDCWD, path, NEW_FILE_PRIVATE);

	if (!err)
		err = schema_open(file.partial, DATABASE_CREATE, &db);
	if (err) {
		return message(STATUS_SYSTEM, "is the directory there, and writable?",
			       "cannot make %s: %s", path, new_file_error(err));
	}
	status = load_into(db, arguments);
	sqlite3_close(db);
	err = new_file_close(&file, status == STATUS_DONE ? new_file_sync(&file) : -ECANCELED);
	if (err && status == STATUS_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot finish %s: %s", path,
				 new_file_error(err));
	return status;
}

static enum exit_status load_run(const struct arguments *arguments)
{
	if (!arguments->output)
		return message(STATUS_INPUT, "hud-analyze load CAPTURE... -o DB",
			       "load: the database to write is missing");
	return access(arguments->output, F_OK) == 0 ? load_existing(arguments)
						    : load_new(arguments);
}

const struct verb verb_load = {
	.name = "load",
	.usage = "CAPTURE... -o DB",
	.summary = "load captures into an SQLite database",
	.details = "Adds the captures to DB, which is made if there is none: all of them or,\n"
		   "if anything fails, none. A capture that is in the database already is\n"
		   "refused. A new database has a temporary name until it is complete.\n",
	.options = "--output " SYMBOL_OPTIONS " " USER_OPTIONS,
	.why_whole = "a database keeps whole captures",
	.least = 1,
	.most = ARGUMENTS_MAX,
	.run = load_run,
};
