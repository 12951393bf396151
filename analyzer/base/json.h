/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_JSON_H
#define HUD_ANALYZER_BASE_JSON_H

#include <stdio.h>

/*
 * Writes a JSON string with its quotes. It is valid JSON and UTF-8 whatever `text` is: a byte that
 * is no part of a UTF-8 sequence becomes U+FFFD. NULL is written as null.
 */
void json_text(FILE *out, const char *text);

/* The same, for JSON inside of a page: without a `<`, which could end the script that holds it. */
void json_text_in_page(FILE *out, const char *text);

#endif
