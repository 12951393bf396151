/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_NEW_FILE_H
#define HUD_FORMAT_NEW_FILE_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A file that gets its name only when it is complete. Until then it has a temporary name in the
 * same directory. It is always a new file: one that has the temporary name already, even a symlink,
 * is removed and never written to.
 */
struct new_file {
	int fd; /* -1: not open */
	int directory;
	char name[PATH_MAX];
	char partial[PATH_MAX + 32];
};

/* The temporary name depends on whether others may be writing a file of this name. */
enum new_file_writers {
	NEW_FILE_ONE_WRITER,   /* NAME.partial */
	NEW_FILE_MANY_WRITERS, /* NAME.TID.partial: the last to finish wins, and all are complete */
};

/*
 * Sets `partial` to the temporary name and removes a file of that name, but creates none: other
 * code does (SQLite). 0 or a negative errno; `partial` is set in either case.
 */
int new_file_begin(struct new_file *f, int directory, const char *name,
		   enum new_file_writers writers);
/*
 * The same, and creates the file with `mode`, less the umask. `name` is relative to `directory`, or
 * to the current directory for AT_FDCWD. 0 or a negative errno; `partial` is set in either case.
 */
int new_file_open(struct new_file *f, int directory, const char *name,
		  enum new_file_writers writers, mode_t mode);
/* Writes all `bytes`. 0 or a negative errno. */
int new_file_write(const struct new_file *f, const void *data, size_t bytes);
/* fsync: the file is complete on disk before it gets its name. 0 or a negative errno. */
int new_file_sync(struct new_file *f);
/*
 * Closes it. `error` 0: the file is complete and gets its name. Else, or if renaming fails, it is
 * removed. Returns the first error, negative.
 */
int new_file_close(struct new_file *f, int error);
/* Closes it and leaves it under its temporary name. 0 or a negative errno. */
int new_file_leave(struct new_file *f);

/* Writes all `bytes` to any open file. 0 or a negative errno. */
int write_whole(int fd, const void *data, size_t bytes);

#endif
