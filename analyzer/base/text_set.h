/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_TEXT_SET_H
#define HUD_ANALYZER_BASE_TEXT_SET_H

#include <stddef.h>
#include <stdint.h>

/* A few texts that come again and again, each kept once. All zeros is an empty set. */
struct text_set {
	char **text;
	size_t count, room;
};

/* Index of the text in the set, which takes it in if it has it not. -ENOMEM, also for NULL: SQLite had none. */
int64_t text_set_index(struct text_set *set, const char *text);
void text_set_free(struct text_set *set);

#endif
