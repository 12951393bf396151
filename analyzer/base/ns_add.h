/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_NS_ADD_H
#define HUD_ANALYZER_BASE_NS_ADD_H

#include <stdint.h>

/* The sum, or the limit of its type where it overflows: the times in a capture may be anything. */
static inline int64_t ns_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b > 0 ? INT64_MAX : INT64_MIN;
}

#endif
