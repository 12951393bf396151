/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_FILE_H
#define HUD_RECORDER_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a whole regular file of 1 to `bytes_max` bytes from its beginning into malloc'ed memory,
 * which the caller frees. 0; -EBADMSG: no regular file, or not of such a size; or another negative
 * errno, and `*data` is NULL.
 */
int file_read(int fd, size_t bytes_max, uint8_t **data, size_t *bytes);

#endif
