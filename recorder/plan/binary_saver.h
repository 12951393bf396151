/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_BINARY_SAVER_H
#define HUD_RECORDER_PLAN_BINARY_SAVER_H

#include "format/elf/build_id.h"

#include <stdint.h>

/* Makes the directory, but not those above it. 0; a negative errno: nothing can be saved there. */
int binary_save_dir(const char *dir);

/*
 * Copies an open ELF file, bytes only, into `dir`: by build-id as .build-id/ab/cdef….debug, the
 * layout that debuggers and hud-analyze --debug-dir search; without one, by the hash of its code,
 * as .text-hash/ab/cdef….debug, which hud-analyze searches; else under its base name.
 * A file that is there already is kept. 0 or a negative errno.
 */
int binary_save(const char *dir, int fd, const char *path, const struct build_id *id);

/*
 * Copies an open file, bytes only and at most `most` of them, as `name` into `dir`, which is made.
 * 0 or a negative errno.
 */
int file_save(const char *dir, int fd, const char *name, uint64_t most);

#endif
