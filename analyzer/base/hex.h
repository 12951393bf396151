/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_HEX_H
#define HUD_ANALYZER_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Writes 2 * `count` lower-case hex digits and a terminating zero. */
void hex_write(char *out, const uint8_t *bytes, size_t count);

#endif
