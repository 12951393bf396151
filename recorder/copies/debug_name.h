/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_COPIES_DEBUG_NAME_H
#define HUD_RECORDER_COPIES_DEBUG_NAME_H

#include "format/elf/build_id.h"

#define DEBUG_NAME_BYTES (BUILD_ID_TEXT_BYTES + sizeof("/.debug"))

/*
 * "ab/cdef….debug": the name of a build's file below a .build-id directory, or below .text-hash for
 * a hash of the code. `id` has 2 bytes or more.
 */
void debug_name(const struct build_id *id, char out[DEBUG_NAME_BYTES]);

#endif
