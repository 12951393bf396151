/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/hex.h"

void hex_text(const uint8_t *byte, size_t bytes, char *out)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes; i++) {
		*out++ = digit[byte[i] >> 4];
		*out++ = digit[byte[i] & 15];
	}
	*out = 0;
}
