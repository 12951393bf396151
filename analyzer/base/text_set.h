/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_TEXT_SET_H
#define HUD_ANALYZER_BASE_TEXT_SET_H

#include <stddef.h>
#include <stdint.h>

/*
 * A few distinct texts, numbered from 0 in the order they were added. It is searched from one end
 * to the other, so it is for tens of them. All zeros is an empty set.
 */
struct text_set {
	char **text;
	size_t count, room;
};

/*
 * The number of a text, which is added if it is new. -ENOMEM; also for NULL, which
 * sqlite3_column_text() returns when it is out of memory.
 */
int64_t text_set_index(struct text_set *set, const char *text);
void text_set_free(struct text_set *set);

#endif
