/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_NEW_FILE_H
#define HUD_FORMAT_NEW_FILE_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A file that gets its name only when it is complete. Until then it has a temporary name beside it.
 * It is created anew: whatever has the temporary name before, a symlink included, is removed and
 * never written through.
 */
struct new_file {
	int fd; /* -1: not open */
	int directory;
	char name[PATH_MAX];
	char partial[PATH_MAX + 32];
};

/* The temporary name: which one depends on who else may be writing a file of this name. */
enum new_file_writers {
	NEW_FILE_ONE_WRITER,   /* NAME.partial */
	NEW_FILE_MANY_WRITERS, /* NAME.TID.partial: the last to finish wins, and all are complete */
};

/*
 * Only takes the temporary name, for another (SQLite) to create the file: what has it is removed. 0 or
 * a negative errno; `partial` is set in either case.
 */
int new_file_begin(struct new_file *f, int directory, const char *name,
		   enum new_file_writers writers);
/*
 * The same, and creates the file with `mode`, less the umask. `name` is relative to `directory`, or to the
 * current directory for AT_FDCWD. 0 or a negative errno; `partial` is set in either case.
 */
int new_file_open(struct new_file *f, int directory, const char *name,
		  enum new_file_writers writers, mode_t mode);
/* Writes all of it. 0 or a negative errno. */
int new_file_write(const struct new_file *f, const void *data, size_t bytes);
/* Has the kernel write it to the disk, so that it is complete there when it gets its name. */
int new_file_sync(struct new_file *f);
/*
 * Ends it. `error` 0: the file is complete and gets its name. A negative errno, or if the renaming
 * fails: it is removed. Returns the first error.
 */
int new_file_close(struct new_file *f, int error);
/* Closes it and leaves it under its temporary name. 0 or a negative errno. */
int new_file_leave(struct new_file *f);

#endif
