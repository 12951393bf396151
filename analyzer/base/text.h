/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_TEXT_H
#define HUD_ANALYZER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A string that grows. All zeros is an empty one. After it ran out of memory `failed` is set and
 * whatever is added is ignored, so that a caller checks once.
 */
struct text {
	char *bytes; /* terminated; NULL while empty */
	size_t length;
	size_t room;
	bool failed;
};

void text_add(struct text *t, const char *bytes, size_t length);
void text_add_string(struct text *t, const char *string);

/* Frees it, and makes it an empty one. */
void text_close(struct text *t);

#endif
