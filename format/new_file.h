/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_NEW_FILE_H
#define HUD_FORMAT_NEW_FILE_H

#include <limits.h>
#include <stddef.h>

/*
 * A file that gets its name when it is whole. Until then it has another, which the caller chooses:
 * one of its own where several recorders may write the same file. It is made anew, for its owner
 * only: what stands under that name, a symlink too, is not written through.
 */
struct new_file {
	int fd; /* -1: not open */
	int directory;
	char name[PATH_MAX];
	char partial[PATH_MAX + 32];
};

/* Names are relative to `directory`, or AT_FDCWD. 0 or a negative errno. */
int new_file_open(struct new_file *f, int directory, const char *name, const char *partial);
/* All of it. 0 or a negative errno. */
int new_file_write(const struct new_file *f, const void *data, size_t bytes);
/* `error` 0: it is whole, and gets its name. Else, or if that fails, it is gone. The first error. */
int new_file_close(struct new_file *f, int error);
/* Closes it under the name it had so far. 0 or a negative errno. */
int new_file_leave(struct new_file *f);

#endif
