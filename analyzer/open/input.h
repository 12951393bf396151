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
	int64_t capture;   /* row of the chosen one */
	uint64_t captures; /* how many there are to choose from */
};

/* What is asked for. */
struct input_request {
	const char *path; /* of a capture (- is standard input), or of a database */
	const char
		*capture; /* which one of a database: the beginning of its id; NULL: the newest */
	bool one_of_many; /* of several inputs: without `capture` all of its captures count */
	struct filter filter;
	struct symbolizer_options symbols;
};

/*
 * Opens and chooses the capture. Filters are laid over it, or, where it is one input of many, over all
 * of its captures.
 */
enum exit_status input_open(const struct input_request *request, struct input *out);
void input_close(struct input *input);

/* Loads one capture file (or -) into an open database. */
enum exit_status input_load(sqlite3 *db, const char *path, const struct resolver *resolver);

/* A --binary that fits nothing that was loaded is an error: says so. */
enum exit_status input_check_binaries(sqlite3 *db, const struct resolver *resolver);

/*
 * Makes a resolver, with the cache of symbols and with messages about downloads, whatever `symbols` has
 * for those. Says why it could not be made.
 */
enum exit_status input_resolver(const struct symbolizer_options *symbols, struct resolver **out);

#endif
