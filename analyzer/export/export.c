/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/format.h"
#include "analyzer/base/embedded.h"
#include "analyzer/base/text.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/database.h"
#include "format/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Chooses the format, and gives it a file to write to. */

#define BUFFER_BYTES ((size_t)256 << 10)

static const struct export_format *format_named(const char *name)
{
	for (const struct export_format *f = export_formats; f->name; f++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

static bool is_format(const struct export_format *f)
{
	return f->name != NULL;
}

static bool takes_of(const struct export_format *f)
{
	return f->of;
}

static bool takes_query(const struct export_format *f)
{
	return f->query;
}

/* Says what is wrong, and which formats would do: those that are `right`. */
static enum exit_status refuse(const char *what, const char *about,
			       bool (*right)(const struct export_format *))
{
	struct text advice = {0};
	enum exit_status status;

	for (const struct export_format *f = export_formats; f->name; f++) {
		if (!right(f))
			continue;
		text_add_string(&advice, advice.length ? ", " : "these do: ");
		text_add_string(&advice, f->name);
	}
	status = message(STATUS_INPUT, advice.bytes, "export: %s%s", what, about);
	text_close(&advice);
	return status;
}

static bool is_to_terminal(const struct export_form *form)
{
	return (!form->output || strcmp(form->output, "-") == 0) && isatty(STDOUT_FILENO);
}

enum exit_status export_check(const struct export_form *form)
{
	const struct export_format *f = form->format ? format_named(form->format) : NULL;

	if (!form->format)
		return refuse("--format is missing", "", is_format);
	if (!f)
		return refuse("there is no format ", form->format, is_format);
	if (form->of && !f->of)
		return refuse("--of is not for --format ", f->name, takes_of);
	if (form->query && !f->query)
		return refuse("it holds no query: --format ", f->name, takes_query);
	if (f->query && !form->query)
		return message(STATUS_INPUT, "hud-analyze query --list lists them",
			       "export: --format %s needs the name of a query, @NAME", f->name);
	if (form->query && (*form->query != '@' || !named_query_text(form->query + 1)))
		return message(STATUS_INPUT, "hud-analyze query --list lists all of them",
			       "there is no query %s", form->query);
	if (f->binary && is_to_terminal(form))
		return message(STATUS_INPUT, "give a file: -o FILE",
			       "refusing to write %s, which is binary, to the terminal", f->name);
	return STATUS_DONE;
}

/* --of: `blocked`, `cpu`, or one of the causes there are. */
static enum exit_status of_check(const struct input *input, const char *of)
{
	struct text advice = {0};
	bool known = !of || strcmp(of, "blocked") == 0;
	enum exit_status status = STATUS_DONE;
	sqlite3_stmt *q = database_statement(input->db, embedded_text("sql/export/causes.sql"));

	text_add_string(&advice, "it is blocked, or cpu for all CPU time, or a cause: ");
	while (!known && q && sqlite3_step(q) == SQLITE_ROW) {
		const char *cause = (const char *)sqlite3_column_text(q, 0);

		known = cause && strcmp(cause, of) == 0;
		text_add_string(&advice, cause ? cause : "");
		text_add_string(&advice, " ");
	}
	sqlite3_finalize(q);
	if (!known)
		status = message(STATUS_INPUT, advice.bytes, "export: --of cannot be `%s`", of);
	text_close(&advice);
	return status;
}

static enum exit_status write_to(const struct input *input, const struct export_form *form,
				 FILE *out)
{
	const struct export e = {input, form, out};
	const struct export_format *f = format_named(form->format);
	enum exit_status status;

	setvbuf(out, NULL, _IOFBF, BUFFER_BYTES);
	status = f->write(&e);
	if (status == STATUS_DONE && (fflush(out) || ferror(out)))
		status = message(STATUS_SYSTEM, "is there room, and is somebody reading it?",
				 "cannot write %s: %s",
				 form->output ? form->output : "to standard output",
				 errno ? strerror(errno) : "the output was closed");
	return status;
}

static enum exit_status write_file(const struct input *input, const struct export_form *form)
{
	enum exit_status status;
	struct new_file file;
	FILE *out;
	int copy, err;

	err = new_file_open(&file, AT_FDCWD, form->output, NEW_FILE_PRIVATE, 0644);
	if (err)
		return message(STATUS_SYSTEM, "is the directory there, and writable?",
			       "cannot make %s: %s", form->output, new_file_error(err));
	copy = dup(file.fd);
	out = copy < 0 ? NULL : fdopen(copy, "w");
	status = out ? write_to(input, form, out)
		     : message(STATUS_SYSTEM, NULL, "cannot make %s: %s", form->output,
			       strerror(errno));
	if (out)
		fclose(out);
	err = new_file_close(&file, status == STATUS_DONE ? 0 : -ECANCELED);
	if (err && status == STATUS_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot finish %s: %s", form->output,
				 new_file_error(err));
	return status;
}

enum exit_status export_write(const struct input *input, const struct export_form *form)
{
	enum exit_status status = of_check(input, form->of);

	if (status != STATUS_DONE)
		return status;
	return form->output && strcmp(form->output, "-") != 0 ? write_file(input, form)
							      : write_to(input, form, stdout);
}
