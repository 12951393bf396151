/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/base/plain.h"

#include <stdbool.h>

/* U+0080 to U+009F, which terminals obey as they do an escape. */
static bool is_second_set(const unsigned char *at)
{
	return at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
}

const char *plain_name(const char *name, char out[PATH_MAX])
{
	const unsigned char *at = (const unsigned char *)name;
	int length = 0;

	for (; *at && length < PATH_MAX - 1; at++) {
		bool second = is_second_set(at);

		out[length++] = (char)(*at < 0x20 || *at == 0x7f || second ? '?' : *at);
		at += second;
	}
	out[length] = 0;
	return out;
}
