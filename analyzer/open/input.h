/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_OPEN_INPUT_H
#define HUD_ANALYZER_OPEN_INPUT_H

#include "analyzer/load/ingest.h"
#include "analyzer/open/filter.h"

/*
 * What a verb works on: a CAPTURE, which is loaded into a temporary database, or a DB as it is.
 * Functions say on stderr what went wrong and return the exit status for it.
 */
struct input {
	sqlite3 *db;
	int64_t capture;   /* the chosen one: capture.id */
	uint64_t captures; /* how many the database has */
	unsigned unfit;    /* with `one_of_many`: filters that fit nothing in it (filter.h) */
};

/* What to open. */
struct input_request {
	const char *path;    /* of a capture (- is standard input), or of a database */
	const char *capture; /* of a database: the beginning of a capture's id; NULL: the newest */
	bool one_of_many;    /* one of several inputs: without `capture`, all of its captures */
	bool *binary_used;   /* with `one_of_many`: set for each --binary that fits it; NULL */
	struct filter filter;
	struct symbolizer_options symbols;
};

/*
 * Opens it and chooses the capture. Applies the filters to that capture, or with `one_of_many` to
 * all captures. Filters that fit nothing are refused; with `one_of_many` they are noted in `unfit`.
 */
enum exit_status input_open(const struct input_request *request, struct input *out);
void input_close(struct input *input);

enum { INPUT_WHICH_BYTES = 160 };

/* Writes which of several captures was chosen, and how to choose another; "" where it is the only
 * one. Returns `line`. */
const char *input_which(const struct input *input, char line[static INPUT_WHICH_BYTES]);

/* Loads one capture file (or -) into an open database. */
enum exit_status input_load(sqlite3 *db, const char *path, const struct resolver *resolver);

/*
 * Says why schema_open() of an existing database failed. `again`: what to do where another version
 * made it; `foreign`: where hud did not.
 */
enum exit_status input_database_message(int err, const char *path, const char *again,
					const char *foreign);

/* The same for a temporary one. */
enum exit_status input_temporary_message(int err);

/* Refuses a --binary that fits nothing that was loaded. */
enum exit_status input_check_binaries(sqlite3 *db, const struct resolver *resolver);

/*
 * Opens a resolver with the cache of symbols, and with messages about downloads; these two in
 * `symbols` are not used.
 */
enum exit_status input_resolver(const struct symbolizer_options *symbols, struct resolver **out);

#endif
