/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_COPIES_COPIES_H
#define HUD_RECORDER_COPIES_COPIES_H

#include "format/elf/build_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a target maps is its choice, so that all of its copies has a bound. */
struct copies_limits {
	uint64_t file_bytes; /* of data: holes take no room, and stay holes */
	uint64_t bytes;      /* of all files */
	size_t files;        /* those that were refused included */
};
extern const struct copies_limits copies_limits_usual;

/*
 * Copies of files of the targets, in one directory, which is made with the first. All belongs to
 * the user who called sudo. No symlink is followed, and a directory that was there must belong to
 * root, to this process's user or to that one: another could lead the copies anywhere.
 */
struct copies {
	const char *path;
	const struct copies_limits *limits; /* NULL: the usual ones */
	int directory;                      /* -1: it is not open yet */
	uint64_t bytes;                     /* copied so far */
	size_t files;
	bool full; /* a limit of all files was reached */
};

/*
 * Makes the directory, but not those above it, and opens it. 0; or a negative errno: nothing can be
 * saved there.
 */
int copies_open(struct copies *c);
void copies_close(struct copies *c);

/*
 * Copies an open ELF file, bytes only: by build-id as .build-id/ab/cdef….debug, the layout that
 * debuggers and hud-analyze --debug-dir search; without one, by the hash of its code, as
 * .text-hash/ab/cdef….debug, which hud-analyze searches; else under its base name. A file that is
 * there already is kept. 0 or a negative errno; -EALREADY: for the reason that the last -E2BIG has.
 */
int copies_save(struct copies *c, int fd, const char *path, const struct build_id *id);

/* Copies an open file, bytes only and at most `most` of them, as `name`. As copies_save(). */
int copies_save_as(struct copies *c, int fd, const char *name, uint64_t most);

/* What an error of these functions means, to be put after the name of the file or directory. */
const char *copies_error(int error);

#endif
