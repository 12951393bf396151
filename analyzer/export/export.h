/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_EXPORT_H
#define HUD_ANALYZER_EXPORT_EXPORT_H

#include "analyzer/open/input.h"

/*
 * Writes what was recorded in a form that other tools read. docs/EXPORTS.md says which tool answers
 * which question.
 */

/* As given on the command line. NULL, or 0: not given. */
struct export_form {
	const char *format; /* of formats.c */
	const char *of;     /* `blocked`, `cpu`, or a cause */
	const char *query;  /* @NAME, for formats that hold the rows of one */
	const char *output; /* NULL or -: standard output */
	uint64_t top;
};

/* Says on stderr what is wrong with the form, before the capture is read. */
enum exit_status export_check(const struct export_form *form);

/*
 * Writes it. A file gets its name when it is complete. Says on stderr what went wrong.
 */
enum exit_status export_write(const struct input *input, const struct export_form *form);

#endif
