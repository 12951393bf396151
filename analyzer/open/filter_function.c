/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/filter.h"
#include "analyzer/rules/rules.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/*
 * SQL functions for filters: regular expressions, and patterns with *.
 */

/* The expression compiled last: a query uses the same one for all of its rows. */
struct expression {
	char *pattern; /* NULL: none yet */
	regex_t compiled;
};

static void expression_forget(struct expression *e)
{
	if (e->pattern)
		regfree(&e->compiled);
	free(e->pattern);
	e->pattern = NULL;
}

static void expression_free(void *context)
{
	expression_forget(context);
	free(context);
}

static const regex_t *expression_of(sqlite3_context *context, const char *pattern)
{
	struct expression *e = sqlite3_user_data(context);

	if (e->pattern && strcmp(e->pattern, pattern) == 0)
		return &e->compiled;
	expression_forget(e);
	if (regcomp(&e->compiled, pattern, REG_EXTENDED | REG_NOSUB)) {
		sqlite3_result_error(context, "not a regular expression", -1);
		return NULL;
	}
	e->pattern = strdup(pattern);
	if (e->pattern)
		return &e->compiled;
	regfree(&e->compiled);
	sqlite3_result_error_nomem(context);
	return NULL;
}

/* SQLite calls regexp(pattern, text) for `text REGEXP pattern`. NULL where either is NULL. */
static void regexp(sqlite3_context *context, int count, sqlite3_value **value)
{
	const char *pattern = (const char *)sqlite3_value_text(value[0]);
	const char *text = (const char *)sqlite3_value_text(value[1]);
	const regex_t *expression;

	(void)count;
	if (!pattern || !text)
		return;
	expression = expression_of(context, pattern);
	if (expression)
		sqlite3_result_int(context, regexec(expression, text, 0, NULL, 0) == 0);
}

/* fits(pattern, text): * in the pattern matches any text. 0 where either is NULL. */
static void fits(sqlite3_context *context, int count, sqlite3_value **value)
{
	const char *pattern = (const char *)sqlite3_value_text(value[0]);
	const char *text = (const char *)sqlite3_value_text(value[1]);

	(void)count;
	sqlite3_result_int(context, pattern && text && pattern_matches(pattern, text));
}

/* What follows the first `::` of a path; NULL: it has none. */
static const char *path_rest(const char *path)
{
	const char *at = strstr(path, "::");

	return at ? at + 2 : NULL;
}

/* Whether the pattern matches a whole path of names, or its end after a `::`. */
static void named(sqlite3_context *context, int count, sqlite3_value **value)
{
	const char *pattern = (const char *)sqlite3_value_text(value[0]);
	const char *path = (const char *)sqlite3_value_text(value[1]);
	bool matches = false;

	(void)count;
	for (; pattern && path && !matches; path = path_rest(path))
		matches = pattern_matches(pattern, path);
	sqlite3_result_int(context, matches);
}

int filter_functions(sqlite3 *db)
{
	static const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;

	struct expression *e = calloc(1, sizeof(*e));

	/* SQLite frees the expression, also when it cannot register the function. */
	if (!e || sqlite3_create_function_v2(db, "regexp", 2, flags, e, regexp, NULL, NULL,
					     expression_free))
		return -ENOMEM;
	if (sqlite3_create_function(db, "fits", 2, flags, NULL, fits, NULL, NULL) ||
	    sqlite3_create_function(db, "named", 2, flags, NULL, named, NULL, NULL))
		return -ENOMEM;
	return 0;
}
