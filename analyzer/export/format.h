/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_FORMAT_H
#define HUD_ANALYZER_EXPORT_FORMAT_H

#include "analyzer/export/export.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * The formats: one file each, which takes rows of the queries in sql/export/ and writes them as
 * they come. What a writer keeps in memory grows with distinct stacks and names, not with events.
 */

struct export
{
	const struct input *input;
	const struct export_form *form;
	FILE *out;
};

struct export_format {
	const char *name;
	bool binary; /* not for a terminal */
	bool of;     /* takes --of */
	bool query;  /* holds the rows of a named query */
	enum exit_status (*write)(const struct export *e);
};

/* All of them; the last one has no name. */
extern const struct export_format export_formats[];

enum exit_status export_folded(const struct export *e);
enum exit_status export_speedscope(const struct export *e);
enum exit_status export_chrome(const struct export *e);
enum exit_status export_perfetto(const struct export *e);
enum exit_status export_pprof(const struct export *e);
enum exit_status export_firefox(const struct export *e);
enum exit_status export_prometheus(const struct export *e);
enum exit_status export_ndjson(const struct export *e);
enum exit_status export_csv(const struct export *e);

/* Which time, as the queries know it. */
struct export_of {
	const char *kind;  /* `blocked` or `cpu`: as in the view profile_stack */
	const char *cause; /* only these parts of blocking polls; NULL: all */
};

/* --of; without it `blocked`. */
struct export_of export_of(const struct export *e);

/*
 * A query of sql/export/, with :capture and :top bound, and :kind and :cause to `of`, which may be
 * NULL. NULL after saying why. The caller finalizes it.
 */
sqlite3_stmt *export_query(const struct export *e, const char *name, const struct export_of *of);

/*
 * Calls `row` with each of its rows, until it returns other than 0: a negative errno. Says what
 * went wrong.
 */
enum exit_status export_rows(const struct export *e, const char *name, const struct export_of *of,
			     int (*row)(void *context, sqlite3_stmt *q), void *context);

/* Says that the rows of a query ended with this code of SQLite's; STATUS_DONE for SQLITE_DONE. */
enum exit_status export_ended(const struct export *e, int step);

#endif
