/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_NAME_H
#define HUD_FORMAT_CAPTURE_NAME_H

#include <string.h>

#define CAPTURE_SUFFIX ".hud"
/* hud-record keeps binaries beside the capture NAME in the directory NAME.binaries. */
#define HUD_COPIES_SUFFIX ".binaries"

/* Bytes of a capture's path before its .hud; all of them, where it does not end so. */
static inline size_t capture_stem(const char *path)
{
	const char *end = strrchr(path, '.');

	return end && strcmp(end, CAPTURE_SUFFIX) == 0 ? (size_t)(end - path) : strlen(path);
}

#endif
