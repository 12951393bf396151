/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_NEW_FILE_H
#define HUD_ANALYZER_BASE_NEW_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * A file that gets its name when it is complete: until then it is NAME.partial, so that nobody
 * takes a part for the whole. Functions return 0 or a negative errno.
 */
struct new_file {
	const char *path;
	char *partial; /* NULL: not begun */
	int fd;        /* -1: the caller writes to `partial` by its name */
};

/* Only takes the name NAME.partial, for SQLite to create; a file left there is removed. */
int new_file_begin(struct new_file *f, const char *path);
/* The same, and creates it, never through a symlink. `path` must outlive `f`. */
int new_file_open(struct new_file *f, const char *path, mode_t mode);
/* All of the bytes. */
int new_file_write(struct new_file *f, const void *data, size_t bytes);
/*
 * `error` 0: the file goes to the disk and gets its name, replacing a file that has it. Otherwise,
 * or if that fails, it is removed. Returns the first error. Does nothing for a file that was not
 * begun.
 */
int new_file_close(struct new_file *f, int error);

/* Writes all of the bytes to a descriptor. */
int write_all(int fd, const void *data, size_t bytes);

#endif
