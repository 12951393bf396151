/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_NS_ADD_H
#define HUD_ANALYZER_BASE_NS_ADD_H

#include <stdint.h>

/* A sum that stays at the most where it does not fit: captures may lie. */
static inline int64_t ns_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b > 0 ? INT64_MAX : INT64_MIN;
}

#endif
