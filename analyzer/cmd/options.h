/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_CMD_OPTIONS_H
#define HUD_ANALYZER_CMD_OPTIONS_H

#include "analyzer/cmd/command.h"

/* All options, one row each; each verb says which it takes. */

enum option_kind {
	OPTION_FLAG,     /* bool, takes no value */
	OPTION_TEXT,     /* const char *, not empty */
	OPTION_OUTPUT,   /* the same: a file that is written, which confine.c allows */
	OPTION_LIST,     /* const char *[ARGUMENTS_MAX], given several times */
	OPTION_FDS,      /* int[ARGUMENTS_MAX], given several times: descriptors */
	OPTION_NUMBER,   /* uint64_t, at least 1 */
	OPTION_DURATION, /* int64_t, ns */
};

struct option {
	const char *name;
	const char *letter; /* "-o", or NULL */
	const char *value;  /* its name in the help; NULL: takes none */
	const char *help;
	enum option_kind kind;
	size_t at;                         /* in struct arguments */
	size_t count_at;                   /* of a list: where its count is, a size_t */
	bool (*usable)(const char *value); /* what else the value must be; NULL: nothing */
};

/* The last one has no name. */
extern const struct option options[];

/* The option with this name, of `length` bytes, or NULL. */
const struct option *option_named(const char *name, size_t length);

bool verb_takes(const struct verb *verb, const char *option);

/* The next of the names in struct verb.options, or NULL; `at` begins as that text. */
const struct option *option_next(const char **at);

#endif
