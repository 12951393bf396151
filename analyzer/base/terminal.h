/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_TERMINAL_H
#define HUD_ANALYZER_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* May colours be used on this stream: is it a terminal, and NO_COLOR not set? */
bool colour_wanted(FILE *stream);

/* Columns of the terminal that the stream writes to; 0: it is no terminal. */
int terminal_width(FILE *stream);

/* Columns that `length` bytes of UTF-8 take; escape sequences for colours take none. */
int text_width(const char *text, size_t length);

/*
 * How many of `length` bytes fit into `width` columns. If not all do, one column is left for an
 * ellipsis.
 */
size_t text_cut(const char *text, size_t length, int width);

#endif
