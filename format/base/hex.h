/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_BASE_HEX_H
#define HUD_FORMAT_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that hex_text() writes, the terminating zero included. */
#define HEX_TEXT_BYTES(bytes) (2 * (bytes) + 1)

/* Two lower-case digits for each byte. `out` has room for HEX_TEXT_BYTES(bytes). */
void hex_text(const uint8_t *byte, size_t bytes, char *out);

#endif
