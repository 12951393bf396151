/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_FILE_H
#define HUD_ANALYZER_PLAN_FILE_H

#include <stddef.h>

/* Files that plans are made from, and the files of plans. */

/* A regular file for reading: a descriptor, or a negative errno. */
int plan_file_open(const char *path);

/*
 * Writes a plan, which gets its name once it is complete and on disk. "-": to standard output. 0 or
 * an error as new_file_error() tells it.
 */
int plan_file_write(const char *path, const void *data, size_t bytes);

#endif
