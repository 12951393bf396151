/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_CELLS_H
#define HUD_ANALYZER_SCREEN_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/*
 * Texts of whatever origin as characters of a terminal, whose columns are known: nothing in them
 * can move the cursor, change a colour, or turn the direction of writing.
 */

/* A terminal that cannot show a character gets `?` for it, one column wide. */
struct cells_form {
	bool unicode; /* the terminal takes UTF-8 */
};

/*
 * Writes as much of the text as fits into `columns`, terminated, and returns how many columns that
 * takes. If not all fits, the last column is `…` (or `~`). `room` is of `out`, in characters; a
 * character may be followed by two that combine with it, so 3 * columns + 1 are always enough.
 */
int cells_fit(const struct cells_form *form, const char *text, int columns, wchar_t *out,
	      size_t room);

#endif
