/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_OUTPUT_FILE_H
#define HUD_ANALYZER_BASE_OUTPUT_FILE_H

#include "analyzer/base/message.h"
#include "format/base/new_file.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * What a verb writes with -o: a file that gets its name when it is complete
 * (format/base/new_file.h), or standard output. Functions say on stderr what went wrong.
 */
struct output_file {
	FILE *out;
	const char *path; /* NULL: standard output */
	struct new_file file;
};

/* Is that standard output? */
bool output_is_standard(const char *path);

/* `path` NULL or -: standard output. */
enum exit_status output_file_open(struct output_file *o, const char *path);

/*
 * Ends it: with STATUS_DONE the file gets its name, else it is removed. Returns `status`, or what
 * went wrong now. Standard output stays open.
 */
enum exit_status output_file_close(struct output_file *o, enum exit_status status);

#endif
