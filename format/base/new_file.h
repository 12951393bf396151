/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_BASE_NEW_FILE_H
#define HUD_FORMAT_BASE_NEW_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A file that gets its name only when it is complete. Until then it has a temporary name in the
 * same directory. It is always a new file. It may take the place of a regular file, but never of
 * anything else that has its name: a device, a pipe, a symlink.
 */
struct new_file {
	int fd; /* -1: not open */
	int directory;
	bool kept; /* NEW_FILE_KEPT */
	char name[PATH_MAX];
	char partial[PATH_MAX + 32];
};

enum new_file_kind {
	/*
	 * NAME.partial, for a person to find: of use before it is complete, and not removed if it
	 * cannot get its name. Locked (flock) while it is written.
	 */
	NEW_FILE_KEPT,
	/* NAME.TID.partial: of several writers the last to finish wins, and all are complete. */
	NEW_FILE_PRIVATE,
};

/*
 * Sets `partial` to the temporary name and removes a file of that name, but creates none: other
 * code does (SQLite). 0 or a negative errno; `partial` is set in either case.
 */
int new_file_begin(struct new_file *f, int directory, const char *name, enum new_file_kind kind);
/*
 * The same, and creates the file with `mode`, less the umask. `name` is relative to `directory`, or
 * to the current directory for AT_FDCWD. 0 or a negative errno; `partial` is set in either case.
 */
int new_file_open(struct new_file *f, int directory, const char *name, enum new_file_kind kind,
		  mode_t mode);
/* Writes all `bytes`. 0 or a negative errno. */
int new_file_write(const struct new_file *f, const void *data, size_t bytes);
/* fsync: the file is complete on disk before it gets its name. 0 or a negative errno. */
int new_file_sync(struct new_file *f);
/*
 * Closes it. `error` 0: the file is complete and gets its name; if that fails, a NEW_FILE_KEPT
 * stays as it is. Else it is removed. Returns the first error, negative.
 */
int new_file_close(struct new_file *f, int error);
/* Closes it and leaves it under its temporary name. 0 or a negative errno. */
int new_file_leave(struct new_file *f);

/*
 * The leftover of a writer that was killed, a NEW_FILE_KEPT, is renamed to NAME.partial.old. True:
 * there was one.
 */
bool new_file_keep_leftover(int directory, const char *name);

/* What an error of these functions means, to be put after the file's name and a colon. */
const char *new_file_error(int error);

/* Writes all `bytes` to any open file. 0 or a negative errno. */
int write_whole(int fd, const void *data, size_t bytes);

#endif
