/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_BASE_TEXT_SEQUENCE_H
#define HUD_FORMAT_BASE_TEXT_SEQUENCE_H

#include <stddef.h>

/*
 * Length of the valid UTF-8 sequence that `text`, of `bytes` bytes, begins with; 0: there is none,
 * or it is a control character. What terminals and databases get of foreign texts is made of these.
 */
size_t text_sequence(const char *text, size_t bytes);

#endif
