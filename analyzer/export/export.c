/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/embedded.h"
#include "analyzer/base/output_file.h"
#include "analyzer/base/text.h"
#include "analyzer/export/format.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/database.h"

#include <string.h>
#include <unistd.h>

/* Chooses the format, and gives it a file to write to. */

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
	return output_is_standard(form->output) && isatty(STDOUT_FILENO);
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

enum exit_status export_write(const struct input *input, const struct export_form *form)
{
	const struct export_format *f = format_named(form->format);
	struct export e = {.input = input, .form = form};
	struct output_file file;
	enum exit_status status = of_check(input, form->of);

	if (status == STATUS_DONE)
		status = output_file_open(&file, form->output);
	if (status != STATUS_DONE)
		return status;
	e.out = file.out;
	return output_file_close(&file, f->write(&e));
}
