/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_INPUT_H
#define HUD_ANALYZER_INPUT_H

#include "analyzer/command.h"
#include "analyzer/ingest.h"

/*
 * What a verb works on: a CAPTURE, which is loaded into a temporary database, or a DB as it is.
 * Functions say on stderr what went wrong and return the exit status for it.
 */
struct input {
	sqlite3 *db;
	int64_t capture;   /* row of the chosen one */
	uint64_t captures; /* how many there are to choose from */
};

/*
 * Opens and chooses the capture: --capture, else the newest. Filters are laid over it, or, where it is
 * one input of many, over all of its captures.
 */
enum exit_status input_open(const struct arguments *arguments, struct input *out);
void input_close(struct input *input);

/* Loads one capture file (or -) into an open database. */
enum exit_status input_load(sqlite3 *db, const char *path, const struct resolver *resolver);

/* A --binary that fits nothing that was loaded is an error: says so. */
enum exit_status input_check_binaries(sqlite3 *db, const struct resolver *resolver);

/* Says why a resolver could not be made. */
enum exit_status input_resolver(const struct arguments *arguments, struct resolver **out);

/* A capture as a source for capture_reader_open(). */
struct capture_file {
	int descriptor;
	uint64_t bytes; /* 0: not known */
	bool database;  /* it is an SQLite file */
};
enum exit_status capture_file_open(const char *path, struct capture_file *out);
int64_t capture_file_read(void *context, void *data, size_t bytes);
void capture_file_close(struct capture_file *file);

/* Says what is wrong with a capture, by the errno of its reader. */
enum exit_status capture_error(const char *path, int err);

#endif
