/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_BASE_FILE_H
#define HUD_FORMAT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Reads a whole regular file of 1 to `bytes_max` bytes, wherever its offset is, into malloc'ed
 * memory, which the caller frees. 0; -EBADMSG: no regular file, or not of such a size; or another
 * negative errno, and `*data` is NULL.
 */
int file_read(int fd, size_t bytes_max, uint8_t **data, size_t *bytes);

/*
 * Opens a file that may have been replaced by anything, to read it: a pipe or a device does not
 * block. Gives its descriptor, which the caller closes, and `*st` of it; -EINVAL: it is no regular
 * file; or another negative errno.
 */
int file_open_regular(const char *path, struct stat *st);

/*
 * Is it the same file, unchanged since? A file system gives a number to another file once it is
 * free. Devices are not compared: a mapping, or a layer of an image, may show another one.
 */
bool file_same(const struct stat *a, const struct stat *b);

#endif
