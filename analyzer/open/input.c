/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/input.h"
#include "analyzer/base/interrupt.h"
#include "analyzer/derive/schema.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/load/progress.h"
#include "analyzer/load/supersede.h"
#include "analyzer/open/filter.h"
#include "analyzer/store/column.h"
#include "analyzer/symbols/cache.h"
#include "analyzer/symbols/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum exit_status input_resolver(const struct symbolizer_options *symbols, struct resolver **out)
{
	char *cache = symbol_cache_directory();
	struct symbolizer_options options = *symbols;
	int err;

	options.sources.progress = symbol_progress;
	options.sources.trouble = symbol_trouble;
	options.cache = cache;
	err = resolver_open(&options, out);
	free(cache);
	if (!err)
		return STATUS_DONE;
	if (err == -ENOMEM)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	return message(STATUS_INPUT, "check the paths given with --binary and --debug-dir",
		       "cannot use the binaries given: %s", strerror(-err));
}

static enum exit_status load_error(sqlite3 *db, const char *path, int err,
				   const struct ingest_result *result)
{
	int code = sqlite3_errcode(db);
	const char *into;

	if (interrupt_came())
		return interrupt_message();
	if (err == -EEXIST)
		return message(STATUS_INPUT, "nothing was changed",
			       "%s: the database already has the capture %s", path,
			       result->capture_id);
	if (result->phase == INGEST_READING &&
	    (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW))
		return capture_error(path, err);
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return message(STATUS_SYSTEM, NULL, "cannot load %s: %s", path, strerror(-err));
	into = sqlite3_db_filename(db, "main");
	return message(STATUS_SYSTEM, NULL, "cannot load %s into %s: %s", path,
		       into && *into ? into : "a temporary database", sqlite3_errmsg(db));
}

static enum exit_status load_file(sqlite3 *db, const char *path, struct capture_file *file,
				  const struct resolver *resolver)
{
	struct progress progress;
	struct ingest_options options = {
		.resolver = resolver,
		.file = strcmp(path, "-") == 0 ? NULL : path,
		.progress = progress_show,
		.progress_context = &progress,
	};
	struct ingest_result result;
	int err;

	if (options.file && resolver_look_beside(resolver, path))
		return message(STATUS_SYSTEM, NULL, "out of memory");
	progress_begin(&progress, file->bytes);
	err = ingest(db, capture_file_read, file, &options, &result);
	if (err == -EEXIST && !lseek(file->descriptor, 0, SEEK_SET) &&
	    !ingest_supersede(db, result.capture_id, capture_file_read, file) &&
	    !lseek(file->descriptor, 0, SEEK_SET))
		err = ingest(db, capture_file_read, file, &options, &result);
	progress_end(&progress);
	return err ? load_error(db, path, err, &result) : STATUS_DONE;
}

enum exit_status input_load(sqlite3 *db, const char *path, const struct resolver *resolver)
{
	struct capture_file file;
	enum exit_status status = capture_file_open(path, &file);

	if (status != STATUS_DONE)
		return status;
	if (file.database)
		status = message(STATUS_INPUT, "give captures to load, and the database after -o",
				 "%s is a database, not a capture", path);
	else
		status = load_file(db, path, &file, resolver);
	capture_file_close(&file);
	return status;
}

enum exit_status input_check_binaries(sqlite3 *db, const struct resolver *resolver)
{
	const char *unused = resolver_unused_binary(resolver);
	sqlite3_stmt *q;
	char advice[512] = "it is none of the binaries in the capture";

	if (!unused)
		return STATUS_DONE;
	q = database_statement(
		db,
		"SELECT DISTINCT b.path, coalesce('build-id ' || b.build_id, 'code with the hash ' "
		"|| b.text_hash, 'no build-id') FROM binary AS b JOIN process AS p "
		"ON p.capture = b.capture AND p.executable = b.path");
	if (q && sqlite3_step(q) == SQLITE_ROW)
		snprintf(advice, sizeof(advice), "the capture has %s with %s", column_text_at(q, 0),
			 column_text_at(q, 1));
	sqlite3_finalize(q);
	return message_unfit_binary(unused, "capture", advice);
}

enum exit_status input_database_message(int err, const char *path, const char *again,
					const char *foreign)
{
	if (err == -EPROTO)
		return message(STATUS_INPUT, again, "%s was made by another version of hud-analyze",
			       path);
	if (err == -EBADMSG)
		return message(STATUS_INPUT, foreign,
			       "%s is damaged, or no database that hud-analyze made", path);
	if (err == -EBUSY)
		return message(STATUS_SYSTEM, "try again when it has finished",
			       "another process is writing %s", path);
	return message(STATUS_SYSTEM, NULL, "cannot open %s: %s", path, strerror(-err));
}

static enum exit_status open_database(const struct input_request *request, sqlite3 **out)
{
	const struct symbolizer_options *symbols = &request->symbols;
	const char *path = request->path;
	int err;

	if (symbols->sources.binary_count || symbols->sources.debug_dir_count ||
	    symbols->user_prefix_count || symbols->user_crate_count)
		return capture_wanted(path, "load the capture again with these options");
	err = schema_open(path, DATABASE_READ, out);
	return err ? input_database_message(
			     err, path, "load the captures again into a new one",
			     "give a capture, or a database made by hud-analyze load")
		   : STATUS_DONE;
}

