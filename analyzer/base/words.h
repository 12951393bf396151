/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_WORDS_H
#define HUD_ANALYZER_BASE_WORDS_H

#include <stdint.h>

/* Numbers with units, as people read them. */

#define WORD_BYTES 32

/* "1.25 s", "12.3 ms", "45 us"; "-" where it is negative, which means not known. Returns `out`. */
const char *duration_word(char out[WORD_BYTES], int64_t ns);

/* "1.2 MB", "3.4 kB", "56 B". Returns `out`. */
const char *bytes_word(char out[WORD_BYTES], int64_t bytes);

/*
 * Shares of a whole in tenths of a percent, which add up to 1000, or are all 0 where the whole is
 * 0.
 */
void percent_parts(const int64_t *part, int count, int *tenths);

#endif
