/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_PLAIN_H
#define HUD_RECORDER_BASE_PLAIN_H

#include <limits.h>

/*
 * A name that somebody else chose, such as the path of a target's file, as a terminal may get it:
 * each byte of a control character, or of what is not UTF-8, is a `?`. Returns `out`, which is cut
 * where it is full.
 */
const char *plain_name(const char *name, char out[PATH_MAX]);

#endif
