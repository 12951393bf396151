/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_CAPTURE_FILE_H
#define HUD_ANALYZER_LOAD_CAPTURE_FILE_H

#include "analyzer/base/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A capture as a source for capture_reader_open(). */
struct capture_file {
	int descriptor;
	uint64_t bytes; /* 0: not known */
	bool database;  /* it is an SQLite file */
};
enum exit_status capture_file_open(const char *path, struct capture_file *out);
int64_t capture_file_read(void *context, void *data, size_t bytes);
void capture_file_close(struct capture_file *file);
/* An SQLite file that can be read? Opens no pipe or device. */
bool capture_file_is_database(const char *path);

/* Says that `path` is a database, where only a capture will do; `advice`: what to do. */
enum exit_status capture_wanted(const char *path, const char *advice);

/* Prints what is wrong with a capture, by the errno of its reader. */
enum exit_status capture_error(const char *path, int err);

#endif
