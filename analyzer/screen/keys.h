/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_KEYS_H
#define HUD_ANALYZER_SCREEN_KEYS_H

#include <stddef.h>

/* Every key and what it does, a line each; the caller frees it. NULL: out of memory. */
char *keys_help(void);

#endif