enum exit_status input_temporary_message(int err)
{
	return message(STATUS_SYSTEM, "SQLITE_TMPDIR may name a directory with room",
		       "cannot make a temporary database: %s", strerror(-err));
}

static enum exit_status open_capture(const struct input_request *request, struct capture_file *file,
				     sqlite3 **out)
{
	struct resolver *resolver;
	enum exit_status status = input_resolver(&request->symbols, &resolver);
	int err;

	if (status != STATUS_DONE)
		return status;
	err = schema_open(NULL, DATABASE_TEMPORARY, out);
	if (err)
		status = input_temporary_message(err);
	if (status == STATUS_DONE)
		status = load_file(*out, request->path, file, resolver);
	/* With several inputs, a --binary may be for another one. */
	for (size_t i = 0; request->binary_used && i < request->symbols.sources.binary_count; i++)
		request->binary_used[i] |= resolver_binary_used(resolver, i);
	if (status == STATUS_DONE && !request->one_of_many)
		status = input_check_binaries(*out, resolver);
	resolver_close(resolver);
	return status;
}

/* The row of the capture whose id begins with this; 0: none, -1: more than one. */
static int64_t capture_named(sqlite3 *db, const char *beginning)
{
	sqlite3_stmt *q = database_statement(
		db, "SELECT CASE count(*) WHEN 0 THEN 0 WHEN 1 THEN min(id) ELSE -1 END "
		    "FROM capture WHERE substr(capture_id, 1, length(:beginning)) = :beginning");

	statement_text(q, ":beginning", beginning);
	return statement_answer(q, 0);
}

static enum exit_status choose(const struct input_request *request, struct input *input)
{
	int64_t captures = database_number(input->db, "SELECT count(*) FROM capture", -1);

	if (captures < 0)
		return message(STATUS_SYSTEM, NULL, "cannot read %s: %s", request->path,
			       sqlite3_errmsg(input->db));
	input->captures = (uint64_t)captures;
	if (request->capture)
		input->capture = capture_named(input->db, request->capture);
	else
		input->capture = database_number(
			input->db,
			"SELECT id FROM capture ORDER BY start_realtime_ns DESC, id DESC LIMIT 1",
			0);
	if (input->capture > 0)
		return STATUS_DONE;
	if (!request->capture)
		return message(STATUS_INPUT, NULL, "the database holds no capture");
	return message(STATUS_INPUT, "hud-analyze query DB @captures lists them",
		       input->capture < 0 ? "more than one capture has an id that begins with %s"
					  : "no capture has an id that begins with %s",
		       request->capture);
}

const char *input_which(const struct input *input, char line[static INPUT_WHICH_BYTES])
{
	sqlite3_stmt *q = NULL;

	line[0] = 0;
	if (input->captures < 2)
		return line;
	q = database_statement(input->db, "SELECT capture_id, started_utc FROM recording "
					  "WHERE capture = :capture");
	statement_number(q, ":capture", input->capture);
	if (q && sqlite3_step(q) == SQLITE_ROW)
		snprintf(line, INPUT_WHICH_BYTES,
			 "capture %.8s of %s, one of %" PRIu64
			 ": --capture chooses, @captures lists them",
			 column_text(q, "capture_id"), column_text(q, "started_utc"),
			 input->captures);
	sqlite3_finalize(q);
	return line;
}

/* For one input of several: all of its captures, where none is chosen. */
static enum exit_status filter_all(struct input *input, const struct filter *filter)
{
	int64_t *captures = calloc(input->captures, sizeof(*captures));
	sqlite3_stmt *q = database_statement(input->db, "SELECT id FROM capture ORDER BY id");
	size_t count = 0;
	enum exit_status status;

	while (captures && q && count < input->captures && sqlite3_step(q) == SQLITE_ROW)
		captures[count++] = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	status = count == input->captures
			 ? filter_apply(input->db, filter, captures, count)
			 : message(STATUS_SYSTEM, NULL, "cannot apply the filters: %s",
				   captures ? sqlite3_errmsg(input->db) : "out of memory");
	free(captures);
	return status;
}

enum exit_status input_open(const struct input_request *request, struct input *out)
{
	struct capture_file file;
	enum exit_status status = capture_file_open(request->path, &file);

	*out = (struct input) {0};
	if (status != STATUS_DONE)
		return status;
	if (file.database)
		status = open_database(request, &out->db);
	else
		status = open_capture(request, &file, &out->db);
	capture_file_close(&file);
	if (status == STATUS_DONE)
		status = choose(request, out);
	if (status == STATUS_DONE && filter_functions(out->db))
		status = message(STATUS_SYSTEM, NULL, "out of memory");
	if (status == STATUS_DONE)
		status = request->one_of_many && !request->capture
				 ? filter_all(out, &request->filter)
				 : filter_apply(out->db, &request->filter, &out->capture, 1);
	if (status == STATUS_DONE)
		out->unfit = filter_unfit(out->db, &request->filter);
	if (out->unfit && !request->one_of_many)
		status = filter_refuse(&request->filter, out->unfit);
	if (status == STATUS_DONE)
		database_restrict(out->db);
	else
		input_close(out);
	return status;
}

void input_close(struct input *input)
{
	sqlite3_close(input->db);
	input->db = NULL;
}
